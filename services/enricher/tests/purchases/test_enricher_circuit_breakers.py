"""CircuitBreakers on the real PostgreSQL: two replicas see the same, and one of them tries again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from common.postgres import Database
from enricher.purchases.circuit_breakers import THRESHOLD, CircuitBreakers
from testkit.stages import until

HTTP_500 = "HTTP 500"
WAITING = """
    SELECT count(*) FROM pg_locks WHERE relation = 'vendor_breakers'::regclass AND NOT granted
"""


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(database: Database, clock: Clock) -> CircuitBreakers:
    return CircuitBreakers(database, clock=clock)


@pytest.fixture
def there(database: Database, clock: Clock) -> CircuitBreakers:
    """Another replica."""
    return CircuitBreakers(database, clock=clock)


async def pass_time(owner: Any, clock: Clock, seconds: float) -> None:
    """For the database, whose times are moved back, and for the replicas."""
    await owner.execute("UPDATE vendor_breakers SET open_until = open_until - $1::interval", timedelta(seconds=seconds))
    clock.now += seconds


async def open_for(owner: Any) -> float:
    """For how many seconds tavily is still open."""
    return float(
        await owner.fetchval("SELECT extract(epoch FROM open_until - now()) FROM vendor_breakers WHERE vendor='tavily'")
    )


async def fail(breakers: CircuitBreakers, times: int = THRESHOLD) -> None:
    for _ in range(times):
        await breakers.record_failure("tavily", HTTP_500)


async def test_many_that_ask_at_once_look_once(here: CircuitBreakers, owner: Any) -> None:
    """The first one's answer is everybody's, so that a night's workers do not all go to the database together."""
    async with owner.transaction():
        await owner.execute("LOCK TABLE vendor_breakers")  # nobody gets an answer before all have asked
        asking = [asyncio.create_task(here.open_reason("tavily")) for _ in range(20)]

        async def looks() -> bool:
            return bool(await owner.fetchval(WAITING))

        await until(looks)
        assert await owner.fetchval(WAITING) == 1

    assert await asyncio.gather(*asking) == [None] * 20


async def test_it_opens_for_everybody_after_failures_in_a_row(
    here: CircuitBreakers, there: CircuitBreakers, clock: Clock, owner: Any
) -> None:
    """Counted over all replicas; for one vendor, with the reason."""
    assert await there.open_reason("tavily") is None
    await fail(here, 3)
    await fail(there, 1)
    assert await here.open_reason("tavily") is None

    await fail(there, 1)

    assert HTTP_500 in (await there.open_reason("tavily") or "")
    clock.now += 2
    assert "circuit open until" in (await here.open_reason("tavily") or "")
    assert await here.open_reason("lusha") is None
    assert 4 < await open_for(owner) <= 5


async def test_a_success_starts_the_count_afresh(here: CircuitBreakers, there: CircuitBreakers) -> None:
    """Four failures, a success, four failures: still closed."""
    await fail(here, 4)
    assert await there.open_reason("tavily") is None
    await there.record_success("tavily")
    await fail(here, 4)

    assert await here.open_reason("tavily") is None


async def test_one_probe_at_a_time_goes_through(
    here: CircuitBreakers, database: Database, clock: Clock, owner: Any
) -> None:
    """When the time is over, of eight replicas that ask at once one may call; then nobody until it has reported."""
    replicas = [CircuitBreakers(database, clock=clock) for _ in range(8)]
    await asyncio.gather(*(replica.open_reason("lusha") for replica in replicas))  # opens as many connections
    for _ in range(10):
        await fail(here)
        await pass_time(owner, clock, 400)

        answers = await asyncio.gather(*(replica.open_reason("tavily") for replica in replicas * 5))

        assert answers.count(None) == 1
        clock.now += 2
        assert all([await replica.open_reason("tavily") for replica in replicas])
        await owner.execute("UPDATE vendor_breakers SET failures = 0, open_until = '-infinity'")
        clock.now += 2


