"""The Odoo that a chunk is brought into: what pushing asks of it, and who answers, the real one or a rehearsal.

A rehearsal reads like the real one and keeps what it would have written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from odoo_sync.links import Values
from odoo_sync.loading import Outcome, load, named
from odoo_sync.odoo import OdooUnavailable, Row
from odoo_sync.servers import OdooServer

#: What is read of a record: whatever we may write, and whether it is archived.
READ = {
    "res.partner": (
        *("name", "is_company", "ref", "company_registry", "vat", "country_id", "website", "street", "zip"),
        *("type", "parent_id", "email", "phone", "function", "active"),
    ),
    "crm.lead": ("name", "description", "active"),
}
ARCHIVED_TOO = {"active_test": False}


class Target(Protocol):
    """One Odoo, for one chunk. All of them raise OdooUnavailable, OdooBlocked, OdooRefused."""

    async def columns(self, model: str) -> frozenset[str]:
        """The names of the model's fields."""

    async def search(self, model: str, domain: list[Any], *, least: bool = False) -> list[Values]:
        """The records, archived or not, with what READ names (`least`: only their number)."""

    async def survivor(self, model: str, external_id: str) -> int | None:
        """The record that bears this name now: after a merge another than before."""

    async def load(self, model: str, rows: Sequence[Row]) -> list[Outcome]:
        """As `loading.load`."""

    async def country(self) -> int | None:
        """Singapore's number there."""


class RealTarget:
    """The tenant's own."""

    def __init__(self, odoo: OdooServer) -> None:
        self._odoo = odoo

    async def columns(self, model: str) -> frozenset[str]:
        return await self._odoo.columns(model)

    async def search(self, model: str, domain: list[Any], *, least: bool = False) -> list[Values]:
        known = await self._odoo.columns(model)
        fields = ["id"] if least else ["id", *(name for name in READ[model] if name in known)]
        found = await self._odoo.execute(
            model, "search_read", domain=domain, fields=fields, order="id", context=ARCHIVED_TOO
        )
        if not isinstance(found, list):
            raise OdooUnavailable(f"{model}.search_read answered with no list: {str(found)[:200]}")
        return [{name: _plain(name, value) for name, value in record.items()} for record in found]

    async def survivor(self, model: str, external_id: str) -> int | None:
        return await named(self._odoo, model, external_id)

    async def load(self, model: str, rows: Sequence[Row]) -> list[Outcome]:
        return await load(self._odoo, model, rows)

    async def country(self) -> int | None:
        found = await self._odoo.execute("res.country", "search_read", domain=[["code", "=", "SG"]], fields=["id"])
        match found:
            case [{"id": int(number)}, *_]:
                return number
        return None


@dataclass
class Rehearsal:
    """Writes nothing: each row that would be sent is kept in `rows`; made-up numbers are below zero."""

    real: RealTarget
    rows: list[tuple[str, Row]] = field(default_factory=list)

    async def columns(self, model: str) -> frozenset[str]:
        return await self.real.columns(model)

    async def search(self, model: str, domain: list[Any], *, least: bool = False) -> list[Values]:
        return await self.real.search(model, domain, least=least)

    async def survivor(self, model: str, external_id: str) -> int | None:
        return None  # asking would be a write, be it of nothing

    async def load(self, model: str, rows: Sequence[Row]) -> list[Outcome]:
        known = await self.columns(model)
        numbers: list[Outcome] = []
        for row in rows:
            self.rows.append(
                (model, {it: row[it] for it in row if it in ("id", ".id") or it.partition("/")[0] in known})
            )
            numbers.append(int(row[".id"]) if ".id" in row else -len(self.rows))
        return numbers

    async def country(self) -> int | None:
        return await self.real.country()


def _plain(name: str, value: Any) -> Any:
    """A reference as its number: what it is called may change."""
    return value[0] if name in ("country_id", "parent_id") and isinstance(value, list) and value else value
