"""The baseline of the Odoo measurement: a create and a write per record, over either of Odoo's protocols."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from common.contracts import LeadScored
from common.errors import Permanent

NAMES = ("ODOO_URL", "ODOO_DB", "ODOO_API_KEY", "ODOO_USER", "ODOO_PASSWORD")


class NoOdoo(Permanent):
    """The environment names no Odoo, or one that fails the calls."""


@dataclass(frozen=True)
class OdooPlace:
    """Address and credentials of the Odoo under test. JSON-RPC uses the password, as servers before 19 do."""

    url: str
    database: str
    login: str
    secret: str = field(repr=False)
    protocol: str

    @classmethod
    def named(cls, environment: Mapping[str, str]) -> "OdooPlace":
        """Reads ODOO_URL and the other variables; ODOO_PROTOCOL is json2 unless it is jsonrpc. Raises NoOdoo."""
        missing = [name for name in NAMES if not environment.get(name)]
        if missing:
            raise NoOdoo(f"this bench needs an Odoo that it may write into: set {', '.join(missing)}")
        protocol = environment.get("ODOO_PROTOCOL", "json2")
        secret = environment["ODOO_PASSWORD" if protocol == "jsonrpc" else "ODOO_API_KEY"]
        url = environment["ODOO_URL"].rstrip("/")
        return cls(url, environment["ODOO_DB"], environment["ODOO_USER"], secret, protocol)


class CrudBaseline:
    """One connection to Odoo, which stays open."""

    def __init__(self, http: httpx.AsyncClient, place: OdooPlace) -> None:
        self._http = http
        self._place = place
        self._uid: int | None = None

    @classmethod
    @asynccontextmanager
    async def at(cls, place: OdooPlace) -> AsyncIterator["CrudBaseline"]:
        """Opens a client, which connects at the first call."""
        async with httpx.AsyncClient(base_url=place.url, timeout=120, trust_env=False) as http:
            yield cls(http, place)

    async def write(self, leads: Sequence[LeadScored]) -> float:
        """Creates company, contact and lead for each, then writes to each once; returns the seconds. Raises NoOdoo."""
        began = time.perf_counter()
        for it in leads:
            company = it.company
            partner = await self._create(
                "res.partner",
                name=company.name,
                is_company=True,
                ref=company.uen,
                company_registry=company.uen,
                website=company.website_domain,
            )
            await self._call("res.partner", "write", partner, street=company.address, zip=company.postal_code)
            assert it.contact is not None  # noqa: S101 # the bench's leads have one
            contact = await self._create("res.partner", name=it.contact.name, parent_id=partner, type="contact")
            await self._call("res.partner", "write", contact, email=it.contact.value)
            made = await self._create("crm.lead", name=company.name, type="lead", partner_id=contact, user_id=False)
            await self._call("crm.lead", "write", made, description=f"<p>{it.rationale}</p>")
        return time.perf_counter() - began

    async def _create(self, model: str, **values: Any) -> int:
        made = await self._call(model, "create", None, **values)
        match made:
            case [int(number)] | int(number):
                return number
        raise NoOdoo(f"{model}.create answered {str(made)[:200]}")

    async def _call(self, model: str, method: str, number: int | None, **values: Any) -> Any:
        place = self._place
        if place.protocol != "jsonrpc":
            body = {"vals_list": [values]} if number is None else {"ids": [number], "vals": values}
            headers = {"Authorization": f"bearer {place.secret}", "X-Odoo-Database": place.database}
            answer = await self._http.post(f"/json/2/{model}/{method}", json=body, headers=headers)
            if answer.status_code != httpx.codes.OK:
                raise NoOdoo(f"{model}.{method} answered {answer.status_code}")
            return answer.json()
        if self._uid is None:
            self._uid = await self._rpc("common", "authenticate", [place.database, place.login, place.secret, {}])
        positional = [values] if number is None else [[number], values]
        called: list[Any] = [place.database, self._uid, place.secret, model, method, positional, {}]
        return await self._rpc("object", "execute_kw", called)

    async def _rpc(self, service: str, method: str, args: list[Any]) -> Any:
        params = {"service": service, "method": method, "args": args}
        answer = await self._http.post("/jsonrpc", json={"jsonrpc": "2.0", "method": "call", "params": params, "id": 1})
        answered = answer.json()
        if answered.get("result", False) is False:
            raise NoOdoo(f"{method} failed: {answered.get('error', {}).get('data', {}).get('message', 'refused')}")
        return answered["result"]
