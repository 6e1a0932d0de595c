"""An enricher as a process with chosen settings.

The simulator is its web and all its vendors; requests arrive over Kafka.

The companies are those of the simulator's register that still trade, as they come: about three in five have a site in
the register, some have one that only a search finds, the others have none.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import httpx

from common.contracts import Company, RequestEnrichment, RequestNightlyEnrichment
from common.errors import Permanent
from leadgen.bench.harness.instruments.process import cpu_s, peak_rss_mb
from leadgen.bench.harness.publishing import publish
from leadgen.bench.harness.waiting import TooLate, dead_letter_error, until
from leadgen.local.service import Service
from leadgen.local.stack import start_simulator, vendors_of
from simulator.register import registry

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: The simulator's index for searches; beyond it a company has no name that can be found.
INDEXED = 20_000
NO_CAP = str(10**12)

ADD = """
    INSERT INTO companies (company_id, uen, name, website_domain)
    OVERRIDING SYSTEM VALUE
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
    ON CONFLICT DO NOTHING
"""
ENRICHED = "SELECT count(*) FROM company_enrichment_runs WHERE company_id = ANY($1::bigint[])"
TAKEN_IN = "SELECT count(*) FROM inbox WHERE consumer = 'enricher'"
#: Makes the same companies unknown again.
FORGET = """
    TRUNCATE company_enrichment_runs, contacts, company_facts, company_sites, crawled_sites, site_turns, vendor_answers,
             vendor_usage, email_verifications, inbox, outbox
"""


class NotEnriched(Permanent):
    """The companies were not enriched in time, or not at all."""


def live_companies(number: int, *, after: int = 0) -> list[Company]:
    """Returns `number` live companies, from the register's `after`-th on. Their ids are their positions."""
    found = (registry.company(index, registry.DEFAULT_SEED) for index in count(after))
    return [
        Company(
            company_id=it.index + 1,
            uen=it.uen,
            name=it.name,
            address=it.address,
            postal_code=it.postal_code,
            website_domain=it.website,
        )
        for it in islice((it for it in found if it.live), number)
    ]


@dataclass
class EnricherUnderTest:
    """An enricher in one or more replicas, with its simulator. `owner` is a connection that sees every row."""

    owner: Owner
    replicas: Sequence[Service]
    simulator: str
    http: httpx.AsyncClient
    _bootstrap_servers: str

    async def request(self, companies: Sequence[Company], tenants: Sequence[int], *, nightly: bool) -> None:
        """Requests these companies, for the tenants in turn, and waits until Kafka has all requests."""
        await self.owner.execute(
            ADD,
            [it.company_id for it in companies],
            [it.uen for it in companies],
            [it.name for it in companies],
            [it.website_domain for it in companies],
        )
        kind = RequestNightlyEnrichment if nightly else RequestEnrichment
        events = (kind(tenant_id=tenant, company=it) for tenant, it in zip(cycle(tenants), companies, strict=False))
        await publish(self._bootstrap_servers, events, "nightly" if nightly else "interactive")

    async def taken_in(self, number: int, *, within_s: float = 60) -> None:
        """Waits until the enricher has so many requests in its inbox. Raises NotEnriched."""
        await self._at_least(number, within_s, TAKEN_IN)

    async def enriched(self, companies: Sequence[Company], *, at_least: int | None = None, within_s: float) -> None:
        """Waits until all of them, or so many, are enriched. Raises NotEnriched."""
        number = len(companies) if at_least is None else at_least
        await self._at_least(number, within_s, ENRICHED, [it.company_id for it in companies])

    async def _at_least(self, number: int, within_s: float, question: str, *arguments: object) -> None:
        async def look() -> int:
            there: int = await self.owner.fetchval(question, *arguments)
            if there < number and (error := await dead_letter_error(self.owner, "enricher")) is not None:
                raise NotEnriched(f"given up: {error}; see {self._logs}")
            return there

        try:  # not often: looking costs time that is measured
            await until(look, lambda there: there >= number, within_s=within_s, every_s=0.1)
        except TooLate as late:
            raise NotEnriched(f"{late.last} of {number} within {within_s:g} s; see {self._logs}") from late

    async def ask_simulator(self, path: str) -> Any:
        """Reads one of the simulator's own endpoints."""
        answer = await self.http.get(f"{self.simulator}/_simulator/{path}")
        return answer.raise_for_status().json()

    async def inject(self, path: str, what: Mapping[str, Any]) -> None:
        """Sends the simulator a command, such as a fault."""
        answer = await self.http.post(f"{self.simulator}/_simulator/{path}", json=what)
        answer.raise_for_status()

    def peak_rss_mb(self) -> int | None:
        """Returns the largest resident set of a replica so far, in MB; `None` if the system does not report it."""
        return max((peak for it in self.replicas if (peak := peak_rss_mb(it)) is not None), default=None)

    def cpu_s(self) -> float:
        """Returns the processor seconds of all replicas so far; 0 if the system does not report them."""
        return sum(cpu_s(it) for it in self.replicas)

    @property
    def enricher(self) -> Service:
        """The first replica."""
        return self.replicas[0]

    @property
    def _logs(self) -> str:
        return ", ".join(str(it.log) for it in self.replicas)


@asynccontextmanager
async def enricher_under_test(
    database_url: str,
    bootstrap_servers: str,
    folder: Path,
    *,
    town: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
    replicas: int = 1,
) -> AsyncIterator[EnricherUnderTest]:
    """Yields a ready enricher that knows no company and has no caps; `town` are settings of the simulator.

    Needs a migrated database, as its owner, and the topics. `folder` takes the logs.
    """
    async with AsyncExitStack() as running:
        owner = await asyncpg.connect(database_url)
        running.push_async_callback(owner.close)
        await owner.execute(FORGET)
        first = {"SIMULATOR_SLOW_MS": "0", "SIMULATOR_COMPANIES": str(INDEXED), **(town or {})}
        simulator = await start_simulator(running, folder, first)
        environment = {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "CRAWLER_PROXY": simulator,
            "CRAWL_SCHEMES": "http",
            "CRAWL_DELAY_MAX_S": "0",
            **vendors_of(simulator),
            "TAVILY_MAX_QUERIES": NO_CAP,
            "OPENAI_DAILY_TOKENS_CAP": NO_CAP,
            "LUSHA_MAX_CONTACT_LOOKUPS": NO_CAP,
            "ZEROBOUNCE_MAX_VERIFICATIONS": NO_CAP,
        }
        environment |= settings or {}
        names = ["enricher", *(f"enricher-{nth}" for nth in range(2, replicas + 1))]
        enrichers = [Service(name, "leadgen-enricher", environment, folder) for name in names]
        for enricher in enrichers:
            enricher.start()
            running.push_async_callback(enricher.stop)
        http = await running.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=60))
        for enricher in enrichers:
            await enricher.is_ready()
        yield EnricherUnderTest(owner, enrichers, simulator, http, bootstrap_servers)
