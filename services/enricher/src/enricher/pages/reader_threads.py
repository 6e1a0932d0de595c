"""Runs work on pages in threads, so that it does not block the event loop.

Small pages are processed at once, since a thread would cost more than the work.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

R = TypeVar("R")

#: Characters or bytes. A normal page of that size takes a millisecond, the most hostile one about fifty.
WORTH_A_THREAD = 8_000


async def run_by_size(size: int, reader: Executor | None, work: Callable[..., R], *arguments: object) -> R:
    """Runs `work` on arguments of this size: at once if small, else in `reader` (`None`: the default executor)."""
    if size < WORTH_A_THREAD:
        return work(*arguments)
    return await asyncio.get_running_loop().run_in_executor(reader, work, *arguments)
