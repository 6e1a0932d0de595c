"""Guarded calls to a vendor that answers as a test lists, without waiting."""

from datetime import UTC, date, datetime, timedelta

from common.handling.group_commit import GroupCommit
from common.postgres import Database
from enricher.lock_order import LOCK_ORDER
from enricher.purchases.budgets import Budgets
from enricher.purchases.circuit_breakers import CircuitBreakers
from enricher.purchases.guarded_call import GuardedCalls
from enricher.vendors.errors import Failed, Throttled, Vendor, VendorError

NOW = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23)
CAP = 30
UNITS = 10
COST = 4


class Bench:
    """Calls whose waits are written down instead of waited, and a vendor that answers in turn as the test lists."""

    def __init__(self, database: Database) -> None:
        self.now = NOW
        self.budgets = Budgets(GroupCommit(database, LOCK_ORDER), {"tavily": CAP, "zerobounce": CAP})
        self.breakers = CircuitBreakers(database, clock=lambda: (self.now - NOW).total_seconds())
        self.calls = GuardedCalls(
            self.budgets, self.breakers, sleep=self._sleep, clock=lambda: self.now, chance=lambda: 1.0
        )
        self.waits: list[float] = []
        self.made = 0

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    async def call(self, *answers: VendorError | int, vendor: Vendor = "tavily", units: int = UNITS) -> int:
        """An answer is an error, or what the call costs; the last stays."""
        self.made = 0

        async def make() -> int:
            answer = answers[min(self.made, len(answers) - 1)]
            self.made += 1
            if isinstance(answer, VendorError):
                raise answer
            return answer

        return await self.calls.call(vendor, 1, units=units, make=make, charged=lambda cost: cost)

    async def used(self, vendor: Vendor = "tavily", day: date = TODAY) -> int:
        return CAP - await self.budgets.left(1, vendor, day=day)


def failed(*, charged: bool = True, vendor: Vendor = "tavily") -> Failed:
    return Failed(vendor, "HTTP 500", may_be_charged=charged)


def throttled(seconds: float | None) -> Throttled:
    return Throttled("tavily", "HTTP 429", None if seconds is None else timedelta(seconds=seconds))
