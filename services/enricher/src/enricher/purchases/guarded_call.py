"""A call to a vendor, with all that guards it: breaker, budget, attempts.

No call is made inside a transaction: the breaker's and the budget's statements are over before it begins. Each attempt
has a reservation of its own, since each may be charged. It is put right when the answer says what it cost, given back
when nothing was charged, and kept when nobody knows: after a lost answer, a cancelled task, a killed replica.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import structlog

from common.singapore import day_in_singapore
from enricher.errors import StepSkipped
from enricher.purchases.budgets import Budgets
from enricher.purchases.circuit_breakers import Breakers
from enricher.vendors.errors import Closed, Failed, Throttled, Vendor, VendorError

log = structlog.get_logger(__name__)

T = TypeVar("T")

ATTEMPTS = 3
LONGEST_WAIT = timedelta(seconds=20)
#: No attempt is begun that would end later if it took as long as the last one: who hung once may hang again.
TOGETHER = timedelta(seconds=45)
_FIRST_PAUSE_S = 1.0
#: For how long all replicas let a vendor be that throttles us again and again and does not say for how long.
_THROTTLED = timedelta(seconds=30)
#: Where a repeat of a call whose answer was lost costs as much again.
_DEAR_TO_REPEAT: frozenset[Vendor] = frozenset({"zerobounce"})


class Calls:
    """Makes the calls of one replica. `sleep`, `clock` and `chance` (0 to 1) are passed in by tests."""

    def __init__(
        self,
        budgets: Budgets,
        breakers: Breakers,
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

    async def call(
        self,
        vendor: Vendor,
        tenant_id: int,
        *,
        units: int,
        make: Callable[[], Awaitable[T]],
        charged: Callable[[T], int],
    ) -> T:
        """What `make` gives, tried at most 3 times. `units` is the most it can cost, `charged` what an answer did cost.

        Raises StepSkipped when there is no answer to be had, Unavailable when the database is away. Anything else that
        `make` raises is a bug: it passes through, and what was reserved stays so.
        """
        attempt, began = 1, self._clock()
        while True:
            day = await self._admit(vendor, tenant_id, units)
            tried = self._clock()
            try:
                answer = await make()
            except VendorError as error:
                log.info("vendor_call_failed", vendor=vendor, reason=error.reason, attempt=attempt)
                if not (isinstance(error, Failed) and error.is_charged_unknown):
                    await self._budgets.release(tenant_id, vendor, reserved=units, day=day)
                pause, now = _pause(error, attempt, self._chance()), self._clock()
                if pause is not None and (now - began) + timedelta(seconds=pause) + (now - tried) > TOGETHER:
                    pause = None
                await self._tell(error, is_over=pause is None)
                if pause is None:
                    raise StepSkipped(str(error)) from error
            except BaseException:  # cancelled, most often: that tells nothing of the vendor
                await self._breakers.give_back(vendor)
                raise
            else:
                await self._budgets.settle(tenant_id, vendor, reserved=units, charged=charged(answer), day=day)
                await self._breakers.worked(vendor)
                return answer
            await self._sleep(pause)
            attempt += 1

    async def _admit(self, vendor: Vendor, tenant_id: int, units: int) -> date:
        """Reserves the units; the day that they are counted on."""
        reason = await self._breakers.is_open(vendor)
        if reason:
            raise StepSkipped(f"{vendor}: {reason}")
        day = day_in_singapore(self._clock())
        if not await self._budgets.reserve(tenant_id, vendor, units, day=day):
            await self._breakers.give_back(vendor)
            raise StepSkipped(f"{vendor}: out of budget")
        return day

    async def _tell(self, error: VendorError, *, is_over: bool) -> None:
        """What the error says of the vendor, for everybody."""
        if isinstance(error, Closed):
            await self._breakers.close_for(error.vendor, error.until, error.reason)
        elif isinstance(error, Failed):
            await self._breakers.failed(error.vendor, error.reason)
        elif isinstance(error, Throttled) and is_over:
            await self._breakers.close_for(error.vendor, error.retry_after or _THROTTLED, error.reason)
        else:
            await self._breakers.give_back(error.vendor)


def _pause(error: VendorError, attempt: int, chance: float) -> float | None:
    """Seconds until the next attempt; None if there is to be none."""
    if attempt == ATTEMPTS or not isinstance(error, Throttled | Failed):
        return None
    if isinstance(error, Failed) and error.is_charged_unknown and error.vendor in _DEAR_TO_REPEAT:
        return None
    pause = _FIRST_PAUSE_S * 2.0 ** (attempt - 1) * (0.5 + chance / 2)
    if not isinstance(error, Throttled) or error.retry_after is None:
        return pause
    return error.retry_after.total_seconds() + pause if error.retry_after <= LONGEST_WAIT else None
