"""Measures the gateway's list pages among a million candidates and scores of twenty tenants, under row-level security.

    sql_ms            median time of a page's statement in PostgreSQL, by the server's own log
    http_p95_ratio    95th percentile of a page's answer, relative to a bare FastAPI endpoint that returns the same
    throughput_ratio  answers per second to 32 clients at once, which take all pages of the usual length in turn,
                      relative to that endpoint; `throughput_ratio_200` is of the longest pages

Gateway and bare endpoint are processes of their own, under the same server; clients keep their connections open and
ask both in turn. Pages are first ones and deep ones, without a filter and with each kind of filter, frequent and rare,
of 20 and of 200 rows. Of `sql_ms` and `http_p95_ratio` the page with the largest counts; `pages` has all of them.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg

from embedded.child import Child
from embedded.ports import LOOPBACK, free_port
from leadgen.bench.harness.instruments.persistent_connection import PersistentConnection
from leadgen.bench.harness.instruments.statement_log import end_of, log_no_statements, log_statements, times_of
from leadgen.bench.harness.listed_companies import TENANTS, Owner, fill, tidy
from leadgen.bench.harness.processes.gateway_process import SECRET, gateway_process
from leadgen.bench.harness.servers import Servers
from leadgen.bench.harness.waiting import until
from leadgen.tenants.tokens import token

CLIENTS = 32
#: Rows of the usual page and of the longest.
LIMITS = (20, 200)
ROUNDS = 3
#: The tenant whose pages are taken: one whose lists a gateway has made. It has as many companies as every other.
TENANT = 3
#: Until the lists of two tenants are made.
PATIENCE_S = 3600.0

MIDDLE = """
    SELECT updated_at, company_id, score FROM listed_companies WHERE tenant_id = $1 AND score IS NOT NULL
     ORDER BY score, company_id LIMIT 1
    OFFSET (SELECT count(*) / 2 FROM listed_companies WHERE tenant_id = $1 AND score IS NOT NULL)
"""
INDUSTRIES = """
    SELECT industry FROM listed_companies WHERE tenant_id = $1 GROUP BY industry ORDER BY count(*) DESC, industry
"""
NAME = "SELECT split_part(name_key, ' ', 1) FROM listed_companies WHERE tenant_id = $1 ORDER BY company_id LIMIT 1"


async def bench_lists(its: Servers, *, companies: int, requests: int, seconds: float) -> dict[str, Any]:
    """Takes `requests` of each page from each place, and `seconds` of all clients from each place in each round."""
    owner = await asyncpg.connect(its.database_url)
    access = [token(SECRET, tenant, "bench") for tenant in range(1, TENANTS + 1)]
    try:
        to_list = await fill(owner, its.database_url, companies)
        await log_statements(owner)
        # Two, since each keeps the lists for half of its time.
        async with gateway_process(its, "filling") as gateway, gateway_process(its, "filling too"):
            listed_s = await _listed(owner)
            await tidy(owner)
            paths = await _paths(owner)
            sql = await _statements(its.folder / "postgres.log", gateway.url, access[TENANT - 1], paths, requests)
        await log_no_statements(owner)
        async with (
            gateway_process(its, "gateway") as gateway,
            _bare(its.folder, gateway.url, access[TENANT - 1], paths) as bare,
        ):
            pages = await _latencies(gateway.url, bare, access[TENANT - 1], paths, requests)
            rates = {
                limit: [await _rates(gateway.url, bare, access, limit, paths, seconds) for _ in range(ROUNDS)]
                for limit in LIMITS
            }
    finally:
        await owner.close()
    usual, longest = ([ours / its_bytes for ours, its_bytes in rates[limit]] for limit in LIMITS)
    return {
        "companies": companies,
        "sql_ms": max((it["p50_ms"] for it in sql.values()), default=None),
        "http_p95_ratio": max(it["p95_ratio"] for it in pages.values()),
        "throughput_ratio": round(statistics.median(usual), 2),
        "throughput_spread": [round(min(usual), 2), round(max(usual), 2)],
        "throughput_ratio_200": round(statistics.median(longest), 2),
        "pages_per_s": round(statistics.median(ours for ours, _ in rates[LIMITS[0]])),
        "listed_per_s": round(to_list / listed_s),
        "pages": {name: pages[name] | {f"sql_{what}": it for what, it in sql.get(name, {}).items()} for name in paths},
    }


@asynccontextmanager
async def _bare(folder: Path, url: str, access: str, paths: dict[str, str]) -> AsyncIterator[str]:
    """Runs the bare endpoint with the bytes of the gateway's pages, and yields its URL."""
    saved = folder / "pages"
    saved.mkdir()
    async with PersistentConnection(url, access) as ours:
        for number, path in enumerate(paths.values()):
            (saved / str(number)).write_bytes(await ours.get(path))
    port = free_port()
    command = [sys.executable, "-m", "leadgen.bench.baselines.bare_pages", str(port), str(saved)]
    child = Child.start(command, log=folder / "bare.log")

    async def answers() -> bool:
        try:
            async with PersistentConnection(f"http://{LOOPBACK}:{port}") as bare:
                return bool(await bare.get("/pages/0"))
        except OSError:
            return False

    try:
        await until(answers, bool, within_s=60, every_s=0.1)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await asyncio.to_thread(child.stop)


