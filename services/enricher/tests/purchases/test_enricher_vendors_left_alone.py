"""Vendors that fail, throttle or hang, on the real PostgreSQL: how long callers wait, and when nobody calls."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from enricher.errors import StepSkipped
from enricher.purchases.circuit_breakers import THRESHOLD
from enricher.vendors.errors import AccountRefused, Rejected, VendorError
from testkit.enrichment.guarded_calls import CAP, COST, UNITS, Bench, failed, throttled


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