async def test_a_probe_that_works_closes_it_for_everybody(
    here: CircuitBreakers, there: CircuitBreakers, clock: Clock, owner: Any
) -> None:
    """A probe that works closes it for everybody, and failures are counted from the start again."""
    await fail(here)
    await pass_time(owner, clock, 6)
    assert await here.open_reason("tavily") is None
    assert await there.open_reason("tavily")

    await here.record_success("tavily")

    clock.now += 2
    assert await here.open_reason("tavily") is None
    assert await there.open_reason("tavily") is None
    await fail(there, 4)
    assert await there.open_reason("tavily") is None


async def test_each_probe_that_fails_doubles_the_time(here: CircuitBreakers, clock: Clock, owner: Any) -> None:
    """5, 10, 20, 40 ... seconds, 5 minutes at most."""
    await fail(here)
    spans = [await open_for(owner)]
    for _ in range(9):
        await pass_time(owner, clock, 400)
        assert await here.open_reason("tavily") is None
        await fail(here, 1)
        spans.append(await open_for(owner))

    assert spans == pytest.approx([5, 10, 20, 40, 80, 160, 300, 300, 300, 300], abs=1)


async def test_calls_that_end_while_it_is_open_change_nothing(
    here: CircuitBreakers, there: CircuitBreakers, owner: Any
) -> None:
    """Twenty calls that fail together are one outage; a late success is of a time before it."""
    await asyncio.gather(*(breakers.record_failure("tavily", HTTP_500) for breakers in [here, there] * 10))
    await there.record_success("tavily")

    assert 0 < await open_for(owner) <= 5
    assert await owner.fetchval("SELECT failures FROM vendor_breakers WHERE vendor = 'tavily'") == THRESHOLD


async def test_a_probe_that_died_is_replaced(
    here: CircuitBreakers, there: CircuitBreakers, clock: Clock, owner: Any
) -> None:
    """After longer than any call takes."""
    await fail(here)
    await pass_time(owner, clock, 6)
    assert await here.open_reason("tavily") is None

    await pass_time(owner, clock, 120)
    assert await there.open_reason("tavily")
    await pass_time(owner, clock, 61)

    assert await there.open_reason("tavily") is None


async def test_a_probe_that_said_nothing_leaves_it_to_another(
    here: CircuitBreakers, there: CircuitBreakers, clock: Clock, owner: Any
) -> None:
    """A request that was refused for what it was says nothing of the vendor; who has no probe gives none back."""
    await fail(here)
    await there.release("tavily")
    assert await open_for(owner) > 0
    await pass_time(owner, clock, 6)
    assert await here.open_reason("tavily") is None

    await here.release("tavily")
    assert await here.open_reason("tavily") is None
    await here.release("tavily")

    assert await there.open_reason("tavily") is None
    assert await here.open_reason("tavily")


async def test_a_vendor_that_closed_is_left_alone_for_so_long(
    here: CircuitBreakers, there: CircuitBreakers, clock: Clock, owner: Any
) -> None:
    """A vendor that closed is left alone for so long; then one tries; a shorter time does not shorten it, and its own
    failure closes it again.
    """
    await here.open_for("tavily", timedelta(minutes=15), "key refused")
    await there.open_for("tavily", timedelta(seconds=30), "throttled")

    assert 890 < await open_for(owner) <= 900
    assert "key refused" in (await there.open_reason("tavily") or "")
    await pass_time(owner, clock, 901)
    assert await there.open_reason("tavily") is None
    assert await here.open_reason("tavily")
    await there.open_for("tavily", timedelta(minutes=1), "throttled")
    assert 50 < await open_for(owner) <= 60
    assert "throttled" in (await there.open_reason("tavily") or "")


async def test_what_was_seen_is_good_for_a_second(here: CircuitBreakers, there: CircuitBreakers, clock: Clock) -> None:
    """A replica hears of what another saw within a second, and asks no more often."""
    assert await here.open_reason("tavily") is None
    await there.open_for("tavily", timedelta(minutes=1), "key refused")

    clock.now += 0.9
    assert await here.open_reason("tavily") is None
    clock.now += 0.2
    assert await here.open_reason("tavily")
