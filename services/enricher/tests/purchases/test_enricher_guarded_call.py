"""A call with all its guards, on the real PostgreSQL: attempts, and what is spent."""

import asyncio
from datetime import timedelta

import pytest

from common.postgres import Database
from enricher.errors import StepSkipped
from enricher.purchases.circuit_breakers import THRESHOLD
from enricher.vendors.errors import AccountRefused, Rejected, Vendor
from testkit.enrichment.guarded_calls import CAP, COST, TODAY, TOMORROW, UNITS, Bench, failed
from testkit.samples import sample
from testkit.stages import until


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
