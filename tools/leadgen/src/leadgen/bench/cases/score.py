"""Measures the scorer as a separate process between a real PostgreSQL and a real Kafka.

Throughput: an idle scorer finds so many enriched companies of four tenants, each with an ICP, in its inbox, all at
once. The time runs from there until Kafka has the last of its announcements; rows are committed before that. Latency:
one company at a time, for which somebody waits, from its arrival in the inbox until a consumer has its announcement.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from common.contracts import CompanyEnriched, Event, IcpChanged, Lane, LeadScored
from common.delivery.inbox import Inbox
from common.delivery.inbox.intake import arrival
from common.errors import Permanent
from common.postgres import Database
from embedded.child import tail
from leadgen.bench.harness.enriched_companies import ICPS, visited
from leadgen.bench.harness.instruments.process import cpu_s
from leadgen.bench.harness.publishing import record, send
from leadgen.bench.harness.waiting import TooLate, dead_letter_error, until
from leadgen.local.service import Service
from leadgen.ssic import seed_ssic
from leadgen.tenants.tenants import add_tenant

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TENANTS = (1, 2, 3, 4)
#: Between one company and the next: by then all that follows from the first is over.
PAUSE_S = 0.02
PATIENCE_S = 60.0

#: Offsets of rows that are put into the inbox past Kafka: beyond any that it will give.
BEYOND = 10**9

ADD = """
    INSERT INTO companies (company_id, uen, name) OVERRIDING SYSTEM VALUE
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
"""
PROFILES = "SELECT count(*) FROM scoring_profiles"
SCORED = "SELECT count(*) FROM lead_scores WHERE company_id = ANY($1::bigint[]) AND has_icp"
ARRIVED = "SELECT received_at FROM inbox WHERE consumer = 'scorer' AND event_id = $1"


class NotScored(Permanent):
    """The companies were not scored in time, or not at all."""


@dataclass(frozen=True)
class ScoreFigures:
    """Companies per second, the median of the rounds; the 95th percentile of single ones in milliseconds."""

    companies_per_s: int
    p95_ms: float
    spread: dict[str, tuple[float, float]]
    of: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def bench_score(
    database_url: str,
    bootstrap_servers: str,
    folder: Path,
    *,
    companies: int = 5_000,
    rounds: int = 3,
    singles: int = 200,
    warm_up: int = 2_000,
) -> ScoreFigures:
    """Needs a migrated database of its own, the rights of its owner, and the topics. `folder` gets the scorer's log."""
    await seed_ssic(database_url)
    for tenant in TENANTS:
        await add_tenant(database_url, tenant, f"Tenant {tenant}")
    async with _bench(database_url, bootstrap_servers, folder) as bench:
        await bench.profile()
        strangers = (visited(number, TENANTS[number % len(TENANTS)]) for number in count(1))
        await bench.rate(list(islice(strangers, warm_up)))
        worked_s = cpu_s(bench.scorer)
        rates = [await bench.rate(list(islice(strangers, companies))) for _ in range(rounds)]
        worked_s = cpu_s(bench.scorer) - worked_s
        await bench.latencies(list(islice(strangers, 20)))  # warm: this lane was idle until now
        single = await bench.latencies(list(islice(strangers, singles)))
    arrived, sent = ([getattr(it, name) for it in single] for name in ("from_inbox_ms", "from_send_ms"))
    return ScoreFigures(
        companies_per_s=round(statistics.median(rates)),
        p95_ms=round(_percentile(arrived, 95), 2),
        spread={"companies_per_s": (round(min(rates)), round(max(rates)))},
        of={
            "companies": companies,
            "rounds": rounds,
            "singles": singles,
            "cpu_ms": round(1000 * worked_s / (rounds * companies), 3),  # the scorer's own, per company
            "p50_ms": round(statistics.median(arrived), 2),
            "p50_from_send_ms": round(statistics.median(sent), 2),
            "p95_from_send_ms": round(_percentile(sent, 95), 2),
        },
    )


class Latency(NamedTuple):
    """Time until a consumer has the announcement: since the row's arrival in the inbox, and since the send to Kafka."""

    from_inbox_ms: float
    from_send_ms: float


