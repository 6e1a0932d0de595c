"""A replica's crawler in a process of its own, for test_enricher_hostile: visits the domains that stand on its input,
18 at once, by way of the server at the port that is its argument. Prints what that took as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import httpcore

from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.fetching import Fetcher
from enricher.crawl.network import GuardedNetwork
from enricher.crawl.robots import Robots
from enricher.crawl.visitor import Visitor
from enricher.crawl.visits import Limits
from enricher.extract.findings import warm_up

AT_ONCE = 18  # workers of both lanes
LIMITS = Limits(schemes=("http",), pages=4, timeout_s=6, delay_s=0, max_delay_s=0)


class Loopback(httpcore.AnyIOBackend):
    """Wherever one wants to go, one comes to the test's server."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await super().connect_tcp("127.0.0.1", int(sys.argv[1]), timeout)


async def resolve(host: str, port: int) -> list[str]:
    return ["93.184.216.34"]


def memory_mb(name: str) -> float:
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) / 1000


async def main(domains: list[str]) -> None:
    warm_up()
    before = memory_mb("VmRSS")
    took: dict[str, float] = {}
    outcomes: Counter[str] = Counter()
    longest_lag = 0.0

    async def beat() -> None:
        nonlocal longest_lag
        while True:
            started = time.monotonic()
            await asyncio.sleep(0.05)
            longest_lag = max(longest_lag, time.monotonic() - started - 0.05)

    async def work(visitor: Visitor) -> None:
        while domains:
            domain = domains.pop()
            started = time.monotonic()
            visit = await visitor.visit(domain)
            took[domain] = time.monotonic() - started
            outcomes[f"{domain.split('.')[0].strip('0123456789')}: {visit.site.outcome}"] += 1

    network = GuardedNetwork(resolve=resolve, inner=Loopback())
    reader = ThreadPoolExecutor(2)
    async with Fetcher(user_agent="LeadgenBot/1.0", timeout_s=4, max_bytes=2_000_000, network=network) as fetcher:
        robots = Robots("LeadgenBot", clock=time.monotonic)
        visitor = Visitor(fetcher, robots, CrawlDelay(cast(Any, None)), reader, LIMITS)
        heart = asyncio.create_task(beat())
        await asyncio.gather(*(work(visitor) for _ in range(AT_ONCE)))
        heart.cancel()
    figures = {"before_mb": before, "peak_mb": memory_mb("VmHWM"), "longest_visit_s": max(took.values())}
    print(json.dumps({**figures, "longest_lag_s": longest_lag, "took": took, "outcomes": outcomes}))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.stdin.read().split()))
