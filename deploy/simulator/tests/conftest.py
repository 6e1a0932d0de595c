"""A running simulator with its vendors, for the tests of these."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from simulator.register.registry import DEFAULT_SEED, company
from simulator.running import running
from simulator.settings import Settings
from simulator.town.sites import Site
from simulator.town.town import Town
from testkit.trusted import trusted

COMPANIES = 3000


@dataclass(frozen=True, slots=True)
class Vendors:
    """A client of all vendors, with the key `k` unless another is given, and of the control endpoints."""

    http: httpx.AsyncClient
    url: str

    async def tavily(self, path: str, key: str = "k", **body: Any) -> httpx.Response:
        """A POST to Tavily."""
        return await self.http.post(f"/tavily{path}", json=body, headers={"Authorization": f"Bearer {key}".strip()})

    async def lusha(self, path: str, key: str = "k", **body: Any) -> httpx.Response:
        """A POST to Lusha."""
        return await self.http.post(f"/lusha/v3{path}", json=body, headers={"api_key": key})

    async def verify(self, *emails: str, key: str = "k") -> httpx.Response:
        """A batch to ZeroBounce."""
        batch = [{"email_address": email, "ip_address": None} for email in emails]
        return await self.http.post("/zerobounce/v2/validatebatch", json={"api_key": key, "email_batch": batch})

    async def inject(self, vendor: str, **fault: Any) -> None:
        """One more fault."""
        (await self.http.post(f"/_simulator/vendors/{vendor}/faults", json=fault)).raise_for_status()

    async def terms(self, vendor: str, **terms: Any) -> None:
        """Other terms."""
        (await self.http.put(f"/_simulator/vendors/{vendor}", json=terms)).raise_for_status()

    async def state(self, vendor: str) -> dict[str, Any]:
        """Reads a vendor's state from the control endpoint."""
        body: dict[str, Any] = (await self.http.get("/_simulator/vendors")).json()[vendor]
        return body

    async def charges(self, **wanted: Any) -> list[dict[str, Any]]:
        """The ledger."""
        answer = (await self.http.get("/_simulator/charges", params=wanted)).raise_for_status()
        entries: list[dict[str, Any]] = answer.json()["charges"]
        return entries


@pytest.fixture(scope="session")
async def vendors_url() -> AsyncIterator[str]:
    """A simulator whose search knows the first companies."""
    async with running(Settings(companies=COMPANIES, slow_ms=0)) as url:
        yield url


@pytest.fixture
async def vendors(vendors_url: str) -> AsyncIterator[Vendors]:
    """Vendors that are as new."""
    async with httpx.AsyncClient(base_url=vendors_url, verify=trusted(), trust_env=False, timeout=20) as http:
        (await http.post("/_simulator/reset")).raise_for_status()
        yield Vendors(http, vendors_url)


@pytest.fixture(scope="session")
def town() -> Town:
    """The simulator's town."""
    return Town(DEFAULT_SEED)


@pytest.fixture(scope="session")
def known_sites(town: Town) -> list[Site]:
    """The sites of the companies that search knows, listed in the register or not."""
    owners = (company(index, DEFAULT_SEED) for index in range(COMPANIES))
    hosts = (owner.website or owner.unlisted_website for owner in owners)
    sites = (town.site(host) for host in hosts if host)
    return [site for site in sites if site is not None]
