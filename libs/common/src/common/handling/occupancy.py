"""Admission of runs in a process: many beside each other, or one alone.

aiorwlock does nearly this; but runs that began to wait while one waited to be alone go on waiting after that one has
given up, until no run is under way at all, which may be never.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Occupancy:
    """Admits runs: beside others at once, alone when the others have ended. A run that waits to be alone goes first."""

    def __init__(self) -> None:
        self._running = 0
        self._alone = asyncio.Lock()
        self._is_open, self._is_quiet = asyncio.Event(), asyncio.Event()
        self._is_open.set()
        self._is_quiet.set()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Waits while a run is alone or waits to be alone."""
        while not self._is_open.is_set():
            await self._is_open.wait()
        self._running += 1
        self._is_quiet.clear()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._is_quiet.set()

    @asynccontextmanager
    async def exclusive(self, within_s: float) -> AsyncIterator[None]:
        """Admits no other run, and waits for those in progress. Raises TimeoutError if they take longer."""
        async with asyncio.timeout(within_s) as waiting, self._alone:
            self._is_open.clear()
            try:
                await self._is_quiet.wait()
                waiting.reschedule(None)
                yield
            finally:
                self._is_open.set()
