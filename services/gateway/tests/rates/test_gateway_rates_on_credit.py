"""Requests that are admitted before the table has counted them: no wait, a bounded excess over replicas, paid back."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any, TypeAlias

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.postgres import Database
from gateway.rates.credit import Credit
from gateway.rates.rate import Rate
from testkit.stages import until

RatesOf: TypeAlias = Callable[..., Any]

LOCK = "SELECT FROM request_rates WHERE tenant_id = $1 FOR UPDATE"
#: Of a tenant without a subject: the tenant's own limit. No room for an hour.
NO_ROOM = """
    UPDATE request_rates SET due_at = clock_timestamp() + interval '1 hour' WHERE tenant_id = $1 AND subject = ''
 RETURNING due_at
"""
DUE = """
    SELECT due_at, extract(epoch FROM due_at - clock_timestamp())::float8 FROM request_rates
     WHERE tenant_id = $1 AND subject = ''
"""
#: Whether somebody waits for the asker's locks.
WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
RATE = Rate(600)  # a burst of 100, a credit of 10
tenants = count(1000)


@asynccontextmanager
async def locked(owner: "asyncpg.Connection[asyncpg.Record]", tenant_id: int) -> AsyncIterator[None]:
    """Somebody else holds the tenant's rows: nothing can be charged meanwhile."""
    async with owner.transaction():
        assert await owner.fetch(LOCK, tenant_id)
        yield


@pytest.fixture
async def full(owner, database: Database, rates_of: RatesOf) -> datetime:
    """Tenant 1 has no room for an hour; returns the time at which its next request would be due."""
    rates = rates_of(database, each=RATE)
    assert await rates.lets_in(1)
    await rates.close()
    due: datetime = await owner.fetchval(NO_ROOM, 1)
    return due


async def test_a_request_does_not_wait_for_the_table(
    owner, full, replicas: Sequence[Database], rates_of: RatesOf
) -> None:
    """A replica that knows of nothing lets in its credit; then it waits for the table. What it let in is charged: the
    next request waits longer for that, and is told for how long.
    """
    rates = rates_of(replicas[0], each=RATE)
    async with locked(owner, 1):
        assert [await rates.lets_in(1) for _ in range(RATE.credit)] == [True] * RATE.credit
        waiting = asyncio.create_task(rates.lets_in(1))
        try:
            await until(lambda: owner.fetchval(WAITING))
            assert not waiting.done()
        except BaseException:
            waiting.cancel()
            raise
    assert not await waiting
    due, _ = await owner.fetchrow(DUE, 1)
    assert (due - full).total_seconds() == pytest.approx(RATE.credit * RATE.interval_s, abs=1e-3)

    refusal = await rates.refuses(1)
    due_later, left_s = await owner.fetchrow(DUE, 1)
    assert due_later == due  # nothing was let in, and a refusal costs nothing
    wait_s = left_s - (RATE.burst - 1) * RATE.interval_s
    assert wait_s <= refusal.retry_after_s <= wait_s + 300


async def test_each_of_two_replicas_lets_in_its_credit_at_most(
    owner, full, replicas: Sequence[Database], rates_of: RatesOf
) -> None:
    """There is no room at all, and each learns that from its first answer."""
    both = [rates_of(database, each=RATE) for database in replicas[:2]]
    let_in = sum(await asyncio.gather(*(rates.lets_in(1) for _ in range(50) for rates in both)))
    assert let_in == 2 * RATE.credit
    assert not any([await rates.lets_in(1) for _ in range(20) for rates in both])
    due, _ = await owner.fetchrow(DUE, 1)
    assert (due - full).total_seconds() == pytest.approx(let_in * RATE.interval_s, abs=1e-3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    per_minute=st.integers(1, 3000),
    asked=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 40)), min_size=1, max_size=12),
)
async def test_two_replicas_exceed_a_limit_by_their_credit_at_most(
    replicas: Sequence[Database], rates_of: RatesOf, per_minute: int, asked: list[tuple[int, int]]
) -> None:
    """Two replicas admit burst + rate * time + two credits at most, and as many as a limit without credit admits."""
    rate, tenant = Rate(per_minute), next(tenants)
    both = [rates_of(database, each=rate) for database in replicas[:2]]
    began = time.monotonic()
    waves = await asyncio.gather(*(both[place].lets_in(tenant) for place, requests in asked for _ in range(requests)))
    passed = time.monotonic() - began
    assert min(len(waves), rate.burst) <= sum(waves)
    assert sum(waves) <= rate.burst + 2 * rate.credit + passed / rate.interval_s + 0.001


