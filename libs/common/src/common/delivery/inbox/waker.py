"""Wakes a replica's workers for rows that become ready without a notice in this process.

Those are rows whose lease or backoff is over, which it makes ready, and rows that another replica took in. It sleeps
until the next row is due, for `POLL_S` or a third of a lease at most, and looks again soon after a handler has ended.
"""

import asyncio
import math
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

import structlog

from common.background import is_set_within, until_tick
from common.contracts import Lane
from common.delivery.inbox.table import Inbox
from common.errors import Unavailable
from common.postgres import Database

log = structlog.get_logger(__name__)

#: Seconds between looks while nothing happens in this process; fewer where leases are short.
POLL_S = 5.0
#: Seconds between looks at least.
SPACING_S = 0.25
#: Seconds until the database is asked again after it did not answer.
RETRY_S = 1.0


class Sleeper(Protocol):
    """The workers of a topic and lane, as the waker knows them."""

    def wake(self) -> None: ...


class Waker:
    """Finds due and ready rows of one consumer, and wakes the workers of their topic and lane."""

    def __init__(
        self, database: Database, inbox: Inbox, sleepers: Mapping[tuple[str, Lane], Sleeper], patience: timedelta
    ) -> None:
        """`patience` is the time that heartbeats get to extend their leases after an outage of the database."""
        self._database = database
        self._inbox = inbox
        self._sleepers = sleepers
        self._poll_s = min(POLL_S, inbox.lease.total_seconds() / 3)
        self._patience_s = patience.total_seconds()
        self._patient_until = 0.0
        self._nudged = asyncio.Event()

    def nudge(self) -> None:
        """Shortens the wait before the next look: a row may have become due earlier."""
        self._nudged.set()

    async def run(self) -> None:
        """Looks until it is cancelled. Survives an outage of the database."""
        while True:
            self._nudged.clear()
            began = time.monotonic()
            try:
                next_due_s = await self._look()
            except Unavailable as error:
                log.warning("waker_waits_for_database", error=str(error))
                self._patient_until = time.monotonic() + RETRY_S + self._patience_s
                await asyncio.sleep(RETRY_S)
                continue
            await is_set_within(self._nudged, min(max(next_due_s, SPACING_S), until_tick(self._poll_s)))
            await asyncio.sleep(max(0.0, began + SPACING_S - time.monotonic()))

    async def _look(self) -> float:
        """Wakes the workers that have something to do; returns the seconds until the next row is due."""
        async with self._database.statement() as tx:
            outlooks = await self._inbox.outlook(tx, list(self._sleepers))
        next_due_s = next((it.next_due_s for it in outlooks if it.next_due_s is not None), math.inf)
        ready = {(it.topic, it.lane) for it in outlooks if it.is_ready}
        if next_due_s <= 0 and time.monotonic() >= self._patient_until:
            async with self._database.statement() as tx:
                await self._inbox.make_due_ready(tx)
            ready = set(self._sleepers)
        for place in ready:
            self._sleepers[place].wake()
        return next_due_s
