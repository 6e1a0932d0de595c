"""Background tasks: a task for as long as a block runs, a check that repeats, a wait with a time limit."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

from common.errors import Unavailable

log = structlog.get_logger(__name__)


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None], name: str) -> "AsyncIterator[asyncio.Task[None]]":
    """Runs `work` as a task until the block ends; yields the task."""
    task = asyncio.create_task(work, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def repeated(look: Callable[[], Awaitable[object]], *, every_s: float, waits: str) -> None:
    """Calls `look`, pauses for about `every_s` seconds, and repeats this until it is cancelled.

    A look that fails because the database is away is a line in the log, the event `waits`; the next one comes in its
    time.
    """
    while True:
        try:
            await look()
        except Unavailable as error:
            log.warning(waits, error=str(error))
        await asyncio.sleep(until_tick(every_s))


async def is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Waits at most so many seconds for an event. Returns whether it is set.

    `asyncio.wait_for` of Python 3.11 loses a cancellation that meets the end of what it waits for: a task that is
    stopped just then would go on for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


def until_tick(every_s: float) -> float:
    """Returns the seconds until the clock's next multiple of `every_s`, or the one after it if that is too soon.

    Too soon is less than a tenth of `every_s`, so the result is 0.1 to 1.1 times `every_s`.

    Timers that may be late wait until then, so that those of all tasks and processes end together (timer coalescing):
    on a core that sleeps, to wake up costs more than what is done then.
    """
    every_ms = max(1, int(1000 * every_s))
    now_ms = time.monotonic_ns() // 1_000_000
    return (every_ms - (now_ms + every_ms // 10) % every_ms + every_ms // 10) / 1000
