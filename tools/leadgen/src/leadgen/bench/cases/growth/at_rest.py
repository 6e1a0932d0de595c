"""Measures a product with nothing to do, the first event after a pause, and recovery from a killed replica."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import count, islice
from pathlib import Path
from statistics import median
from uuid import UUID

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families

from common.errors import Permanent
from leadgen.bench.cases.score import Bench, bench_of
from leadgen.bench.harness.enriched_companies import visited
from leadgen.bench.harness.instruments.process import cpu_s
from leadgen.bench.harness.waiting import TooLate, until
from leadgen.local.service import Service
from leadgen.local.stack import Stack
from leadgen.tenants.tenants import add_tenant

TENANT = 1
#: Time for services to end what they do at their start, and for sessions to report their transactions.
SETTLE_S = 15.0
WARM = 20
#: Well beyond any lease.
RECOVERED_WITHIN_S = 120.0

TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
STATE = "SELECT state FROM inbox WHERE consumer = 'scorer' AND event_id = $1"
IN_FLIGHT = "leadgen_stage_in_flight"


class NotRecovered(Permanent):
    """The event of a killed replica was not in hand, or not ended in time."""


async def growth_at_rest(
    product: Stack,
    folder: Path,
    *,
    settle_s: float = SETTLE_S,
    idle_s: float = 20.0,
    pause_s: float = 10.0,
    pauses: int = 7,
    kills: int = 3,
) -> dict[str, float]:
    """Returns the figures of this product, which nobody else uses. `folder` takes the log of a second scorer."""
    await product.is_ready()
    await asyncio.sleep(settle_s)
    owner = await asyncpg.connect(product.database_url)
    try:
        figures = await _idle(owner, list(product.services.values()), idle_s)
    finally:
        await owner.close()
    await add_tenant(product.database_url, TENANT, "Tenant")
    scorer = product.services["scorer"]
    numbers = count(1)
    async with bench_of(scorer, product.database_url, product.kafka) as bench:
        figures |= await _after_pauses(bench, numbers, pause_s, pauses)
        async with AsyncExitStack() as running:
            second = Service("scorer-2", "leadgen-scorer", product.environment, folder)
            second.start()
            running.push_async_callback(second.stop)
            await second.is_ready()
            times = [await _recovery_s(bench, [scorer, second], next(numbers)) for _ in range(kills)]
    return figures | {
        "recovery_s": round(median(times), 1),
        "recovery_least_s": round(min(times), 1),
        "recovery_most_s": round(max(times), 1),
    }


async def _idle(
    owner: "asyncpg.Connection[asyncpg.Record]", services: Sequence[Service], seconds: float
) -> dict[str, float]:
    before, spent, began = await owner.fetchval(TRANSACTIONS), sum(map(cpu_s, services)), time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    cpu = sum(map(cpu_s, services)) - spent
    made = await owner.fetchval(TRANSACTIONS) - before
    return {"idle_tx_per_s": round(made / took, 2), "idle_cpu_percent": round(100 * cpu / took, 2)}


async def _after_pauses(bench: Bench, numbers: "count[int]", pause_s: float, pauses: int) -> dict[str, float]:
    """From sending an enriched company to Kafka until a consumer has its lead."""
    await bench.latencies([visited(number, TENANT) for number in islice(numbers, WARM)])
    warm, cold = [], []
    for _ in range(pauses):  # in turns, so that a slow moment of the machine meets both
        await asyncio.sleep(pause_s)
        (first,) = await bench.latencies([visited(next(numbers), TENANT)])
        cold.append(first.from_send_ms)
        following = await bench.latencies([visited(number, TENANT) for number in islice(numbers, WARM)])
        warm.append(median(it.from_send_ms for it in following))
    return {
        "warm_event_ms": round(median(warm), 1),
        "first_event_ms": round(median(cold), 1),
        "first_event_after_pause_ms": round(median(c - w for c, w in zip(cold, warm, strict=True)), 1),
    }


async def _recovery_s(bench: Bench, replicas: Sequence[Service], number: int) -> float:
    """Holds a scorer up in the middle of an event, kills it, and returns how long the event then takes to be ended.

    The killed one is not started again before that.
    """
    event = visited(number, TENANT)
    await bench.add([event])
    barrier = bench.owner.transaction()
    await barrier.start()
    try:
        await bench.owner.execute("LOCK TABLE lead_scores IN ACCESS EXCLUSIVE MODE")
        event_id = await bench.send(event, "interactive")
        holder = await _holder(replicas)
        if holder.child is None:
            raise NotRecovered(f"{holder.name} has no process")
        os.kill(holder.child.pid, signal.SIGKILL)
        killed = time.perf_counter()
        await holder.stop()  # nothing is left to stop; it is not started again
    finally:
        await barrier.rollback()
    await _ended(bench, event_id)
    took = time.perf_counter() - killed
    holder.start()
    await holder.is_ready()
    return took


async def _holder(replicas: Sequence[Service]) -> Service:
    """Returns the replica that has an event in hand. Raises NotRecovered."""

    async def look() -> Service | None:
        for replica in replicas:
            answer = await http.get(replica.metrics_url)
            families = text_string_to_metric_families(answer.raise_for_status().text)
            if any(it.value > 0 for family in families if family.name == IN_FLIGHT for it in family.samples):
                return replica
        return None

    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        try:
            found = await until(look, lambda it: it is not None, within_s=RECOVERED_WITHIN_S)
        except TooLate as late:
            raise NotRecovered("no scorer took the event in hand") from late
    if found is None:
        raise NotRecovered("no scorer took the event in hand")
    return found


async def _ended(bench: Bench, event_id: UUID) -> None:
    async def look() -> str | None:
        state: str | None = await bench.owner.fetchval(STATE, event_id)
        return state

    try:
        await until(look, lambda state: state == "done", within_s=RECOVERED_WITHIN_S, every_s=0.05)
    except TooLate as late:
        raise NotRecovered(f"the event of the killed scorer is {late.last}: {late}") from late