async def test_a_limit_below_ten_has_no_credit(replicas: Sequence[Database], rates_of: RatesOf) -> None:
    """A single request would be a large part of it: two replicas admit exactly as many as one."""
    began = time.monotonic()
    both = [rates_of(database, each=Rate(6)) for database in replicas[:2]]
    let_in = sum(await asyncio.gather(*(rates.lets_in(1) for _ in range(30) for rates in both)))
    assert 6 <= let_in <= 6 + (time.monotonic() - began) / 10


async def test_what_was_admitted_is_charged_before_the_database_is_closed(database: Database, owner, rates_of) -> None:
    """A gateway that ends forgets no request."""
    rate = Rate(600)
    rates = rates_of(database, each=rate)
    assert [await rates.lets_in(1) for _ in range(rate.credit)] == [True] * rate.credit
    await rates.close()
    stored = "SELECT due_at > 'epoch' FROM request_rates WHERE tenant_id = 1 AND subject = ''"
    assert await owner.fetchval(stored)


async def test_requests_that_are_cancelled_before_they_are_charged_take_nobodys_credit(
    database: Database, owner, rates_of: RatesOf
) -> None:
    """They never reach the table, so that it does not answer them."""
    rates = rates_of(database, each=RATE, everyone=RATE)
    assert await rates.lets_in(2)
    for _ in range(RATE.credit):
        asking = asyncio.create_task(rates.lets_in(1, own=1))
        await asyncio.sleep(0)  # it is about to ask the table
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    await rates.close()  # the first request is charged
    async with locked(owner, 2), asyncio.timeout(30):
        assert await rates.lets_in(2)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


MINE = {(1, ""): RATE}


def test_credit_is_given_until_the_table_answers_and_again_after_that() -> None:
    """A tenth of a burst; an answer makes room, and so does a table that could not be asked."""
    credit = Credit(clock=Clock())
    assert [credit.take(MINE) for _ in range(11)] == [True] * 10 + [False]
    credit.answered(MINE, {(1, ""): -5.0})
    credit.answered(MINE, None)
    assert [credit.take(MINE) for _ in range(2)] == [True, False]


def test_no_credit_is_given_before_the_table_has_room_again() -> None:
    """By its last answer, and less what is not answered yet."""
    clock = Clock()
    credit = Credit(clock=clock)
    assert credit.take(MINE)
    credit.answered(MINE, {(1, ""): 2.0})
    clock.now += 1.9
    assert not credit.take(MINE)
    credit.answered(MINE, {(1, ""): 0.1})
    clock.now += 0.2  # room for the request of now and one interval later
    assert [credit.take(MINE) for _ in range(3)] == [True, True, False]


def test_a_request_needs_room_in_all_of_its_limits() -> None:
    """A user's, the tenant's, and that of all tenants."""
    credit = Credit(clock=Clock())
    limits = {(1, "ann"): RATE, (1, ""): RATE, (0, ""): RATE}
    assert credit.take(limits)
    credit.answered(limits, {(1, "ann"): -1.0, (1, ""): -1.0, (0, ""): 1.0})
    assert not credit.take(limits)
    assert not credit.take({(2, "bob"): RATE, (2, ""): RATE, (0, ""): RATE})
    assert credit.take({(1, ""): RATE})


def test_limits_that_have_rested_are_forgotten() -> None:
    """Memory has a bound; who has no room is remembered."""
    clock = Clock()
    credit = Credit(most=10, clock=clock)
    assert credit.take(MINE)
    credit.answered(MINE, {(1, ""): 60.0})
    for number in range(1000):
        limits = {(2, f"user {number}"): RATE}
        credit.take(limits)
        credit.answered(limits, {(2, f"user {number}"): -9.9})
        clock.now += 0.01
    assert len(credit) < 1000
    assert not credit.take(MINE)
