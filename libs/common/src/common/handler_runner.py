"""One attempt at the events in hand: read them, run the handler, and sort what goes wrong.

outcome               what becomes of the event
done                  changes, announcements and the event's end are committed together
Unavailable           given back once the database answers again; no failure is counted
LeaseLost             left to whoever holds it now
Transient             rests (its key with it), up to MAX_FAILURES times, then dead letter
Permanent             dead letter
unknown error         dead letter, unless it is a sign that the service is unfit: then given back, and the service stops
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from common import metrics
from common.cloudevents import Undecodable, decode_body
from common.contracts import Lane
from common.deadletters import dead_letter
from common.errors import LeaseLost, Permanent, Transient, Unavailable, printable
from common.failures import MAX_CLAIMS, FailureRateGuard, retry_delay
from common.inbox import NO_TENANT, Claim, Inbox
from common.postgres import Database
from common.stage import Handler
from common.tracing import trace_id
from common.work import Batch, Chunk, Item, Work

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunnerContext:
    """What the handlers of one service share."""

    database: Database
    inbox: Inbox
    guard: FailureRateGuard
    announced: Callable[[], None]
    unfit: Callable[[str], None]


class HandlerRunner:
    """Runs one handler for one lane, `size` times at once; `pace_s` is how long a run takes of late."""

    def __init__(self, handler: Handler, lane: Lane, size: int, context: RunnerContext) -> None:
        self.pace_s = 0.0
        self._slots = asyncio.Semaphore(size)
        self._handler = handler
        self._context = context
        self._database = context.database
        self._inbox = context.inbox
        labels = (context.inbox.consumer, handler.event.topic, lane)
        self._duration = metrics.duration.labels(*labels)
        self._handled = {outcome: metrics.handled.labels(*labels, outcome) for outcome in metrics.OUTCOMES}

    async def handle(self, claims: Sequence[Claim]) -> None:
        """Ends the claims, or puts them back. Cancelled, it gives back what it holds."""
        try:
            async with self._slots:
                began = time.perf_counter()
                items = [item for claim in claims if (item := await self._read(claim)) is not None]
                if items:
                    await self._attempt(items)
                self.pace_s += (time.perf_counter() - began - self.pace_s) / 8
        except asyncio.CancelledError:
            with suppress(Unavailable):
                await self._release(claims, "given_back")
            raise

    async def _read(self, claim: Claim) -> Item[Any] | None:
        """The event; None where it cannot be read, or was taken too often: then it is a dead letter by now."""
        try:
            if claim.tenant_id == NO_TENANT:
                raise Undecodable(claim.error or "the message names no tenant")
            if claim.attempts > MAX_CLAIMS:
                raise Permanent(f"taken {claim.attempts} times and never ended; the last error: {claim.error}")
            event = decode_body(self._handler.event, claim.value)
            if event.tenant_id != claim.tenant_id:
                raise Undecodable(f"header ce_tenantid is {claim.tenant_id}, but the body says {event.tenant_id}")
            return Item(event, claim.envelope, claim)
        except Permanent as error:
            await self._settle(claim, error)
            return None

    async def _attempt(self, items: Sequence[Item[Any]]) -> None:
        """Runs the handler. Many that fail are run again one by one, to find the event that they fail on."""
        envelope = items[0].envelope
        structlog.contextvars.bind_contextvars(
            tenant_id=envelope.tenant_id, trace_id=trace_id(envelope.traceparent), event_id=str(envelope.event_id)
        )
        open_items = list(items)
        started = time.perf_counter()
        try:
            await self._run(items, open_items)
        except LeaseLost as lost:
            log.warning("lease_lost", error=str(lost))
            with suppress(Unavailable):  # of a batch the others may still be ours: no need to wait for their leases
                await self._release([item.claim for item in open_items], "lease_lost")
            return
        except Unavailable as error:
            await self._wait([item.claim for item in open_items], error)
            return
        except Exception as error:  # noqa: BLE001 # the one place where errors are sorted
            failure = error
        else:
            self._context.guard.saw(None)
            self._duration.observe(time.perf_counter() - started)
            return
        finally:
            if ended := len(items) - len(open_items):
                self._count("done", ended)
                self._context.announced()
        if len(open_items) == 1 or (not self._handler.is_set_based and isinstance(failure, Transient)):
            for item in open_items:  # what a remote system cannot do now, it cannot do one by one either
                await self._settle(item.claim, failure)
            return
        log.warning("batch_failed", size=len(open_items), error=repr(failure))
        for item in open_items:
            await self._attempt([item])

    async def _run(self, items: Sequence[Item[Any]], open_items: list[Item[Any]]) -> None:
        """Leaves in `open_items` those that are not ended, also when it raises."""
        now = datetime.now(UTC)
        if self._handler.is_set_based:
            async with self._database.transaction(items[0].event.tenant_id) as tx:
                batch = Batch(items, tx, now, self._inbox.consumer)
                await self._handler.call(batch)
                await self._inbox.finish(tx, [item.claim for item in items], batch.announced)
        else:
            is_chunked = self._handler.size is not None
            context = self._database, self._inbox, now
            work = Chunk(items, *context) if is_chunked else Work(items[0], *context)
            try:
                await self._handler.call(work)
                if work.unfinished:
                    async with work.finish():
                        pass
            finally:
                open_items[:] = work.unfinished
        open_items.clear()

    async def _settle(self, claim: Claim, error: Exception) -> None:
        """Puts a failed event to rest, for a while or for good."""
        is_known = isinstance(error, Transient | Permanent)
        self._context.guard.saw(error)
        reason = printable(f"{type(error).__name__}: {error}")
        if is_known:
            log.warning("event_failed", error=reason)
        else:
            log.error("unknown_error", error=reason, exc_info=error)
        try:
            if (trip_reason := self._context.guard.trip_reason) is not None:
                await self._release([claim], "given_back")
                self._context.unfit(trip_reason)
                return
            delay = retry_delay(claim.failures + 1, error, random.random())  # noqa: S311 # jitter needs no secrecy
            async with self._database.without_tenant() as tx:
                if delay is not None:
                    await self._inbox.retry(tx, claim, delay, reason)
                else:
                    await self._inbox.dead_letter(tx, claim, dead_letter(claim, self._inbox.consumer, reason), reason)
            self._count("retried" if delay is not None else "dead", 1)
            self._context.announced()
        except LeaseLost as lost:
            log.warning("lease_lost", error=str(lost))
            self._count("lease_lost", 1)
        except Unavailable as away:
            await self._wait([claim], away)

    async def _wait(self, claims: Sequence[Claim], error: Unavailable) -> None:
        """Waits until the database answers, then gives the claims back: they are tried again at once."""
        log.warning("handler_waits_for_database", error=str(error))
        pause = 0.2
        while True:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5)
            try:
                await self._release(claims, "waited")
            except Unavailable:
                continue
            return

    async def _release(self, claims: Sequence[Claim], outcome: str) -> None:
        async with self._database.statement() as tx:
            await self._inbox.postpone(tx, claims, timedelta(0))
        self._count(outcome, len(claims))

    def _count(self, outcome: str, events: int) -> None:
        self._handled[outcome].inc(events)
