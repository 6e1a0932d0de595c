"""Measures what must not grow with the work that waits, and what a product at rest costs.

In the database alone, on a stage of the bench's own whose rows are made by one statement; medians of several tries:

    claim_ms          a claim of ten rows: with so many ready ones, and with few beside those of an outage's morning
                      (as many resting after a failure and as many leased as the key says)
    ready_tenants_ms  one read of the tenants' round, as the workers read it, with so many tenants ready
    gauge_ms          one reading of the backlog, as the gauges read it, with so many rows open

With the product's five services as processes, see `growth_at_rest`:

    idle_tx_per_s               transactions in the database, of all services together
    idle_cpu_percent            of one core, all services together, PostgreSQL and Kafka not counted
    first_event_after_pause_ms  extra latency of an event after a pause, to the same while warm
    recovery_s                  from `kill -9` of a scorer with an event in hand until another has ended that event
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import median
from typing import TypeAlias

import asyncpg

from common.delivery.gauges import MOST_COUNTED
from common.delivery.inbox import Inbox
from common.handling.workers import RING
from common.postgres import Database

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

STAGE = "bench"
TOPIC = "bench.growth"
SIZES = (10_000, 100_000, 1_000_000)
TENANTS = (1_000, 10_000)
#: Rows of an outage's morning: so many resting and so many leased, and few that are ready.
STILL = 99_000
FEW = 100
AT_ONCE = 10
TRIES = 15

FILL = """
    INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, value, headers,
                       received_at, phase, attempts, failures, next_at)
    SELECT 'bench', (left(replace(first_event_id(now())::text, '-', ''), 12) || lpad(to_hex($2 + n), 20, '0'))::uuid,
           'bench.growth', n % 6, $2 + n, convert_to('1:' || ($2 + n), 'UTF8'), 1 + n % $3, 'interactive', '{}', '[]',
           now() + ($2 + n) * interval '1 microsecond', $4, $5, $6, now() + $7
      FROM generate_series(0, $1 - 1) AS n
"""


async def growth_of_rows(
    database_url: str, *, size: int = SIZES[-1], tries: int = TRIES
) -> dict[str, dict[str, float]]:
    """Returns the figures of the database, none of more than `size` rows. Needs a migrated one, as its owner."""
    claims, gauges, tenants = {}, {}, {}
    async with _rows(database_url) as rows:
        for number in _up_to(size, SIZES):
            await rows.fill(number)
            claims[f"{number}"] = await rows.claim_ms(tries)
            gauges[f"{number}"] = await rows.gauge_ms(tries)
        still = min(STILL, size)
        await rows.fill(still, phase="scheduled", failures=1, wait=timedelta(hours=1))
        await rows.fill(still, after=still, phase="scheduled", attempts=1, wait=timedelta(hours=1))
        await rows.fill(FEW, after=2 * still)
        claims[f"beside {still} resting and {still} leased"] = await rows.claim_ms(min(tries, FEW // AT_ONCE))
        for number in _up_to(size, TENANTS):
            await rows.fill(2 * number, tenants=number)
            tenants[f"{number}"] = await rows.ready_tenants_ms(tries)
    return {"claim_ms": claims, "ready_tenants_ms": tenants, "gauge_ms": gauges}


def _up_to(size: int, wanted: tuple[int, ...]) -> list[int]:
    """The sizes that are wanted and not too large; else the largest that may be."""
    return [number for number in wanted if number <= size] or [size]


class _Rows:
    """Rows of the bench's inbox. `owner` sees every row; the inbox is used as a service uses it, on one session."""

    def __init__(self, owner: Owner, database: Database) -> None:
        self._owner = owner
        self._database = database
        self._inbox = Inbox(STAGE, timedelta(hours=1))

    async def fill(
        self,
        number: int,
        *,
        after: int = 0,
        tenants: int = 1,
        phase: str = "ready",
        attempts: int = 0,
        failures: int = 0,
        wait: timedelta = timedelta(0),
    ) -> None:
        """Adds rows that are younger than the first `after`; with none before them, all others go."""
        if not after:
            await self._owner.execute("TRUNCATE inbox_bench")
        await self._owner.execute(FILL, number, after, tenants, phase, attempts, failures, wait, timeout=600)
        await self._owner.execute("VACUUM ANALYZE inbox", timeout=600)  # what autovacuum does within a minute

    async def claim_ms(self, tries: int) -> float:
        """Claims `AT_ONCE` further rows each time; what was claimed stays leased, as in a service at work."""

        async def claim(_: int) -> bool:
            async with self._database.statement() as tx:
                return len(await self._inbox.claim(tx, TOPIC, "interactive", 1, AT_ONCE)) == AT_ONCE

        return await _median_ms(claim, tries)

    async def ready_tenants_ms(self, tries: int) -> float:
        """Reads the round part by part."""

        async def read(place: int) -> bool:
            async with self._database.statement() as tx:
                ready = await self._inbox.ready_tenants(tx, TOPIC, "interactive", after=place, limit=RING)
            return bool(ready)

        return await _median_ms(read, tries)

    async def gauge_ms(self, tries: int) -> float:
        async def read(_: int) -> bool:
            async with self._database.statement() as tx:
                return bool(await self._inbox.backlog(tx, [TOPIC], MOST_COUNTED))

        return await _median_ms(read, tries)


@asynccontextmanager
async def _rows(database_url: str) -> AsyncIterator[_Rows]:
    owner = await asyncpg.connect(database_url)
    database = await Database.connect(database_url, size=1, name=STAGE)
    try:
        await owner.execute(f"CALL add_stage('{STAGE}')")
        yield _Rows(owner, database)
        await owner.execute("TRUNCATE inbox_bench")
    finally:
        await database.close()
        await owner.close()


async def _median_ms(attempt: Callable[[int], Awaitable[bool]], tries: int) -> float:
    """Returns the median time of an attempt. The first one plans, and does not count. Raises ValueError."""
    times = []
    for nth in range(tries):
        began = time.perf_counter()
        if not await attempt(nth):
            raise ValueError("found less than there was to find")
        times.append((time.perf_counter() - began) * 1000)
    return round(median(times[1:] or times), 3)
