"""The Odoo that a chunk is written to: the real one, or a dry run that reads the real one and records writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from odoo_sync.model import ACTIVITY, NOTE, Row, Values
from odoo_sync.protocols.bulk_load import Outcome, find_by_external_id, hidden_among, load
from odoo_sync.protocols.odoo import OdooUnavailable
from odoo_sync.protocols.servers import OdooServer

#: The columns that are read of a record: all that we may write, and whether it is archived.
READ = {
    "res.partner": (
        *("name", "is_company", "ref", "company_registry", "vat", "country_id", "website", "street", "zip"),
        *("type", "parent_id", "commercial_partner_id", "email", "phone", "function", "active", "create_date"),
    ),
    "crm.lead": ("name", "description", "partner_id", "active", "create_date"),
    NOTE: ("res_id",),
    ACTIVITY: ("res_id",),
}
REFERENCES = ("country_id", "parent_id", "commercial_partner_id", "partner_id")
INCLUDE_ARCHIVED = {"active_test": False}


class Target(Protocol):
    """One Odoo, for one chunk. All methods raise OdooUnavailable, OdooBlocked, OdooRefused."""

    async def columns(self, model: str) -> frozenset[str]:
        """Reads the names of the model's fields."""

    async def is_html(self, model: str, name: str) -> bool:
        """Whether the field holds HTML."""

    async def search(self, model: str, domain: list[Any]) -> list[Values]:
        """Reads the matching records, archived ones too, with the columns of `READ`."""

    async def find_by_external_id(self, model: str, external_id: str) -> int | Literal["hidden"] | None:
        """Finds the present record of an external id; a merge moves the id to the record that was kept."""

    async def hidden_among(self, model: str, numbers: Sequence[int]) -> set[int]:
        """Finds the records that exist but that the user may not see."""

    async def external_ids(self, model: str, numbers: Sequence[int]) -> dict[int, frozenset[str]]:
        """Reads the external ids of records that exist."""

    async def load(self, model: str, rows: Sequence[Row]) -> list[Outcome]:
        """Writes rows as `bulk_load.load` does."""

    async def countries(self) -> Mapping[int, str]:
        """Reads the codes (ISO 3166) of the countries by database id."""


class RealTarget:
    """The tenant's own Odoo."""

    def __init__(self, odoo: OdooServer) -> None:
        self._odoo = odoo

    async def columns(self, model: str) -> frozenset[str]:
        return await self._odoo.columns(model)

    async def is_html(self, model: str, name: str) -> bool:
        return await self._odoo.is_html(model, name)

    async def search(self, model: str, domain: list[Any]) -> list[Values]:
        known = await self._odoo.columns(model)
        fields = ["id", *(name for name in READ[model] if name in known)]
        found = await self._odoo.execute(
            model, "search_read", domain=domain, fields=fields, order="id", context=INCLUDE_ARCHIVED
        )
        if not isinstance(found, list):
            raise OdooUnavailable(f"{model}.search_read answered with no list: {str(found)[:200]}")
        return [{name: _plain(name, value) for name, value in record.items()} for record in found]

    async def hidden_among(self, model: str, numbers: Sequence[int]) -> set[int]:
        return await hidden_among(self._odoo, model, numbers)

    async def find_by_external_id(self, model: str, external_id: str) -> int | Literal["hidden"] | None:
        return await find_by_external_id(self._odoo, model, external_id)

    async def external_ids(self, model: str, numbers: Sequence[int]) -> dict[int, frozenset[str]]:
        found = await self._odoo.execute(model, "get_metadata", ids=numbers)
        if not isinstance(found, list):
            raise OdooUnavailable(f"{model}.get_metadata answered with no list: {str(found)[:200]}")
        return {it["id"]: frozenset(_external_ids(it)) for it in found}

    async def load(self, model: str, rows: Sequence[Row]) -> list[Outcome]:
        return await load(self._odoo, model, rows)

    async def countries(self) -> Mapping[int, str]:
        return await self._odoo.countries()


@dataclass
class DryRun:
    """A target that writes nothing. It keeps each row that would be sent in `rows`; new records get negative ids."""

    real: RealTarget
    rows: list[tuple[str, Row]] = field(default_factory=list)

    async def columns(self, model: str) -> frozenset[str]:
        return await self.real.columns(model)

    async def is_html(self, model: str, name: str) -> bool:
        return await self.real.is_html(model, name)

    async def search(self, model: str, domain: list[Any]) -> list[Values]:
        return await self.real.search(model, domain)

    async def hidden_among(self, model: str, numbers: Sequence[int]) -> set[int]:
        return await self.real.hidden_among(model, numbers)

    async def find_by_external_id(self, model: str, external_id: str) -> int | Literal["hidden"] | None:
        return None  # Odoo answers this only to a `load`, which is a write

    async def external_ids(self, model: str, numbers: Sequence[int]) -> dict[int, frozenset[str]]:
        return await self.real.external_ids(model, numbers)

    async def load(self, model: str, rows: Sequence[Row]) -> list[Outcome]:
        known = await self.columns(model)
        numbers: list[Outcome] = []
        for row in rows:
            self.rows.append(
                (model, {it: row[it] for it in row if it in ("id", ".id") or it.partition("/")[0] in known})
            )
            numbers.append(int(row[".id"]) if ".id" in row else -len(self.rows))
        return numbers

    async def countries(self) -> Mapping[int, str]:
        return await self.real.countries()


def _external_ids(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Yields a record's external ids; before Odoo 17 only one is readable."""
    for it in metadata.get("xmlids") or ():
        yield str(it.get("xmlid"))
    if metadata.get("xmlid"):
        yield str(metadata["xmlid"])


def _plain(name: str, value: Any) -> Any:
    """Reduces a reference to its database id: the name of the other record may change."""
    return value[0] if name in REFERENCES and isinstance(value, list) and value else value
