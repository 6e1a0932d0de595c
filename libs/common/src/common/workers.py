"""The workers of one topic in one lane: they claim what is ready and hand it out, up to a number at once.

Tenants are served in turn, so that a large one never starves a small one. Nothing here runs in Kafka's poll loop.
"""

import asyncio
import time
from collections import Counter
from contextlib import suppress

import structlog

from common import metrics
from common.contracts import Lane
from common.errors import Unavailable
from common.failed_events import RunnerContext
from common.handler_runner import HandlerRunner
from common.inbox import Claim
from common.stage import Handler

log = structlog.get_logger(__name__)

#: How often to look for what no local wake-up tells of: the end of a backoff, or another replica's intake.
POLL_S = 1.0
#: How old the list of ready tenants may get while there is work: a new tenant waits no longer than this for its turn.
RING_S = 0.2
#: A handler that is quicker than this is given its next events before it is done with the last: a claim then serves
#: many. A slower one is not, since what waits here cannot be taken by a replica that has nothing to do.
QUICK_S = 0.05


class LaneWorkers:
    """Up to `size` runs of one handler at once, for one lane."""

    def __init__(self, handler: Handler, lane: Lane, size: int, context: RunnerContext) -> None:
        self.topic = handler.event.topic
        self.lane = lane
        self._size = size
        self._batch = handler.size
        # Chunks talk to a tenant's remote system: one that hangs must leave workers to the others.
        is_chunked = handler.size is not None and not handler.is_set_based
        self._share = max(1, size // 2) if is_chunked else size
        self._handling = HandlerRunner(handler, lane, size, context)
        self._database = context.database
        self._inbox = context.inbox
        self._in_flight = metrics.in_flight.labels(context.inbox.consumer, self.topic, lane)
        self._guard = context.guard
        self._wake = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._is_stopping = False
        self._running: dict[asyncio.Task[None], list[Claim]] = {}
        self._ring: list[int] = []
        self._ring_read_at = 0.0

    def wake(self) -> None:
        """There may be something to claim."""
        self._wake.set()

    async def run(self) -> None:
        """Claims and hands out until `stop`. Survives the database being away."""
        while not self._is_stopping:
            self._wake.clear()
            try:
                async with self._claiming:
                    if await self._claim_and_hand_out():
                        continue
            except Unavailable as error:
                log.warning("workers_wait_for_database", topic=self.topic, lane=self.lane, error=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_S)

    async def keep_leases(self) -> None:
        """Extends the leases of what is in hand, three times per lease."""
        while True:
            await asyncio.sleep(self._inbox.lease.total_seconds() / 3)
            held = [claim for claims in self._running.values() for claim in claims]
            if not held:
                continue
            try:
                async with self._database.statement() as tx:
                    await self._inbox.extend(tx, held)
            except Unavailable as error:
                log.warning("leases_not_extended", topic=self.topic, lane=self.lane, error=str(error))

    async def stop(self, grace_s: float) -> None:
        """Claims no more, waits up to `grace_s` for what is in hand, and gives back the rest."""
        self._is_stopping = True
        self.wake()
        with suppress(TimeoutError):
            # A claim that is under way ends first: what it brings is in hand, too.
            await asyncio.wait_for(self._claiming.acquire(), grace_s + 1)
        if self._running:
            _, late = await asyncio.wait(list(self._running), timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _claim_and_hand_out(self) -> bool:
        """Whether there was anything. A service that is to stop claims nothing more."""
        room = self._room()
        if room <= 0 or self._is_stopping or self._guard.trip_reason is not None:
            return False
        claims = await self._claim(self._batch or room)
        if claims:
            self._hand_out(claims)
        return bool(claims)

    def _room(self) -> int:
        """Returns the number of runs that may still be begun or prepared."""
        free = self._size - len(self._running)
        is_quick = self._batch is None and self._handling.pace_s < QUICK_S
        return free + self._size if is_quick and free >= 0 else free

    async def _claim(self, limit: int) -> list[Claim]:
        """Up to so many claims of one tenant, the next in turn that has any."""
        has_looked = False
        while True:
            is_stale = time.monotonic() - self._ring_read_at > RING_S
            tenant = None if is_stale and not has_looked else self._next_in_turn()
            if tenant is None:
                if has_looked:
                    return []
                await self._read_ring()
                has_looked = True
                continue
            async with self._database.statement() as tx:
                claims = await self._inbox.claim(tx, self.topic, self.lane, tenant, limit)
            if len(claims) == limit:
                self._ring.append(tenant)
            if claims:
                return claims

    def _next_in_turn(self) -> int | None:
        """The next tenant that has something and has not its share of the workers already."""
        busy = Counter(held[0].tenant_id for held in self._running.values()) if self._share < self._size else {}
        for place, tenant in enumerate(self._ring):
            if busy.get(tenant, 0) < self._share:
                return self._ring.pop(place)
        return None

    async def _read_ring(self) -> None:
        """Finds the tenants with ready events; tenants that already wait keep their place."""
        async with self._database.statement() as tx:
            ready = await self._inbox.ready_tenants(tx, self.topic, self.lane)
        waiting = [tenant for tenant in self._ring if tenant in set(ready)]
        self._ring = waiting + [tenant for tenant in ready if tenant not in set(waiting)]
        self._ring_read_at = time.monotonic()

    def _hand_out(self, claims: list[Claim]) -> None:
        for part in [claims] if self._batch else [[claim] for claim in claims]:
            task = asyncio.create_task(self._handling.handle(part), name=f"{self.topic}/{self.lane}")
            self._running[task] = part
            self._in_flight.inc(len(part))
            task.add_done_callback(self._handed_in)

    def _handed_in(self, task: asyncio.Task[None]) -> None:
        self._in_flight.dec(len(self._running.pop(task)))
        self.wake()
        if not task.cancelled() and (fault := task.exception()) is not None:
            # Only a fault of ours gets here. Say so loudly; the leases run out and the events are taken again.
            log.error("worker_failed", topic=self.topic, lane=self.lane, exc_info=fault)
