"""The workers of one topic in one lane: they claim ready events and run the handler on several at once.

Tenants are served in turn, so that a large one never starves a small one. Nothing here runs in Kafka's poll loop.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import NamedTuple

import structlog

from common.background import is_set_within
from common.contracts import Lane
from common.delivery.inbox import BEFORE_ALL, Claim, is_cut_off
from common.errors import Unavailable
from common.handling.failed_events import RunnerContext
from common.handling.handler_runner import HandlerRunner
from common.handling.stage import Handler
from common.observability import metrics

log = structlog.get_logger(__name__)

#: Seconds until the database is asked again after it did not answer.
RETRY_S = 1.0
#: Seconds after which the list of ready tenants is read again while there is work: so long a new tenant waits to join
#: the round.
RING_S = 0.2
#: Tenants read at a time. With more than these ready, the round continues where its last part ended.
RING = 32
#: Seconds of work that may be claimed ahead for a quick handler: one claim then serves many runs. What waits here
#: cannot be taken by a replica that has nothing to do, so it is little.
AHEAD_S = 0.05
#: Runs that may be claimed ahead, as a multiple of those at work.
MOST_AHEAD = 3


class Held(NamedTuple):
    """Claims of a run in progress, and since when by the monotonic clock."""

    claims: list[Claim]
    since: float


class LaneWorkers:
    """Up to `size` runs of one handler at once, for one lane."""

    def __init__(
        self, handler: Handler, lane: Lane, size: int, context: RunnerContext, ended: Callable[[], None] = lambda: None
    ) -> None:
        """`ended` is called after each run: its event may be due again later."""
        self.topic = handler.event.topic
        self.lane = lane
        self._size = size
        self._batch = handler.size
        # Chunks talk to a tenant's remote system: one that hangs must leave workers to the others.
        self._is_chunked = handler.size is not None and not handler.is_set_based
        self._share = max(1, size // 2) if self._is_chunked else size
        self._handling = HandlerRunner(handler, lane, size, context)
        self._database = context.database
        self._inbox = context.inbox
        self._in_flight = metrics.in_flight.labels(context.inbox.consumer, self.topic, lane)
        self._guard = context.guard
        self._ended = ended
        self._wake = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._is_stopping = False
        self._running: dict[asyncio.Task[None], Held] = {}
        self._ring: list[int] = []
        self._ring_read_at = -math.inf
        self._ring_ends_at = BEFORE_ALL
        self._is_ring_whole = True
        self._has_news = True

    def wake(self) -> None:
        """Wakes the workers, so that they look for something to claim."""
        self._has_news = True
        self._wake.set()

    async def run(self) -> None:
        """Claims and runs until `stop`. Survives an outage of the database."""
        while not self._is_stopping:
            self._wake.clear()
            try:
                async with self._claiming:
                    if await self._claim_and_hand_out():
                        continue
            except Unavailable as error:
                log.warning("workers_wait_for_database", topic=self.topic, lane=self.lane, error=str(error))
                await is_set_within(self._wake, RETRY_S)
                continue
            await self._wake.wait()

    def held_for(self, seconds: float) -> list[Claim]:
        """Returns the claims that have been in hand for so long. May be called from any thread."""
        before = time.monotonic() - seconds
        return [claim for held in list(self._running.values()) if held.since <= before for claim in held.claims]

    async def stop(self, grace_s: float) -> None:
        """Stops claiming, waits up to `grace_s` for events in progress, and releases the others."""
        self._is_stopping = True
        self.wake()
        with suppress(TimeoutError):
            # A claim that is under way ends first: what it brings is in hand, too.
            async with asyncio.timeout(grace_s + 1):
                await self._claiming.acquire()
        if self._running:
            _, late = await asyncio.wait(list(self._running), timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _claim_and_hand_out(self) -> bool:
        """Claims and starts one run; returns whether there was anything. Claims nothing if the service is to stop."""
        room = self._room()
        if room <= 0 or self._is_stopping or self._guard.trip_reason is not None:
            return False
        claims = await self._claim(self._batch or room)
        if claims:
            self._hand_out(claims)
        return bool(claims)

    def _room(self) -> int:
        """Returns how many runs may still begin or, for a quick handler, may be claimed ahead.

        What is claimed ahead is made up for when half of it is used up, not one by one.
        """
        in_hand = len(self._running)
        if self._batch is not None:
            return self._size - in_hand
        ahead = self._size * min(MOST_AHEAD, int(AHEAD_S / max(self._handling.pace_s, 0.001)))
        return self._size + ahead - in_hand if in_hand < self._size or in_hand <= self._size + ahead // 2 else 0

    async def _claim(self, limit: int) -> list[Claim]:
        """Claims up to so many rows of one tenant: the next in turn that has any."""
        is_round_over = False
        must_read = self._is_ring_old()
        gathering: set[int] = set()
        while True:
            tenant = None if must_read else self._next_in_turn(gathering)
            if tenant is None:
                if is_round_over or not (must_read or self._has_news or not self._is_ring_whole):
                    return []
                is_round_over, must_read = await self._read_ring(), False
                continue
            if await self._must_gather(tenant, limit):
                gathering.add(tenant)
                self._ring.insert(0, tenant)
                continue
            async with self._database.statement() as tx:
                claims = await self._inbox.claim(tx, self.topic, self.lane, tenant, limit)
            if claims:
                if is_cut_off(claims, limit) and self._is_ring_whole:
                    self._ring.append(tenant)
                return claims
            async with self._database.statement() as tx:
                if await self._inbox.set_aside(tx, self.topic, self.lane, tenant):
                    self._ring.append(tenant)  # there may be more behind what was in the way

    async def _must_gather(self, tenant: int, limit: int) -> bool:
        """Whether a chunk would not be full and would wait for another of its tenant: more may join it meanwhile."""
        if not self._is_chunked or not self._busy()[tenant]:
            return False
        async with self._database.statement() as tx:
            return not await self._inbox.has_ready(tx, self.topic, self.lane, tenant, limit)

    def _next_in_turn(self, gathering: Collection[int]) -> int | None:
        """Returns the next tenant with ready events that does not yet use its share of the workers."""
        busy = self._busy() if self._share < self._size else Counter[int]()
        for place, tenant in enumerate(self._ring):
            if busy[tenant] < self._share and tenant not in gathering:
                return self._ring.pop(place)
        return None

    def _busy(self) -> Counter[int]:
        """Counts each tenant's runs."""
        return Counter(held.claims[0].tenant_id for held in self._running.values())

    def _is_ring_old(self) -> bool:
        """Whether tenants may be missing in the ring. A part of a long round is used up first."""
        is_stale = time.monotonic() - self._ring_read_at > RING_S
        return is_stale and (self._is_ring_whole or len(self._ring) < RING)

    async def _read_ring(self) -> bool:
        """Adds the next tenants that have something ready, and returns whether this completes the round.

        Tenants that wait already keep their place.
        """
        self._has_news = False
        place = (self.topic, self.lane)
        async with self._database.statement() as tx:
            ready = await self._inbox.ready_tenants(tx, *place, after=self._ring_ends_at, limit=RING)
            is_round_over = len(ready) < RING
            is_whole = is_round_over and self._ring_ends_at == BEFORE_ALL
            if is_round_over and not is_whole:
                first = await self._inbox.ready_tenants(tx, *place, limit=RING)
                is_whole = len(first) < RING
                ready = first if is_whole else ready + first
        waiting = [tenant for tenant in self._ring if tenant in set(ready)] if is_whole else self._ring
        self._ring = list(dict.fromkeys([*waiting, *ready]))
        self._is_ring_whole = is_whole
        self._ring_ends_at = BEFORE_ALL if is_whole else ready[-1]
        self._ring_read_at = time.monotonic()
        return is_round_over

    def _hand_out(self, claims: list[Claim]) -> None:
        for part in [claims] if self._batch else [[claim] for claim in claims]:
            task = asyncio.create_task(self._handling.handle(part), name=f"{self.topic}/{self.lane}")
            self._running[task] = Held(part, time.monotonic())
            self._in_flight.inc(len(part))
            task.add_done_callback(self._handed_in)

    def _handed_in(self, task: asyncio.Task[None]) -> None:
        self._in_flight.dec(len(self._running.pop(task).claims))
        self.wake()
        self._ended()
        if not task.cancelled() and (fault := task.exception()) is not None:
            # Only a fault of ours gets here. Say so loudly; the leases run out and the events are taken again.
            log.error("worker_failed", topic=self.topic, lane=self.lane, exc_info=fault)
