"""One client of the web, guarded and with small limits."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from enricher.crawl.http.fetching import Fetcher


@pytest.fixture
async def fetcher(web: Any) -> AsyncIterator[Fetcher]:
    async with Fetcher(user_agent="TestBot/1.0", timeout_s=2, max_bytes=100_000, network=web.guarded()) as fetcher:
        yield fetcher
