"""The simulator's town as the enricher's world: its websites behind a proxy, all four vendors and their charges."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from itertools import islice
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest

from common.contracts import Company
from common.postgres import Database
from enricher.enrichment.waterfall import Waterfall
from enricher.main import waterfall_of
from enricher.purchases import guarded_call
from enricher.settings import EnricherSettings
from simulator.register.registry import RegistryCompany, company
from simulator.running import running
from simulator.settings import Settings
from simulator.town.sites import Behaviour, Site, site_of
from simulator.town.sites import Robots as Rules
from testkit.trusted import trusted

SEED, KNOWN = 65, 3000
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ENLIST = "INSERT INTO companies (uen, name, website_domain) VALUES ($1, $2, $3) RETURNING company_id"
USED = "SELECT coalesce(sum(used), 0) FROM vendor_usage WHERE vendor = $1 AND tenant_id = $2"


class Town:
    """The simulator, and an enricher's way to it. `owner` sees all rows."""

    def __init__(self, url: str, http: httpx.AsyncClient, database: Database, owner: Owner) -> None:
        self.url = url
        self.owner = owner
        self._http = http
        self._database = database

    def settings(self, **other: Any) -> EnricherSettings:
        """Goes to the town without pauses and buys there; a vendor is left out with `tavily_api_key=None`."""
        vendors = {"tavily": "tavily", "lusha": "lusha", "zerobounce": "zerobounce", "openai": "openai/v1"}
        given = {
            "database_url": "unused",
            "kafka_bootstrap_servers": "unused",
            "crawler_proxy": self.url,
            "crawl_schemes": "http",
            "crawl_delay_s": 0,
            "crawl_delay_max_s": 0,
            **{f"{vendor}_api_key": "k" for vendor in vendors},
            **{f"{vendor}_base_url": f"{self.url}/{path}" for vendor, path in vendors.items()},
        }
        return EnricherSettings.model_validate(given | other)

    def waterfall(self, **settings: Any) -> AbstractAsyncContextManager[Waterfall]:
        """A replica's."""
        return waterfall_of(self._database, self.settings(**settings))

    async def enlist(self, it: RegistryCompany, **other: Any) -> Company:
        """The register's company as the enricher's event has it."""
        made = {
            "uen": it.uen,
            "name": it.name,
            "website_domain": it.website,
            "address": it.address,
            "postal_code": it.postal_code,
        } | other
        company_id = await self.owner.fetchval(ENLIST, made["uen"], made["name"], made["website_domain"])
        return Company.model_validate(made | {"company_id": company_id})

    async def one(self, **other: Any) -> Company:
        """A company with a site in order that names nobody, and whose people Lusha knows."""
        if not _ONE:
            _ONE.extend([it for it in islice(such(is_fine, names_nobody), 20) if await self.has_people(it)][:1])
        return await self.enlist(_ONE[0], **other)

    async def all_with(self, *are: Callable[[Site], bool], listed: bool = True) -> AsyncIterator[RegistryCompany]:
        """The register's companies with such sites."""
        for found in such(*are, listed=listed):
            yield found

    async def first(self, *are: Callable[[Site], bool], **other: Any) -> Company:
        """The register's first company with such a site."""
        async for it in self.all_with(*are):
            return await self.enlist(it, **other)
        raise AssertionError("no such company")

    async def unlisted(self, **other: Any) -> tuple[Company, str | None]:
        """A company whose site only a search finds, and that shows its own number."""
        async for it in self.all_with(is_fine, lambda site: site.shows_uen, listed=False):
            company = await self.enlist(it, **other)
            return company, it.unlisted_website
        raise AssertionError("no such company")

    async def has_people(self, it: RegistryCompany) -> bool:
        people = (await self.state(f"sites/{it.website or it.unlisted_website}"))["people"]
        titles = ("CEO", "Managing Director", "Founder", "Director", "Head of Sales")
        fit = [p for p in people if p["email"] and p["type"] == "work" and any(t in p["title"] for t in titles)]
        return len(fit) > 1

    async def inject_fault(self, vendor: str, **fault: Any) -> None:
        """Injects a fault at a vendor."""
        await self._request("POST", f"vendors/{vendor}/faults", fault)

    async def spoils(self, host: str, **fault: Any) -> None:
        """Injects a fault at a site."""
        await self._request("POST", "faults", {"host": host, "times": None, **fault})

    async def state(self, path: str, **filters: str) -> Any:
        """Reads the simulator's state."""
        answer = await self._http.get(f"{self.url}/_simulator/{path}", params=filters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def charges(self, vendor: str) -> list[dict[str, Any]]:
        return list((await self.state("charges", vendor=vendor))["charges"])

    async def units(self, vendor: str) -> int:
        return int((await self.state("charges", vendor=vendor))["units"])

    async def calls(self, vendor: str) -> dict[str, int]:
        """Counts the calls of each operation, whatever came of them."""
        return dict((await self.state("vendors"))[vendor]["calls"])

    async def repeats(self) -> list[dict[str, Any]]:
        return list((await self.state("charges/repeats"))["repeats"])

    async def used(self, vendor: str, tenant_id: int = 1) -> int:
        """Reads from the tenant's budget how much is used."""
        return int(await self.owner.fetchval(USED, vendor, tenant_id))

    async def _request(self, method: str, path: str, order: Any) -> None:
        answer = await self._http.request(method, f"{self.url}/_simulator/{path}", json=order)
        assert answer.status_code < 300, answer.text


#: Looked for once.
_ONE: list[RegistryCompany] = []


def names_nobody(site: Site) -> bool:
    return site.contact_person is None


def such(*are: Callable[[Site], bool], listed: bool = True) -> Iterator[RegistryCompany]:
    """Companies of the register whose sites are like that, listed in it or not."""
    for index in range(KNOWN):
        it = company(index, SEED)
        host = it.website if listed else it.unlisted_website
        site = site_of(host, SEED) if host else None
        if site and it.live and all(is_so(site) for is_so in are):
            yield it


def is_fine(site: Site) -> bool:
    return site.manner is Behaviour.PLAIN and site.robots is Rules.OPEN


@pytest.fixture(scope="session")
async def simulator() -> AsyncIterator[str]:
    async with running(Settings(seed=SEED, slow_ms=0, companies=KNOWN)) as url:
        yield url


@pytest.fixture
async def town(
    simulator: str, database: Database, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """The simulator as new; vendors are asked again without a pause."""
    monkeypatch.setattr(guarded_call, "_FIRST_PAUSE_S", 0.01)
    async with httpx.AsyncClient(verify=trusted()) as http:
        town = Town(simulator, http, database, owner)
        await town._request("POST", "reset", None)
        yield town
