"""A replica's crawler in a process of its own, for test_enricher_hostile: visits the domains that stand on its input,
18 at once, by way of the server at the port that is its argument. Prints what that took as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.http.fetching import Fetcher
from enricher.crawl.http.network import GuardedNetwork
from enricher.crawl.robots import Robots
from enricher.crawl.visitor import Visitor
from enricher.crawl.visits import Limits
from enricher.extract.findings import warm_up
from testkit.servers.loopback import Loopback

AT_ONCE = 18  # workers of both lanes
LIMITS = Limits(schemes=("http",), pages=4, timeout_s=6, delay_s=0, max_delay_s=0)


def memory_mb(name: str) -> float:
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) / 1000


async def main(domains: list[str]) -> None:
    warm_up()
    before = memory_mb("VmRSS")
    took: dict[str, float] = {}
    outcomes: Counter[str] = Counter()
    longest_hold = 0.0  # CPU time of the event loop between two beats: a busy machine does not count

    async def beat() -> None:
        nonlocal longest_hold
        while True:
            started = time.thread_time()
            await asyncio.sleep(0.05)
            longest_hold = max(longest_hold, time.thread_time() - started)

    async def work(visitor: Visitor) -> None:
        while domains:
            domain = domains.pop()
            started = time.monotonic()
            visit = await visitor.visit(domain)
            took[domain] = time.monotonic() - started
            outcomes[f"{domain.split('.')[0].strip('0123456789')}: {visit.site.outcome}"] += 1

    web = Loopback(int(sys.argv[1]))
    network = GuardedNetwork(resolver=web, open_socket=web.open_socket, backend=web.backend)
    reader = ThreadPoolExecutor(2)
    async with Fetcher(user_agent="LeadgenBot/1.0", timeout_s=4, max_bytes=2_000_000, network=network) as fetcher:
        robots = Robots("LeadgenBot", clock=time.monotonic)
        visitor = Visitor(fetcher, robots, CrawlDelay(cast(Any, None)), reader, LIMITS)
        heart = asyncio.create_task(beat())
        await asyncio.gather(*(work(visitor) for _ in range(AT_ONCE)))
        heart.cancel()
    figures = {"before_mb": before, "peak_mb": memory_mb("VmHWM"), "longest_visit_s": max(took.values())}
    print(json.dumps({**figures, "longest_hold_s": longest_hold, "took": took, "outcomes": outcomes}))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    asyncio.run(main(sys.stdin.read().split()))
