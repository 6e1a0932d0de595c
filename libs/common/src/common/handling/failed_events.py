"""Decides what happens to events that could not be handled: release, retry after a delay, or dead letter.

error                 what happens to the event
Unavailable           released once the database answers again; no failure is counted
Transient             rests, its key with it, for as long as the handler's RetryStrategy is patient; then dead letter
Transient "tenant"    the same, without a rest of its own: its tenant is paused, and one event probes after each pause
Permanent             dead letter
unknown error         dead letter; after a run of them the tenant is paused and the event released, or, where several
                      tenants have them, the service stops
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from common.contracts import Lane
from common.delivery.dead_letters import dead_letter
from common.delivery.inbox import AT_ONCE, Claim, Inbox, pauses
from common.errors import LeaseLost, Transient, Unavailable, printable
from common.handling.crash_suspects import QUIET_S
from common.handling.failure_rate_guard import FailureRateGuard, is_unknown_error
from common.handling.occupancy import Occupancy
from common.handling.stage import Handler
from common.observability import metrics
from common.postgres import Connection, Database

log = structlog.get_logger(__name__)

#: Seconds between attempts to reach a database that is away, at first and at most.
_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0


@dataclass(frozen=True, slots=True)
class RunnerContext:
    """Parts that all handler runners of a service share."""

    database: Database
    inbox: Inbox
    guard: FailureRateGuard
    #: Wakes the relay for this lane.
    announced: Callable[[Lane], None]
    unfit: Callable[[str], None]
    occupancy: Occupancy = field(default_factory=Occupancy)
    #: Seconds that a suspect waits for the others to end.
    quiet_s: float = QUIET_S


class FailedEvents:
    """Releases, retries and dead-letters the events of one handler in one lane, and counts the outcomes of all."""

    def __init__(self, handler: Handler, lane: Lane, context: RunnerContext) -> None:
        self._retry = handler.retry
        self._name = f"{handler.call.__module__}.{handler.call.__qualname__}"
        self._context = context
        self._database = context.database
        self._inbox = context.inbox
        labels = (context.inbox.consumer, handler.event.topic, lane)
        self._handled = {outcome: metrics.handled.labels(*labels, outcome) for outcome in metrics.OUTCOMES}

    def count(self, outcome: str, events: int) -> None:
        """Counts events by outcome, for the metrics."""
        self._handled[outcome].inc(events)

    async def fail(self, claims: Sequence[Claim], error: Exception) -> bool:
        """Retries or dead-letters events of one tenant that failed with this error, as the table above says.

        Returns whether other events of the tenant may be tried now.
        """
        guard, tenant_id = self._context.guard, claims[0].tenant_id
        for _ in claims:
            guard.saw(tenant_id, error)
        is_unknown = is_unknown_error(error)
        if is_unknown:
            log.error("unknown_error", error=_reason(error), exc_info=error)
        else:
            log.warning("event_failed", error=_reason(error), events=len(claims))
        try:
            if guard.trip_reason is not None:
                await self.try_release(claims, metrics.RELEASED)
                self._context.unfit(guard.trip_reason)
                return False
            if is_unknown and (trip_reason := guard.tenant_trip_reason(tenant_id)) is not None:
                await self._bound_dead_letters(claims, error, trip_reason)
                return False
            await self._rest_or_dead_letter(claims, error)
        except Unavailable as away:
            await self.wait(claims, away)
        return not (isinstance(error, Transient) and error.scope == "tenant")

    async def _bound_dead_letters(self, claims: Sequence[Claim], error: Exception, trip_reason: str) -> None:
        """Pauses a tenant with too many unknown errors and releases its events. A probe that fails is dead-lettered.

        So the tenant's bad events leave the inbox, one per pause, and no release drains a topic.
        """
        log.error("tenant_is_paused", tenant_id=claims[0].tenant_id, trip_reason=trip_reason)
        chance = random.random()  # noqa: S311 # jitter needs no secrecy
        async with self._database.without_tenant() as tx:
            await self._pause(tx, claims[0], Transient(trip_reason), chance)
        if claims[0].pause_failures is None:
            await self.try_release(claims, metrics.RELEASED)
        else:
            await self._rest_or_dead_letter(claims, error)

    async def _rest_or_dead_letter(self, claims: Sequence[Claim], error: Exception) -> None:
        chance = random.random()  # noqa: S311 # jitter needs no secrecy
        resting: dict[timedelta, list[Claim]] = {}
        for claim in claims:
            delay = self._retry.decide(claim.failures + 1, claim.failing_for or timedelta(0), error, chance)
            if delay is None:
                await self._dead_letter(claim, error)
            else:
                resting.setdefault(delay, []).append(claim)
        if isinstance(error, Transient) and error.scope == "tenant":
            rested = [claim for group in resting.values() for claim in group]
            async with self._database.without_tenant() as tx:
                await self._pause(tx, claims[0], error, chance)
                retried = await self._inbox.retry(tx, rested, timedelta(0), _reason(error))
            self._count_retried(retried, len(rested))
            return
        for delay, group in resting.items():
            async with self._database.statement() as tx:
                retried = await self._inbox.retry(tx, group, delay, _reason(error))
            self._count_retried(retried, len(group))

    async def _pause(self, tx: Connection, claim: Claim, error: Transient, chance: float) -> None:
        """Pauses the claim's tenant or, where the claim is its probe, prolongs the pause."""
        reason, probed = printable(error), claim.pause_failures
        if probed is None:
            delay = self._retry.delay(1, error, chance)
            await pauses.begin(tx, self._inbox.consumer, claim.tenant_id, delay, reason)
        else:
            delay = self._retry.delay(probed + 1, error, chance)
            await pauses.prolong(tx, self._inbox.consumer, claim.tenant_id, delay, reason)

    async def _dead_letter(self, claim: Claim, error: Exception) -> None:
        reason = _reason(error)
        letter = dead_letter(claim, self._inbox.consumer, reason, self._name)
        try:
            async with self._database.without_tenant() as tx:
                await self._inbox.dead_letter(tx, claim, letter, reason, self._name)
        except LeaseLost as lost:
            log.warning("lease_lost", error=str(lost))
            self.count("lease_lost", 1)
        else:
            self.count("dead", 1)
            self._context.announced(claim.lane)

    async def end_pause(self, tenant_id: int) -> None:
        """Ends the tenant's pause: its probe was handled, or failed for a reason of its own."""
        self._context.guard.forget(tenant_id)
        async with self._database.statement() as tx:
            await pauses.end(tx, self._inbox.consumer, tenant_id)
        log.info("tenant_pause_ended", tenant_id=tenant_id)

    async def wait(self, claims: Sequence[Claim], error: Unavailable) -> None:
        """Waits until the database answers, then releases the claims for an immediate attempt."""
        log.warning("handler_waits_for_database", error=str(error))
        pause_s = _PAUSE_S
        while True:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            try:
                await self.try_release(claims, "waited")
            except Unavailable:
                continue
            return

    async def release(self, claims: Sequence[Claim], outcome: str, rest: timedelta = AT_ONCE) -> None:
        """Makes the events claimable after a delay; during an outage of the database, as soon as it is back.

        Ended and lost events are left alone.
        """
        try:
            await self.try_release(claims, outcome, rest)
        except Unavailable as error:
            await self.wait(claims, error)

    async def try_release(self, claims: Sequence[Claim], outcome: str, rest: timedelta = AT_ONCE) -> None:
        """Makes the events claimable as `release` does, without waiting for the database. Raises Unavailable."""
        async with self._database.statement() as tx:
            await self._inbox.release(tx, claims, rest)
        self.count(outcome, len(claims))

    def _count_retried(self, retried: int, tried: int) -> None:
        self.count("retried", retried)
        if retried < tried:
            log.warning("lease_lost", events=tried - retried)
            self.count("lease_lost", tried - retried)


def _reason(error: Exception) -> str:
    return printable(f"{type(error).__name__}: {error}")
