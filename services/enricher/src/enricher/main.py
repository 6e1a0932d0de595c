"""Wires the enricher and runs it until SIGTERM."""

import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from common.postgres import Database
from common.service import run
from common.settings import read
from common.stage import Stage
from enricher.consumer import enricher
from enricher.extraction import warm_up
from enricher.fetching import Fetcher
from enricher.pacing import Pacing
from enricher.robots import Robots
from enricher.settings import EnricherSettings
from enricher.visiting import Limits, Visitor

READERS = 4


def main() -> None:
    """The console script."""
    settings = read(EnricherSettings)

    @asynccontextmanager
    async def compose(_: Database) -> AsyncIterator[Stage]:
        warm_up()
        reader = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        limits = Limits(
            schemes=settings.crawl_schemes,
            pages=settings.crawl_max_pages,
            timeout_s=settings.crawler_timeout_s,
            delay_s=settings.crawl_delay_s,
            max_delay_s=settings.crawl_delay_max_s,
        )
        async with Fetcher(
            user_agent=settings.crawler_user_agent,
            timeout_s=settings.crawl_page_timeout_s,
            max_bytes=settings.crawl_max_bytes,
            proxy=settings.crawler_proxy,
        ) as fetcher:
            robots = Robots(fetcher, settings.robots_token, clock=time.monotonic)
            try:
                yield enricher(Visitor(fetcher, robots, Pacing(), reader, limits))
            finally:
                reader.shutdown(wait=False, cancel_futures=True)

    run(
        "enricher",
        settings,
        compose,
        interactive=settings.enricher_interactive_workers,
        nightly=settings.enricher_nightly_workers,
    )
