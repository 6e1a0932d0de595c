"""Measures inbox, workers and outbox, as ratios to a bare batched insert of the same rows in the same run.

Each round measures four things on the same events, one after the other, in one database and on one broker:

    bare        INSERT … SELECT unnest of 500 rows at a time, a commit each, into an unpartitioned twin of the inbox
    take_in     from Kafka into the inbox
    set_based   claimed 500 at a time, written with one statement, announced, sent to Kafka, ended
    one_by_one  claimed, written, announced, sent and ended each for itself, by 8 workers at once

Rounds are paired, so that a slow moment of the machine meets all four; the medians of the rounds' ratios count.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import asyncpg
from aiokafka import AIOKafkaProducer

from common.contracts import Company, LeadSynced, RequestEnrichment, RequestNightlyEnrichment
from common.delivery.inbox.intake import arrival
from common.errors import Permanent
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from common.observability import metrics
from common.postgres import Database
from common.runtime import Runtime
from common.service import raise_gc_threshold
from leadgen.bench.harness.publishing import Record, record, send
from leadgen.bench.harness.waiting import TooLate, until

STAGE = "bench"
BATCH = 500
TAKEN_IN, SENT = "leadgen_inbox_taken_in_total", "leadgen_outbox_sent_total"
TENANTS = 4

#: Events per second, far below any way of working: what is slower has stopped.
SLOWEST = 50

PREPARE = """
    CALL add_stage('bench');
    CREATE TABLE bare_inbox (LIKE inbox INCLUDING ALL);
    CREATE TABLE bench_results (tenant_id int, uen text, name text);
    CALL keep_tenants_apart('bench_results');
    GRANT SELECT, INSERT ON bench_results TO leadgen_service;
"""

BARE = """
    INSERT INTO bare_inbox (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset,
                            key, tenant_id, lane, value, headers, error)
    SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::bigint[],
                             $7::bytea[], $8::int[], $9::text[], $10::bytea[], $11::text[], $12::text[])
"""

SAVE = "INSERT INTO bench_results (tenant_id, uen, name) SELECT tenant(), * FROM unnest($1::text[], $2::text[])"


class NotDone(Permanent):
    """Too few events were handled for a rate."""


@dataclass(frozen=True)
class Ratios:
    """Rates as shares of the bare insert's rate."""

    take_in: float
    set_based: float
    one_by_one: float


@dataclass(frozen=True)
class SpineFigures:
    """Medians over the rounds; `spread` holds each ratio's lowest and highest round."""

    ratios: Ratios
    spread: dict[str, tuple[float, float]]
    events_per_s: dict[str, int]
    rounds: int

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


async def bench_spine(
    database_url: str, bootstrap_servers: str, *, events: int = 20_000, rounds: int = 5
) -> SpineFigures:
    """Needs a migrated database of its own, the rights of its owner, and the topics. Does not delete its tables."""
    raise_gc_threshold()  # as every service does
    owner = await asyncpg.connect(database_url)
    database = await Database.connect(database_url, size=24)
    try:
        await owner.execute(PREPARE)
        rates = [await _round(owner, database, bootstrap_servers, events) for _ in range(rounds)]
    finally:
        await database.close()
        await owner.close()
    shares = {name: [rate[name] / rate["bare"] for rate in rates] for name in ("take_in", "set_based", "one_by_one")}
    return SpineFigures(
        ratios=Ratios(**{name: round(statistics.median(share), 3) for name, share in shares.items()}),
        spread={name: (round(min(share), 3), round(max(share), 3)) for name, share in shares.items()},
        events_per_s={name: round(statistics.median(rate[name] for rate in rates)) for name in rates[0]},
        rounds=rounds,
    )


async def _round(
    owner: "asyncpg.Connection[asyncpg.Record]", database: Database, bootstrap_servers: str, events: int
) -> dict[str, float]:
    few = events // 2
    await owner.execute("TRUNCATE bare_inbox, bench_results, inbox_bench, outbox_bench")
    many = await _publish(bootstrap_servers, RequestEnrichment, events)
    await _publish(bootstrap_servers, RequestNightlyEnrichment, few)
    took_in = await _take_in(database, bootstrap_servers, events + few)
    await _tidy(owner)
    set_based = await _work(database, bootstrap_servers, _set_based(), events)
    await _tidy(owner)
    one_by_one = await _work(database, bootstrap_servers, _one_by_one(), few)
    await _tidy(owner)
    bare = await _bare(owner, many)
    return {"bare": bare, "take_in": took_in, "set_based": set_based, "one_by_one": one_by_one}


