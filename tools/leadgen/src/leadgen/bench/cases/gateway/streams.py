"""Measures what a thousand idle streams cost one replica of the gateway, and what overload does to another.

    sse_mb_per_1000   memory that 1,000 open streams of a job's progress add to a gateway's process
    overload          a list page at twice the rate that one replica can take: the share that is refused with 503 and
                      Retry-After, the times of the accepted ones, and the memory that the overload adds

The rate that a replica can take is measured first, with 32 clients that keep their connections open. Then requests
begin at twice that rate, each on a connection of its own out of a pool, whether or not earlier ones are answered.
"""

import asyncio
import resource
import statistics
import time
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import psutil

from common.ids import new_id
from leadgen.bench.harness.instruments.persistent_connection import PersistentConnection
from leadgen.bench.harness.processes.gateway_process import SECRET, gateway_process
from leadgen.bench.harness.servers import Servers
from leadgen.local.service import Service
from leadgen.tenants.tenants import add_tenant
from leadgen.tenants.tokens import token

STREAMS = 1000
STREAMS_ALLOWED = {"GATEWAY_MAX_STREAMS": "4000"}  # a tenant may have half of them
CLIENTS = 32
#: Connections of the overload: more than the gateway answers at once, so that its limit is what refuses.
CONNECTIONS = 256
MB = 1024 * 1024
A_JOB = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, total, asked)
    VALUES ($1, 1, 'staging_upsert', 'queued', '{}', 10, $1::uuid::text)
"""
PAGE = "/jobs?limit=50"


async def bench_streams(its: Servers, *, seconds: float) -> dict[str, Any]:
    """Opens the streams at one replica, and overloads another for so long."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * STREAMS)), hard))  # the gateway inherits it
    await add_tenant(its.database_url, 1, "Measured")
    owner = await asyncpg.connect(its.database_url)
    try:
        jobs = [new_id() for _ in range(50)]
        await owner.executemany(A_JOB, [(job,) for job in jobs])
    finally:
        await owner.close()
    access = token(SECRET, 1, "bench")
    async with gateway_process(its, "streams", **STREAMS_ALLOWED) as gateway:
        sse_mb = await _streams(_process_of(gateway), gateway.url, access, str(jobs[0]))
    async with gateway_process(its, "overload", **STREAMS_ALLOWED) as gateway:
        overload = await _overload(_process_of(gateway), gateway.url, access, seconds)
    return {"sse_mb_per_1000": sse_mb, "overload": overload}


def _process_of(gateway: Service) -> psutil.Process:
    assert gateway.child is not None  # noqa: S101 - it is ready
    return psutil.Process(gateway.child.pid)


async def _streams(gateway: psutil.Process, url: str, access: str, job: str) -> float:
    """Opens a few streams, which loads what any stream needs, and then a thousand."""
    path = f"/jobs/{job}/events"
    async with AsyncExitStack() as few:
        for _ in range(20):
            await (await few.enter_async_context(PersistentConnection(url, access))).open_stream(path)
    before = gateway.memory_info().rss
    async with AsyncExitStack() as streams:
        for _ in range(STREAMS):
            await (await streams.enter_async_context(PersistentConnection(url, access))).open_stream(path)
        return round((gateway.memory_info().rss - before) / MB, 1)


async def _overload(gateway: psutil.Process, url: str, access: str, seconds: float) -> dict[str, Any]:
    async with AsyncExitStack() as opened:
        pool = [await opened.enter_async_context(PersistentConnection(url, access)) for _ in range(CONNECTIONS)]
        rate = await _rate(pool[:CLIENTS], seconds)
        before = gateway.memory_info().rss
        statuses, accepted_s, unsent = await _offered(pool, 2 * rate, seconds)
        growth = gateway.memory_info().rss - before
    answered = sum(statuses.values())
    return {
        "rate_per_s": round(rate),
        "offered_per_s": round((answered + unsent) / seconds),
        "unsent": unsent,
        "statuses": {str(status): number for status, number in sorted(statuses.items())},
        "refused": round(1 - statuses[200] / answered, 2),
        "accepted_p50_ms": round(1000 * statistics.median(accepted_s), 1),
        "accepted_p99_ms": round(1000 * statistics.quantiles(accepted_s, n=100)[98], 1),
        "growth_mb": round(growth / MB, 1),
    }


async def _rate(clients: list[PersistentConnection], seconds: float) -> float:
    """Answers per second to these clients, each of which asks again at once."""
    ends = time.perf_counter() + seconds

    async def ask(client: PersistentConnection) -> int:
        answers = 0
        while time.perf_counter() < ends:
            await client.get(PAGE)
            answers += 1
        return answers

    return sum(await asyncio.gather(*(ask(client) for client in clients))) / seconds


async def _offered(
    pool: list[PersistentConnection], per_s: float, seconds: float
) -> tuple[Counter[int], list[float], int]:
    """Begins requests at this rate; returns their statuses, the times of the accepted, and those without a connection.

    A refused request with another status than 503, or without Retry-After, is an error.
    """
    free, statuses, accepted_s, unsent = list(pool), Counter[int](), list[float](), 0

    async def ask(client: PersistentConnection) -> None:
        began = time.perf_counter()
        status, head = await client.ask(PAGE)
        statuses[status] += 1
        if status == 200:
            accepted_s.append(time.perf_counter() - began)
        elif status != 503 or b"retry-after:" not in head.lower():
            raise AssertionError(f"refused with {head.decode(errors='replace')}")
        free.append(client)

    began, sent = time.perf_counter(), 0
    async with asyncio.TaskGroup() as asked:
        while (now := time.perf_counter() - began) < seconds:
            while sent < now * per_s:
                sent += 1
                if free:
                    asked.create_task(ask(free.pop()))
                else:
                    unsent += 1
            await asyncio.sleep(0.001)
    return statuses, accepted_s, unsent
