"""Where pages are worked on: small ones at once, since a thread would cost more than the work; others in a thread, so
that nobody else waits for them.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

R = TypeVar("R")

#: Characters or bytes. An honest page of that size is a millisecond of work, the most hostile one some fifty.
WORTH_A_THREAD = 8_000


async def run_by_size(size: int, reader: Executor | None, work: Callable[..., R], *arguments: object) -> R:
    """What `work` gives for these arguments, which are of this size; without a `reader` in any thread."""
    if size < WORTH_A_THREAD:
        return work(*arguments)
    return await asyncio.get_running_loop().run_in_executor(reader, work, *arguments)
