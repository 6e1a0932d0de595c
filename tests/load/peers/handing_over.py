"""The parts in which a peer is handed its events: so many at once, and a pause before the next ones."""

import asyncio
import os
from collections.abc import AsyncIterator


async def parts(first: int, number: int) -> AsyncIterator[range]:
    """Yields the numbers of each part, paced by AT_ONCE and PAUSE_S."""
    size, pause_s = int(os.environ["AT_ONCE"]), float(os.environ["PAUSE_S"])
    for start in range(first, first + number, size):
        yield range(start, min(start + size, first + number))
        await asyncio.sleep(pause_s)
