"""A call with all its guards, on the real PostgreSQL: attempts, waits, what is spent, and what others hear of it."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.handling.group_commit import GroupCommit
from common.postgres import Database
from enricher.errors import StepSkipped
from enricher.lock_order import LOCK_ORDER
from enricher.purchases.budgets import Budgets
from enricher.purchases.circuit_breakers import THRESHOLD, CircuitBreakers
from enricher.purchases.guarded_call import GuardedCalls
from enricher.vendors.errors import AccountRefused, Failed, Rejected, Throttled, Vendor, VendorError
from testkit.samples import sample
from testkit.stages import until

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


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def failed(*, charged: bool = True, vendor: Vendor = "tavily") -> Failed:
    return Failed(vendor, "HTTP 500", may_be_charged=charged)


def throttled(seconds: float | None) -> Throttled:
    return Throttled("tavily", "HTTP 429", None if seconds is None else timedelta(seconds=seconds))


async def test_an_answer_is_given_and_paid_for(bench: Bench) -> None:
    """Once, at what it cost, not at what was reserved."""
    assert await bench.call(COST) == COST

    assert bench.made == 1
    assert bench.waits == []
    assert await bench.used() == COST


async def test_a_failure_is_tried_again_after_a_while(bench: Bench) -> None:
    """Two failures that cost nothing, then an answer: the waits double, the answer alone is paid for."""
    assert await bench.call(failed(charged=False), failed(charged=False), COST) == COST

    assert bench.waits == [1.0, 2.0]
    assert await bench.used() == COST


def outcomes(vendor: Vendor = "tavily") -> dict[str, float]:
    names = ("answered", "rejected", "account_refused", "throttled", "failed", "circuit_open", "out_of_budget")
    return {it: sample("leadgen_enricher_vendor_calls_total", vendor=vendor, outcome=it) for it in names}


async def test_the_metrics_tell_each_outcome_and_what_was_charged(bench: Bench) -> None:
    """A failure that may have been charged counts with its reservation, a rejection with nothing."""
    before, units = outcomes(), sample("leadgen_enricher_vendor_units_total", vendor="tavily")
    timed = sample("leadgen_enricher_vendor_call_seconds_count", vendor="tavily")

    await bench.call(failed(), COST)
    with pytest.raises(StepSkipped):
        await bench.call(Rejected("tavily", "HTTP 404"))
    with pytest.raises(StepSkipped):
        await bench.call(COST, units=CAP + 1)
    with pytest.raises(StepSkipped):
        await bench.call(AccountRefused("tavily", "HTTP 402", timedelta(hours=4)))
    with pytest.raises(StepSkipped):
        await bench.call(COST)

    counted = {name: value - before[name] for name, value in outcomes().items() if value != before[name]}
    assert counted == {
        "answered": 1,
        "failed": 1,
        "rejected": 1,
        "out_of_budget": 1,
        "account_refused": 1,
        "circuit_open": 1,
    }
    assert sample("leadgen_enricher_vendor_units_total", vendor="tavily") - units == UNITS + COST
    assert sample("leadgen_enricher_vendor_call_seconds_count", vendor="tavily") - timed == 4


async def test_what_may_have_been_charged_stays_counted(bench: Bench) -> None:
    """An answer that was lost counts as the most it can have cost, besides what the repeat costs."""
    assert await bench.call(failed(), COST) == COST

    assert await bench.used() == UNITS + COST


async def test_three_attempts_are_the_most(bench: Bench) -> None:
    """Three attempts are the most; then the step is skipped, and each attempt is counted, since it may be charged."""
    with pytest.raises(StepSkipped, match="tavily: HTTP 500") as caught:
        await bench.call(failed())

    assert caught.value.reason == "tavily: HTTP 500"
    assert bench.made == 3
    assert len(bench.waits) == 2
    assert await bench.used() == 3 * UNITS


async def test_each_attempt_needs_a_budget(bench: Bench) -> None:
    """Attempts that may have been charged use it up: no attempt goes beyond the cap."""
    with pytest.raises(StepSkipped, match="tavily: out of budget"):
        await bench.call(failed(), units=20)

    assert bench.made == 1
    assert await bench.used() == 20


async def test_without_a_budget_no_call_is_made(bench: Bench) -> None:
    """The cap is checked before, by what the call can cost at most."""
    with pytest.raises(StepSkipped, match="tavily: out of budget"):
        await bench.call(COST, units=CAP + 1)

    assert bench.made == 0
    assert await bench.used() == 0


async def test_a_rejection_is_final_and_free(bench: Bench) -> None:
    """It is not tried again, and says nothing of the vendor: five of them do not open the breaker."""
    for _ in range(THRESHOLD + 1):
        with pytest.raises(StepSkipped, match="tavily: HTTP 404"):
            await bench.call(Rejected("tavily", "HTTP 404"))
        assert bench.made == 1

    assert await bench.used() == 0
    assert await bench.call(COST) == COST


async def test_a_vendor_that_is_closed_is_not_called_again(bench: Bench) -> None:
    """For as long as it said; what was reserved is given back."""
    with pytest.raises(StepSkipped, match="insufficient quota"):
        await bench.call(AccountRefused("tavily", "insufficient quota", timedelta(hours=4)))
    assert bench.made == 1
    bench.now += timedelta(seconds=2)

    with pytest.raises(StepSkipped, match=r"tavily: circuit open until \d\d:\d\d:\d\d UTC \(insufficient quota\)"):
        await bench.call(COST)

    assert bench.made == 0
    assert await bench.used() == 0


async def test_a_vendor_that_asks_for_patience_gets_it(bench: Bench) -> None:
    """Retry-After up to 20 s is waited for, and a little longer; nobody else is kept away."""
    assert await bench.call(throttled(20), throttled(0), COST) == COST

    assert bench.waits == [21.0, 2.0]
    assert await bench.used() == COST
    assert await bench.breakers.open_reason("tavily") is None


async def test_too_long_a_wait_is_skipped_by_everybody(bench: Bench, owner: Any) -> None:
    """The breaker is open for as long as the vendor wants to be left alone."""
    with pytest.raises(StepSkipped, match="tavily: HTTP 429"):
        await bench.call(throttled(21))

    assert bench.made == 1
    assert bench.waits == []
    assert await bench.used() == 0
    left = await owner.fetchval("SELECT open_until - now() FROM vendor_breakers WHERE vendor = 'tavily'")
    assert timedelta(seconds=15) < left <= timedelta(seconds=21)


async def test_a_vendor_that_throttles_on_and_on_is_left_alone(bench: Bench) -> None:
    """Without a Retry-After it is tried three times, then by nobody for a while."""
    with pytest.raises(StepSkipped, match="tavily: HTTP 429"):
        await bench.call(throttled(None))

    assert bench.made == 3
    assert bench.waits == [1.0, 2.0]
    assert await bench.used() == 0
    assert await bench.breakers.open_reason("tavily")


async def test_failures_in_a_row_open_the_breaker(bench: Bench) -> None:
    """Two calls, five attempts: then nobody calls."""
    for _ in range(2):
        with pytest.raises(StepSkipped):
            await bench.call(failed(charged=False))

    assert bench.made == 2
    with pytest.raises(StepSkipped, match="circuit open until"):
        await bench.call(COST)
    assert bench.made == 0


@pytest.mark.parametrize(
    ("answer", "is_open_after"),
    [
        (COST, False),
        (failed(charged=False), True),
        (Rejected("tavily", "HTTP 400"), False),
        (AccountRefused("tavily", "HTTP 401", timedelta(minutes=15)), True),
    ],
)
async def test_the_first_call_after_an_outage_decides(
    bench: Bench, owner: Any, answer: VendorError | int, is_open_after: bool
) -> None:
    """An answer closes the breaker, another failure opens it again; a rejection leaves it to the next call."""
    for _ in range(THRESHOLD):
        await bench.breakers.record_failure("tavily", "HTTP 500")
    await owner.execute("UPDATE vendor_breakers SET open_until = now() WHERE vendor = 'tavily'")

    if isinstance(answer, VendorError):
        with pytest.raises(StepSkipped):
            await bench.call(answer)
    else:
        await bench.call(answer)

    assert bench.made == 1
    bench.now += timedelta(seconds=2)
    assert bool(await bench.breakers.open_reason("tavily")) == is_open_after


async def test_a_tenant_without_a_budget_does_not_keep_the_probe(bench: Bench, owner: Any) -> None:
    """A tenant without a budget does not keep the probe: who may not spend cannot try whether the vendor is well: the
    next tenant can, at once.
    """
    for _ in range(THRESHOLD):
        await bench.breakers.record_failure("tavily", "HTTP 500")
    await owner.execute("UPDATE vendor_breakers SET open_until = now() WHERE vendor = 'tavily'")

    with pytest.raises(StepSkipped, match="out of budget"):
        await bench.call(COST, units=CAP + 1)

    assert await bench.call(COST) == COST


async def test_a_batch_that_costs_again_is_not_repeated(bench: Bench) -> None:
    """ZeroBounce charges each repeat: one whose answer was lost stays lost; one that was never sent is tried again."""
    with pytest.raises(StepSkipped):
        await bench.call(failed(vendor="zerobounce"), vendor="zerobounce")
    assert bench.made == 1
    assert await bench.used("zerobounce") == UNITS

    assert await bench.call(failed(charged=False, vendor="zerobounce"), COST, vendor="zerobounce") == COST


async def test_a_cancelled_call_stays_counted(bench: Bench) -> None:
    """A service that stops does not know what the vendor makes of the call under way."""
    begun, never = asyncio.Event(), asyncio.Event()

    async def make() -> int:
        begun.set()
        await never.wait()
        return COST

    task = asyncio.create_task(bench.calls.call("tavily", 1, units=UNITS, make=make, charged=lambda cost: cost))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await bench.used() == UNITS


async def test_a_bug_passes_through_and_stays_counted(bench: Bench) -> None:
    """It is nobody's vendor error: it is neither tried again nor taken for a skipped step."""

    async def make() -> int:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        await bench.calls.call("tavily", 1, units=UNITS, make=make, charged=lambda cost: cost)

    assert await bench.used() == UNITS