@dataclass
class Bench:
    """A running scorer with its database and its Kafka clients. `owner` sees every row."""

    owner: Owner
    database: Database
    scorer: Service
    _producer: AIOKafkaProducer
    _leads: AIOKafkaConsumer

    async def profile(self) -> None:
        """Saves an ICP for every tenant, like the gateway."""
        now = datetime.now(UTC)
        for tenant, icp in zip(TENANTS, ICPS, strict=True):
            await self.send(IcpChanged(tenant_id=tenant, icp=icp, changed_at=now), "nightly")
        await self._until(lambda: self.owner.fetchval(PROFILES), len(TENANTS))

    async def rate(self, events: Sequence[CompanyEnriched]) -> float:
        """Measures companies per second, from their arrival in the inbox to the last announcement in Kafka."""
        await self.add(events)
        before = await self._announced()
        inbox = Inbox("scorer", timedelta(minutes=1))
        rows = [arrival(record(event, "nightly", BEYOND + nth)) for nth, event in enumerate(events[:-1])]
        async with self.database.without_tenant() as tx:
            for start in range(0, len(rows), 500):
                await inbox.take_in(tx, rows[start : start + 500])
        began = time.perf_counter()
        await self.send(events[-1], "nightly")  # its arrival tells the workers that there is something
        await self._until(self._announced, before + len(events))
        took = time.perf_counter() - began
        scored = await self.owner.fetchval(SCORED, [it.company.company_id for it in events])
        if scored != len(events):
            raise NotScored(f"{scored} of {len(events)} have a score by their ICP:\n{tail(self.scorer.log)}")
        await self.owner.execute("VACUUM ANALYZE inbox")  # what autovacuum does within a minute
        await self.owner.execute("VACUUM ANALYZE outbox")
        return len(events) / took

    async def latencies(self, events: Sequence[CompanyEnriched]) -> list[Latency]:
        """Returns the latency of each event, one after the other."""
        await self.add(events)
        await self._leads.seek_to_end()
        latencies = []
        for event in events:
            latencies.append(await self._latency(event))
            await asyncio.sleep(PAUSE_S)
        return latencies

    async def _latency(self, event: CompanyEnriched) -> Latency:
        sent = time.time()
        event_id = await self.send(event, "interactive")
        async with asyncio.timeout(PATIENCE_S):
            while (await self._leads.getone()).key != event.key.encode():
                pass
        seen = time.time()
        arrived = await self.owner.fetchval(ARRIVED, event_id)
        return Latency((seen - arrived.timestamp()) * 1000, (seen - sent) * 1000)

    async def add(self, events: Sequence[CompanyEnriched]) -> None:
        """Saves the events' companies."""
        companies = [event.company for event in events]
        await self.owner.execute(
            ADD, [it.company_id for it in companies], [it.uen for it in companies], [it.name for it in companies]
        )

    async def send(self, event: Event, lane: Lane) -> UUID:
        """Sends an event and returns its id, before Kafka has confirmed it."""
        made = record(event, lane)
        await send(self._producer, made)
        return made.event_id

    async def _announced(self) -> int:
        """Counts the announcements in Kafka."""
        ends = await self._leads.end_offsets(list(self._leads.assignment()))
        return sum(ends.values())

    async def _until(self, number: Callable[[], Awaitable[int]], reached: int) -> None:
        try:
            await until(number, lambda there: there >= reached, within_s=PATIENCE_S)
        except TooLate as late:
            error = await dead_letter_error(self.owner, "scorer")
            reason = error or f"the end of its log:\n{tail(self.scorer.log)}"
            raise NotScored(f"{late.last} of {reached} after {PATIENCE_S:g} s; {reason}") from late


@asynccontextmanager
async def _bench(database_url: str, bootstrap_servers: str, folder: Path) -> AsyncIterator[Bench]:
    environment = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers}
    scorer = Service("scorer", "leadgen-scorer", environment, folder)
    try:
        scorer.start()
        await scorer.is_ready()
        async with bench_of(scorer, database_url, bootstrap_servers) as bench:
            yield bench
    finally:
        await scorer.stop()


@asynccontextmanager
async def bench_of(scorer: Service, database_url: str, bootstrap_servers: str) -> AsyncIterator[Bench]:
    """Connects to a scorer that runs on these servers."""
    owner = await asyncpg.connect(database_url)
    database = await Database.connect(database_url, size=1, name="bench")
    leads = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    try:
        async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all") as producer, leads:
            partitions = await producer.partitions_for(LeadScored.topic)
            leads.assign([TopicPartition(LeadScored.topic, number) for number in sorted(partitions)])
            yield Bench(owner, database, scorer, producer, leads)
    finally:
        await database.close()
        await owner.close()


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
