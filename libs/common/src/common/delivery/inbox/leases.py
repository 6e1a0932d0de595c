"""Extends the leases of events in progress, so that a lease can be short and a handler may take as long as it needs.

The heartbeat has a thread, an event loop and a connection of its own: no handler that keeps the service's event loop
busy, and no pool without a free connection, lets a lease run out.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from common.delivery.inbox.rows import Claim
from common.delivery.inbox.table import Inbox
from common.errors import Unavailable
from common.postgres import Database

log = structlog.get_logger(__name__)

#: Heartbeats in the time of a lease. What is in hand for less than one is left alone: most events end before.
BEATS = 4
#: Seconds until the next attempt after the database did not answer.
RETRY_S = 0.5


class LeaseHeartbeat:
    """Extends the leases of a replica's claims, `BEATS` times per lease. Survives an outage of the database."""

    def __init__(self, database: Database, inbox: Inbox, held_for: Callable[[float], Sequence[Claim]]) -> None:
        """`held_for` returns the claims that have been held for so many seconds; it is called from another thread."""
        self._database = database
        self._inbox = inbox
        self._held_for = held_for
        self._beat_s = inbox.lease.total_seconds() / BEATS

    async def run(self) -> None:
        """Runs until it is cancelled; then waits for its thread to end."""
        stop = threading.Event()
        thread = ThreadPoolExecutor(1, thread_name_prefix="leases")
        beating = asyncio.get_running_loop().run_in_executor(thread, self._beat, stop)
        thread.shutdown(wait=False)
        try:
            await asyncio.shield(beating)
        finally:
            stop.set()
            await asyncio.wait([beating])

    def _beat(self, stop: threading.Event) -> None:
        """Extends leases in its own thread until it is stopped."""
        database: Database | None = None
        pause_s = self._beat_s
        with asyncio.Runner() as runner:
            try:
                while not stop.wait(pause_s):
                    # With nothing in hand now, nothing will have been in hand for long enough at the next beat.
                    pause_s = self._beat_s if self._held_for(0) else 2 * self._beat_s
                    try:
                        if claims := self._held_for(self._beat_s):
                            database = database or runner.run(self._connect())
                            runner.run(self._extend(database, claims))
                    except (Unavailable, TimeoutError) as error:
                        log.warning("leases_not_extended", error=str(error))
                        pause_s = RETRY_S
            finally:
                if database is not None:
                    runner.run(database.close())

    async def _connect(self) -> Database:
        async with asyncio.timeout(self._beat_s):
            return await self._database.another(size=1)

    async def _extend(self, database: Database, claims: Sequence[Claim]) -> None:
        async with asyncio.timeout(self._beat_s), database.statement() as tx:
            await self._inbox.extend(tx, claims)
