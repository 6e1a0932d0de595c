"""Calls to vendors, guarded by circuit breaker, budget and retries.

No call runs inside a transaction: the statements of breaker and budget end before it. Each attempt has a reservation
of its own, since each may be charged. The reservation is settled when the answer states the cost, released when nothing
was charged, and kept when the charge is unknown: after a lost answer, a cancelled task or a killed replica.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar, get_args

import structlog

from common.observability import tracing
from common.singapore.calendar import day_in_singapore
from enricher import metrics
from enricher.errors import StepSkipped
from enricher.purchases.budgets import Budgets
from enricher.purchases.circuit_breakers import CircuitBreakers
from enricher.vendors.errors import AccountRefused, Failed, Rejected, Throttled, Vendor, VendorError

log = structlog.get_logger(__name__)

T = TypeVar("T")

ATTEMPTS = 3
LONGEST_WAIT = timedelta(seconds=20)
#: The longest time for all attempts. None starts that would end later if it took as long as the last one.
MAX_TOTAL = timedelta(seconds=45)
_FIRST_PAUSE_S = 1.0
#: Opens the breaker for so long when a vendor keeps throttling without a Retry-After.
_THROTTLED = timedelta(seconds=30)
#: Vendors that charge again for the repeat of a call whose answer was lost.
_CHARGED_AGAIN: frozenset[Vendor] = frozenset({"zerobounce"})

#: The outcome of each error, as the metrics count it.
_OUTCOMES: Mapping[type[VendorError], str] = {
    Rejected: "rejected",
    AccountRefused: "account_refused",
    Throttled: "throttled",
    Failed: "failed",
}


class GuardedCalls:
    """Makes guarded calls. Tests pass in `sleep`, `clock` and `chance` (0 to 1, the jitter)."""

    def __init__(
        self,
        budgets: Budgets,
        breakers: CircuitBreakers,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._budgets = budgets
        self._breakers = breakers
        self._sleep = sleep
        self._clock = clock
        self._chance = chance
        for vendor in get_args(Vendor):  # from 0 on, so that the first of them shows
            metrics.vendor_units.labels(vendor)
            for outcome in ("answered", *_OUTCOMES.values(), "circuit_open", "out_of_budget"):
                metrics.vendor_calls.labels(vendor, outcome)

    async def call(
        self,
        vendor: Vendor,
        tenant_id: int,
        *,
        units: int,
        make: Callable[[], Awaitable[T]],
        charged: Callable[[T], int],
    ) -> T:
        """Returns the result of `make`, tried up to 3 times.

        `units` is its highest cost, `charged` reads the actual one.

        Raises StepSkipped if no answer can be had, Unavailable if the database is away. Other errors of `make` are
        bugs: they pass through, and the reservation stays.
        """
        attempt, began = 1, self._clock()
        while True:
            day = await self._admit(vendor, tenant_id, units)
            tried = self._clock()
            try:
                with tracing.span(vendor, "client"), metrics.vendor_call_duration.labels(vendor).time():
                    answer = await make()
            except VendorError as error:
                metrics.vendor_calls.labels(vendor, _OUTCOMES[type(error)]).inc()
                log.info("vendor_call_failed", vendor=vendor, reason=error.reason, attempt=attempt)
                if isinstance(error, Failed) and error.may_be_charged:
                    metrics.vendor_units.labels(vendor).inc(units)
                else:
                    await self._budgets.release(tenant_id, vendor, reserved=units, day=day)
                pause, now = _pause(error, attempt, self._chance()), self._clock()
                if pause is not None and (now - began) + timedelta(seconds=pause) + (now - tried) > MAX_TOTAL:
                    pause = None
                await self._report_to_breaker(error, is_over=pause is None)
                if pause is None:
                    raise StepSkipped(str(error)) from error
            except BaseException:  # mostly a cancellation, which says nothing about the vendor
                metrics.vendor_units.labels(vendor).inc(units)
                await self._breakers.release(vendor)
                raise
            else:
                cost = charged(answer)
                metrics.vendor_calls.labels(vendor, "answered").inc()
                metrics.vendor_units.labels(vendor).inc(cost)
                await self._budgets.settle(tenant_id, vendor, reserved=units, charged=cost, day=day)
                await self._breakers.record_success(vendor)
                return answer
            await self._sleep(pause)
            attempt += 1

    async def _admit(self, vendor: Vendor, tenant_id: int, units: int) -> date:
        """Reserves the units, and returns the day that they count for. Raises StepSkipped."""
        reason = await self._breakers.open_reason(vendor)
        if reason:
            metrics.vendor_calls.labels(vendor, "circuit_open").inc()
            raise StepSkipped(f"{vendor}: {reason}")
        day = day_in_singapore(self._clock())
        if not await self._budgets.reserve(tenant_id, vendor, units, day=day):
            metrics.vendor_calls.labels(vendor, "out_of_budget").inc()
            await self._breakers.release(vendor)
            raise StepSkipped(f"{vendor}: out of budget")
        return day

    async def _report_to_breaker(self, error: VendorError, *, is_over: bool) -> None:
        """Reports the error to the circuit breaker."""
        if isinstance(error, AccountRefused):
            await self._breakers.open_for(error.vendor, error.until, error.reason)
        elif isinstance(error, Failed):
            await self._breakers.record_failure(error.vendor, error.reason)
        elif isinstance(error, Throttled) and is_over:
            await self._breakers.open_for(error.vendor, error.retry_after or _THROTTLED, error.reason)
        else:
            await self._breakers.release(error.vendor)


def _pause(error: VendorError, attempt: int, chance: float) -> float | None:
    """Returns the seconds until the next attempt; `None` if there is none."""
    if attempt == ATTEMPTS or not isinstance(error, Throttled | Failed):
        return None
    if isinstance(error, Failed) and error.may_be_charged and error.vendor in _CHARGED_AGAIN:
        return None
    pause = _FIRST_PAUSE_S * 2.0 ** (attempt - 1) * (0.5 + chance / 2)
    if not isinstance(error, Throttled) or error.retry_after is None:
        return pause
    return error.retry_after.total_seconds() + pause if error.retry_after <= LONGEST_WAIT else None
