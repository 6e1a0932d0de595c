"""The shared part of all peers: the handing over of events, and the commands that compare.py calls."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable


async def parts(first: int, number: int) -> AsyncIterator[range]:
    """Yields the numbers of each part, paced by AT_ONCE and PAUSE_S."""
    size, pause_s = int(os.environ["AT_ONCE"]), float(os.environ["PAUSE_S"])
    for start in range(first, first + number, size):
        yield range(start, min(start + size, first + number))
        await asyncio.sleep(pause_s)


def obey(
    prepare: Callable[[], Awaitable[None]],
    enqueue: Callable[[int, int], Awaitable[None]],
    work: Callable[[], object],
) -> None:
    """Runs the command that the process was started with: prepare, enqueue FIRST NUMBER, or work."""
    match sys.argv[1:]:
        case ["prepare"]:
            asyncio.run(prepare())
        case ["enqueue", first, number]:
            asyncio.run(enqueue(int(first), int(number)))
        case ["work"]:
            work()
