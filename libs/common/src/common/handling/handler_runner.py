"""Runs a handler once for a set of claimed events: reads them, calls the handler, and ends them with its changes.

When the handler returns, its changes, its announcements and the end of its events are committed together. When it
fails, `failed_events` sorts the failure. Events whose lease was lost are left to whoever holds them now.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog

from common.cloudevents import Undecodable, decode_body
from common.contracts import Lane
from common.delivery.inbox import NO_TENANT, Claim
from common.errors import LeaseLost, Permanent, Transient, Unavailable
from common.handling.crash_suspects import REST, is_poison, is_suspect, solo_lease
from common.handling.event_spans import event_spans
from common.handling.failed_events import FailedEvents, RunnerContext
from common.handling.failure_rate_guard import is_unknown_error
from common.handling.stage import Handler
from common.handling.work import Batch, Chunk, Item, Work
from common.ids import age_s
from common.observability import metrics
from common.observability.tracing import trace_id

log = structlog.get_logger(__name__)


class CancelledWithin(Exception):
    """A handler raised CancelledError although nobody cancelled it. A release would repeat that for ever."""


class HandlerRunner:
    """Runs one handler for one lane, up to `size` times at once; `pace_s` is the recent duration of a run."""

    def __init__(self, handler: Handler, lane: Lane, size: int, context: RunnerContext) -> None:
        self.pace_s = 0.0
        self._slots = asyncio.Semaphore(size)
        self._handler = handler
        self._context = context
        self._database = context.database
        self._inbox = context.inbox
        self._failed = FailedEvents(handler, lane, context)
        self._duration = metrics.duration.labels(context.inbox.consumer, handler.event.topic, lane)
        is_awaited = lane == "interactive"
        self._request_age = (
            metrics.request_age.labels(context.inbox.consumer, handler.event.topic) if is_awaited else None
        )

    async def handle(self, claims: Sequence[Claim]) -> None:
        """Ends the claims, or releases them. If it is cancelled, it releases what it holds."""
        try:
            async with self._slots:
                began = time.perf_counter()
                items = [item for claim in claims if (item := await self._read(claim)) is not None]
                if others := [item for item in items if not is_suspect(item.claim)]:
                    async with self._context.occupancy.shared():
                        await self._attempt(others)
                for item in items:
                    if is_suspect(item.claim):
                        await self._attempt_alone(item)
                self.pace_s += (time.perf_counter() - began - self.pace_s) / 8
        except asyncio.CancelledError:
            with suppress(Unavailable):
                await self._failed.try_release(claims, metrics.RELEASED)
            raise

    async def _read(self, claim: Claim) -> Item[Any] | None:
        """Reads the event; fails an unreadable one and returns `None`."""
        try:
            if claim.tenant_id == NO_TENANT:
                raise Undecodable(claim.error or "the message names no tenant")
            if is_poison(claim):
                raise Permanent(f"its process died {claim.solo_crashes} times while handling only this event")
            event = decode_body(self._handler.event, claim.value)
            if event.tenant_id != claim.tenant_id:
                raise Undecodable(f"header ce_tenantid is {claim.tenant_id}, but the body says {event.tenant_id}")
            return Item(event, claim.envelope, claim)
        except Exception as error:  # noqa: BLE001 # an unknown one too must not keep the other claims from being handled
            await self._failed.fail([claim], error)
            return None

    async def _attempt_alone(self, item: Item[Any]) -> None:
        """Runs the handler while nothing else is in hand in this process; after a time limit, tries the event later."""
        try:
            async with self._context.occupancy.exclusive(self._context.quiet_s):
                log.warning("suspect_is_handled_alone", event_id=str(item.event_id), crashes=item.claim.crashes)
                await self._attempt_held_alone(item)
        except TimeoutError:
            log.warning("suspect_waits", event_id=str(item.event_id))
            await self._failed.release([item.claim], metrics.RELEASED, REST)

    async def _attempt_held_alone(self, item: Item[Any]) -> None:
        try:
            async with self._database.statement() as tx:
                await self._inbox.hold_alone(tx, item.claim, solo_lease(item.claim))
        except LeaseLost as lost:
            log.warning("lease_lost", error=str(lost))
        except Unavailable as error:
            await self._failed.wait([item.claim], error)
        else:
            await self._attempt([item])

    async def _attempt(self, items: Sequence[Item[Any]]) -> bool:
        """Runs the handler. After a failure of many events, runs it for each alone, to find the one that fails.

        Returns whether other events of the tenant may be tried now.
        """
        envelope = items[0].envelope
        structlog.contextvars.bind_contextvars(
            tenant_id=envelope.tenant_id, trace_id=trace_id(envelope.traceparent), event_id=str(envelope.event_id)
        )
        open_items = list(items)
        started = time.perf_counter()
        failure: Exception | None = None
        try:
            with event_spans(items, self._inbox.consumer) as traced:
                await self._run(traced, open_items)
        except LeaseLost as lost:
            log.warning("lease_lost", error=str(lost))
            with suppress(Unavailable):  # of a batch the others may still be ours: no need to wait for their leases
                await self._failed.try_release([item.claim for item in open_items], "lease_lost")
            return True
        except Unavailable as error:
            await self._failed.wait([item.claim for item in open_items], error)
            return True
        except asyncio.CancelledError as error:
            if _is_being_cancelled():
                raise
            failure = CancelledWithin("the handler awaited something that was cancelled")
            failure.__cause__ = error
        except Exception as error:  # noqa: BLE001 # the one place where errors are sorted
            failure = error
        finally:
            if ended := len(items) - len(open_items):
                self._failed.count("done", ended)
                self._note_ages(items, open_items)
                self._context.announced(items[0].lane)
        if failure is None:
            self._context.guard.saw(items[0].event.tenant_id, None)
            self._duration.observe(time.perf_counter() - started)
        await self._end_probe(items[0].claim, failure)
        return failure is None or await self._fail(open_items, failure)

    def _note_ages(self, items: Sequence[Item[Any]], open_items: Sequence[Item[Any]]) -> None:
        """Records the time from the rep's request to the end, for each event that has ended."""
        if self._request_age is None:
            return
        now_s, still_open = time.time(), {id(item.claim) for item in open_items}
        for item in items:
            request_id = item.envelope.correlation_id
            age = None if request_id is None or id(item.claim) in still_open else age_s(request_id, now_s)
            if age is not None:
                self._request_age.observe(age)

    async def _fail(self, items: Sequence[Item[Any]], failure: Exception) -> bool:
        """Puts failed events back, or tries each alone if the failure may be that of one event."""
        is_remote = isinstance(failure, Transient) and (not self._handler.is_set_based or failure.scope == "tenant")
        if len(items) <= 1 or is_remote:  # what a remote system cannot do now, it cannot do one by one either
            return not items or await self._failed.fail([item.claim for item in items], failure)
        log.warning("batch_failed", size=len(items), error=repr(failure))
        for place, item in enumerate(items, start=1):
            if not await self._attempt([item]):
                await self._failed.release([it.claim for it in items[place:]], metrics.RELEASED)
                return False
        return True

    async def _end_probe(self, claim: Claim, failure: Exception | None) -> None:
        """Ends the tenant's pause after a probe, unless the probe failed for a reason to pause."""
        is_reason = is_unknown_error(failure) or (isinstance(failure, Transient) and failure.scope == "tenant")
        if claim.pause_failures is None or is_reason:
            return
        with suppress(Unavailable):  # the next probe ends it
            await self._failed.end_pause(claim.tenant_id)

    async def _run(self, items: Sequence[Item[Any]], open_items: list[Item[Any]]) -> None:
        """Calls the handler. `open_items` keeps the events that are not ended, also when it raises."""
        now = datetime.now(UTC)
        if self._handler.is_set_based:
            async with self._database.transaction(items[0].event.tenant_id) as tx:
                batch = Batch(items, tx, now, self._inbox.consumer)
                await self._handler.call(batch)
                await self._inbox.finish(tx, [item.claim for item in items], batch.announced)
            open_items.clear()
            return
        is_chunked = self._handler.size is not None
        context = self._database, self._inbox, now, self._context.announced
        work = Chunk(items, *context) if is_chunked else Work(items[0], *context)
        try:
            await self._handler.call(work)
            if work.unfinished:
                async with work.finish():
                    pass
        finally:
            open_items[:] = work.unfinished


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