async def _listed(owner: Owner) -> float:
    """Waits until the gateway has made the lists; returns the seconds that it took."""
    began = time.monotonic()

    async def left() -> int:
        return int(await owner.fetchval("SELECT count(*) FROM list_changes"))

    await until(left, lambda notes: notes == 0, within_s=PATIENCE_S, every_s=0.5)
    return time.monotonic() - began


async def _paths(owner: Owner) -> dict[str, str]:
    """The pages that are measured, by name."""
    middle = await owner.fetchrow(MIDDLE, TENANT)
    industries = [row["industry"] for row in await owner.fetch(INDUSTRIES, TENANT)]
    name = await owner.fetchval(NAME, TENANT)
    assert middle is not None  # noqa: S101 - `fill` wrote scores
    deep = {"afterUpdatedAt": middle["updated_at"].isoformat(), "afterId": middle["company_id"]}
    questions: dict[str, tuple[str, dict[str, Any]]] = {
        "scores": ("scores", {}),
        "scores, deep": ("scores", {"afterScore": middle["score"], "afterId": middle["company_id"]}),
        "candidates": ("candidates", {}),
        "candidates, deep": ("candidates", deep),
        "bucket": ("candidates", {"bucket": "High", **deep}),
        "verified": ("candidates", {"has_verified_email": "true", **deep}),
        "bucket and verified": ("candidates", {"bucket": "Low", "has_verified_email": "true", **deep}),
        "large industry": ("candidates", {"industry": industries[0], **deep}),
        "small industry": ("candidates", {"industry": industries[-1]}),
        "industry, bucket, verified": (
            "candidates",
            {"industry": industries[0], "bucket": "High", "has_verified_email": "true"},
        ),
        "name": ("candidates", {"q": name}),
        "two letters": ("candidates", {"q": name[:2], **deep}),
        "name and all filters": (
            "candidates",
            {"q": name, "industry": industries[1], "bucket": "Medium", "has_verified_email": "false"},
        ),
    }
    return {
        f"{title}, {limit}": f"/{which}/latest?{urlencode({'limit': limit, **asked})}"
        for limit in LIMITS
        for title, (which, asked) in questions.items()
    }


async def _statements(
    log: Path, url: str, access: str, paths: dict[str, str], requests: int
) -> dict[str, dict[str, float]]:
    """Times of the pages' statements by the server's log; nothing if the log is not ours to read."""
    found: dict[str, dict[str, float]] = {}
    async with PersistentConnection(url, access) as ours:
        for name, path in paths.items():
            await ours.get(path)  # plans it
            begin = end_of(log)
            if begin is None:
                break
            for _ in range(requests):
                await ours.get(path)
            times = times_of(log, begin, "listed_companies")
            found[name] = {"p50_ms": round(statistics.median(times), 2), "p95_ms": round(_p95(times), 2)}
    return found


async def _latencies(
    url: str, bare_url: str, access: str, paths: dict[str, str], requests: int
) -> dict[str, dict[str, float]]:
    """Times of each page's answers, of both places in turn, request by request."""
    found: dict[str, dict[str, float]] = {}
    async with PersistentConnection(url, access) as ours, PersistentConnection(bare_url) as bare:
        for number, (name, path) in enumerate(paths.items()):
            taken: tuple[list[float], list[float]] = ([], [])
            for nth in range(-5, requests):  # the first ones warm it up
                for times, place, where in zip(taken, (ours, bare), (path, f"/pages/{number}"), strict=True):
                    began = time.perf_counter()
                    await place.get(where)
                    if nth >= 0:
                        times.append(1000 * (time.perf_counter() - began))
            mine, its_bytes = map(_p95, taken)
            found[name] = {
                "p50_ms": round(statistics.median(taken[0]), 2),
                "p95_ms": round(mine, 2),
                "bare_p95_ms": round(its_bytes, 2),
                "p95_ratio": round(mine / its_bytes, 2),
            }
    return found


async def _rates(
    url: str, bare_url: str, access: Sequence[str], limit: int, paths: dict[str, str], seconds: float
) -> tuple[float, float]:
    """Answers per second to many clients, of the gateway and of the bare endpoint, with pages of this length."""
    numbers = [number for number, name in enumerate(paths) if name.endswith(f", {limit}")]
    pages = [list(paths.values())[number] for number in numbers]
    ours = await _rate([(url, access[client % len(access)]) for client in range(CLIENTS)], pages, seconds)
    return ours, await _rate([(bare_url, None)] * CLIENTS, [f"/pages/{number}" for number in numbers], seconds)


async def _rate(clients: Sequence[tuple[str, str | None]], paths: Sequence[str], seconds: float) -> float:
    ends = time.perf_counter() + seconds

    async def take(first: int, url: str, access: str | None) -> int:
        async with PersistentConnection(url, access) as place:
            for nth in count():
                if time.perf_counter() > ends:
                    return nth
                await place.get(paths[(first + nth) % len(paths)])
        raise AssertionError("count() has no end")

    began = time.perf_counter()
    done = await asyncio.gather(*(take(nth, *client) for nth, client in enumerate(clients)))
    return sum(done) / (time.perf_counter() - began)


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