async def test_no_transaction_is_open_during_a_call(database_url: str) -> None:
    """A call takes seconds: with a pool of one connection, others can use it meanwhile."""
    database = await Database.connect(database_url, size=1)
    bench = Bench(database)

    async def make() -> int:
        async with asyncio.timeout(60), database.without_tenant() as tx:
            return int(await tx.fetchval("SELECT 4"))

    assert await bench.calls.call("tavily", 1, units=UNITS, make=make, charged=lambda cost: cost) == COST
    await database.close()


async def test_a_call_is_counted_on_the_day_it_began(bench: Bench) -> None:
    """A minute before Singapore's midnight, with an answer after it: yesterday's budget is put right."""

    async def make() -> int:
        bench.now += timedelta(minutes=2)
        return COST

    await bench.calls.call("tavily", 1, units=UNITS, make=make, charged=lambda cost: cost)

    assert await bench.used(day=TODAY) == COST
    assert await bench.used(day=TOMORROW) == 0


async def test_calls_at_once_stay_within_the_cap(bench: Bench) -> None:
    """Thirty companies at once, a cap for three calls under way: what is spent is what was answered, within the cap."""
    gate = asyncio.Event()
    arrived = 0

    async def make() -> int:
        nonlocal arrived
        arrived += 1
        await gate.wait()
        return COST

    tasks = [
        asyncio.create_task(bench.calls.call("tavily", 1, units=UNITS, make=make, charged=lambda cost: cost))
        for _ in range(30)
    ]

    async def others_are_skipped() -> bool:
        return sum(task.done() for task in tasks) == 27

    await until(others_are_skipped)
    assert arrived == 3
    gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [result for result in results if not isinstance(result, StepSkipped)] == [COST] * 3
    assert await bench.used() == 3 * COST


async def test_a_call_that_hung_is_not_made_again(bench: Bench) -> None:
    """Another attempt like it would end beyond what a company can wait: it counts as a failure, and that is all."""

    async def hangs() -> int:
        bench.made += 1
        bench.now += timedelta(seconds=30)
        raise failed()

    with pytest.raises(StepSkipped):
        await bench.calls.call("tavily", 1, units=UNITS, make=hangs, charged=lambda cost: cost)

    assert (bench.made, bench.waits) == (1, [])
    assert await bench.used() == UNITS


async def test_a_probe_that_is_cancelled_leaves_the_next_one_to_others(bench: Bench) -> None:
    """It tells nothing of the vendor, so it must not keep the others from trying."""
    await bench.breakers.open_for("tavily", timedelta(milliseconds=1), "HTTP 500")
    started = asyncio.Event()

    async def hangs() -> int:
        started.set()
        await asyncio.Event().wait()
        return 0

    async def probe() -> int:
        return await bench.calls.call("tavily", 1, units=UNITS, make=hangs, charged=lambda cost: cost)

    probing = asyncio.create_task(probe())
    await started.wait()
    probing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probing

    assert await bench.call(COST) == COST
