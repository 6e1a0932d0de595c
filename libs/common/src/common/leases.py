"""Extends the leases of the events in hand, so that a lease can be short and a handler may take as long as it needs.

The heartbeat has a thread, an event loop and a connection of its own: no handler that keeps the service's event loop
busy, and no pool without a free connection, lets a lease run out.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog

from common.errors import Unavailable
from common.inbox import Claim, Inbox
from common.postgres import Database

log = structlog.get_logger(__name__)

#: Heartbeats in the time of a lease. What is in hand for less than one is left alone: most events end before.
BEATS = 4
#: Seconds until the next attempt after the database did not answer.
RETRY_S = 0.5


class LeaseKeeper:
    """Extends the leases of what a replica holds, `BEATS` times per lease. Survives the database being away."""

    def __init__(self, database: Database, inbox: Inbox, held_for: Callable[[float], Sequence[Claim]]) -> None:
        """`held_for` gives the claims that are held for so many seconds already; it is called from another thread."""
        self._database = database
        self._inbox = inbox
        self._held_for = held_for
        self._beat_s = inbox.lease.total_seconds() / BEATS

    async def run(self) -> None:
        """Runs until it is cancelled; then it waits for the thread to end."""
        stop = _Stop()
        thread = ThreadPoolExecutor(1, thread_name_prefix="leases")
        beating = asyncio.get_running_loop().run_in_executor(thread, lambda: asyncio.run(self._beat(stop)))
        thread.shutdown(wait=False)
        try:
            await asyncio.shield(beating)
        finally:
            stop.set()
            await asyncio.wait([beating])

    async def _beat(self, stop: "_Stop") -> None:
        stop.bind(asyncio.get_running_loop())
        database: Database | None = None
        try:
            while not await stop.within(self._beat_s):
                while claims := self._held_for(self._beat_s):
                    try:
                        async with asyncio.timeout(self._beat_s):
                            database = database or await self._database.another(size=1)
                            async with database.statement() as tx:
                                await self._inbox.extend(tx, claims)
                        break
                    except (Unavailable, TimeoutError) as error:
                        log.warning("leases_not_extended", error=str(error))
                    if await stop.within(RETRY_S):
                        return
        finally:
            if database is not None:
                await database.close()


class _Stop:
    """A signal from one event loop's thread to another's."""

    def __init__(self) -> None:
        self._is_set = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event: asyncio.Event | None = None

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Says which loop waits."""
        self._event = asyncio.Event()
        self._loop = loop

    def set(self) -> None:
        """To be called from another thread, at any time."""
        self._is_set = True
        if self._loop is not None and self._event is not None:
            with suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._event.set)

    async def within(self, seconds: float) -> bool:
        """Whether it is set, waiting for so long at most."""
        if not self._is_set and self._event is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._event.wait(), seconds)
        return self._is_set