async def _tidy(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Vacuums, as autovacuum does within a minute, so that the rows of one measurement do not slow the next."""
    await owner.execute("VACUUM ANALYZE inbox")
    await owner.execute("VACUUM ANALYZE outbox")


async def _publish(bootstrap_servers: str, event: type[RequestEnrichment], count: int) -> Sequence[Record]:
    """Publishes events of four tenants, each of a different company."""
    rows = []
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, max_batch_size=256 * 1024) as producer:
        for n in range(count):
            company = Company(company_id=n, uen=f"2019{n:05}K", name=f"Company {n} Pte. Ltd.", industry_code="25910")
            made = event(tenant_id=1 + n % TENANTS, company=company)
            rows.append(record(made, "interactive", n))
            await send(producer, rows[-1])
        await producer.flush()
    return rows


async def _bare(owner: "asyncpg.Connection[asyncpg.Record]", sent: Sequence[Record]) -> float:
    arrivals = [arrival(it) for it in sent]
    batches = [tuple(zip(*arrivals[start : start + BATCH], strict=True)) for start in range(0, len(arrivals), BATCH)]
    began = time.perf_counter()
    for columns in batches:
        await owner.execute(BARE, STAGE, *columns)
    return len(arrivals) / (time.perf_counter() - began)


async def _take_in(database: Database, bootstrap_servers: str, count: int) -> float:
    """Measures rows per second from the first batch's commit to the last one's, without the time to join the group."""
    stage = _set_based()
    _declare_one_by_one(stage)
    before = _count(TAKEN_IN)
    async with Runtime(stage, database, bootstrap_servers, lanes={}, bound=10 * count):
        return await growth(TAKEN_IN, before, count, within_s=_patience_s(count))


async def _work(database: Database, bootstrap_servers: str, stage: Stage, count: int) -> float:
    """Measures events per second from the first announcement that Kafka confirmed to the last one."""
    (handler,) = stage.handlers.values()
    size = 4 if handler.is_set_based else 8
    before = _count(SENT)
    async with Runtime(stage, database, bootstrap_servers, lanes={"interactive": size}, bound=10**9):
        return await growth(SENT, before, count, within_s=_patience_s(count))


async def growth(counter: str, before: float, count: int, *, within_s: float) -> float:
    """Returns the growth rate of this process's counter, up to `count` from `before`. Reading it needs no query.

    Raises NotDone.
    """

    async def grown() -> float:
        return _count(counter) - before

    try:
        first = await until(grown, lambda by: by > 0, within_s=within_s)
        began = time.perf_counter()
        done = await until(grown, lambda by: by >= count, within_s=within_s)
        took = time.perf_counter() - began
    except TooLate as late:
        raise NotDone(f"{counter} was to grow by {count}: {late}") from late
    if done == first:
        raise NotDone(f"{counter} grew by {count} at once: a rate needs more events")
    return (done - first) / took


def _patience_s(count: int) -> float:
    return 60 + count / SLOWEST


def _count(counter: str) -> float:
    """Returns the counter's value, over all topics of the bench's stage."""
    return sum(
        sample.value
        for metric in (metrics.taken_in, metrics.outbox_sent)
        for family in metric.collect()
        for sample in family.samples
        if sample.name == counter and sample.labels["stage"] == STAGE
    )


def _set_based() -> Stage:
    stage = Stage(STAGE)

    @stage.handles(RequestEnrichment, batch=BATCH)
    async def save_all(work: Batch[RequestEnrichment]) -> None:
        companies = [event.company for event in work.events]
        await work.tx.execute(SAVE, [company.uen for company in companies], [company.name for company in companies])
        for item in work.items:
            work.announce(_synced(item.event), cause=item)

    return stage


def _one_by_one() -> Stage:
    return _declare_one_by_one(Stage(STAGE))


def _declare_one_by_one(stage: Stage) -> Stage:
    @stage.handles(RequestNightlyEnrichment)
    async def save_one(work: Work[RequestNightlyEnrichment]) -> None:
        async with work.finish() as tx:
            await tx.execute(SAVE, [work.event.company.uen], [work.event.company.name])
            work.announce(_synced(work.event))

    return stage


def _synced(event: RequestEnrichment) -> LeadSynced:
    return LeadSynced(tenant_id=event.tenant_id, company=event.company, outcome="no_connection")
