"""Caps hold on the real PostgreSQL, whoever asks at the same time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from common.handling.group_commit import GroupCommit
from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from enricher.lock_order import LOCK_ORDER
from enricher.purchases.budgets import Budgets

TODAY = date(2026, 11, 22)
REPLICAS = 8


@pytest.fixture
def budgets(database: Database) -> Budgets:
    return Budgets(GroupCommit(database, LOCK_ORDER), {"tavily": 10, "lusha": 0})


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[list[Database]]:
    """Eight replicas, each with a pool of its own."""
    async with AsyncExitStack() as stack:
        connected = []
        for _ in range(REPLICAS):
            connected.append(await Database.connect(database_url, size=4))
            stack.push_async_callback(connected[-1].close)
        yield connected


async def test_a_cap_is_never_exceeded_by_one_unit(replicas: Sequence[Database], owner: Any) -> None:
    """Eight replicas, 400 calls of 3 units at once, a cap of 100: 33 go through, and 99 units are counted."""
    budgets = [Budgets(GroupCommit(database, LOCK_ORDER), {"tavily": 100}) for database in replicas]

    allowed = await asyncio.gather(
        *(budgets[number % REPLICAS].reserve(1, "tavily", 3, day=TODAY) for number in range(400))
    )

    assert sum(allowed) == 33
    assert await owner.fetchval("SELECT used FROM vendor_usage") == 99
    assert await budgets[0].reserve(1, "tavily", 1, day=TODAY)
    assert not await budgets[7].reserve(1, "tavily", 1, day=TODAY)


async def test_under_any_mix_of_calls_no_more_than_the_cap_is_used(replicas: Sequence[Database], owner: Any) -> None:
    """Callers that settle, release, or die: what was ever under way or charged stays within the cap, and adds up."""
    budgets = [Budgets(GroupCommit(database, LOCK_ORDER), {"openai": 500}) for database in replicas]
    under_way = most = kept = calls = 0

    async def caller(number: int) -> None:
        nonlocal under_way, most, kept, calls
        units, ending = 5 + number % 7, number % 3
        budget = budgets[number % REPLICAS]
        for _ in range(4):
            if not await budget.reserve(2, "openai", units, day=TODAY):
                continue
            calls += 1
            under_way += units
            most = max(most, under_way + kept)
            await asyncio.sleep(0)
            # Left before it is put right, since a freed unit may be reserved before we hear of it.
            under_way -= units
            if ending == 0:
                kept += 2
                await budget.settle(2, "openai", reserved=units, charged=2, day=TODAY)
            elif ending == 1:
                await budget.release(2, "openai", reserved=units, day=TODAY)
            else:
                kept += units  # killed

    await asyncio.gather(*(caller(number) for number in range(120)))

    assert most <= 500
    row = await owner.fetchrow("SELECT used, calls FROM vendor_usage")
    assert (row["used"], row["calls"]) == (kept, calls)
    assert await budgets[0].left(2, "openai", day=TODAY) == 500 - kept


async def test_units_given_back_can_be_used_again(budgets: Budgets) -> None:
    """A call that cost nothing, or less than was reserved, leaves room for others."""
    assert await budgets.reserve(1, "tavily", 10, day=TODAY)
    assert not await budgets.reserve(1, "tavily", 1, day=TODAY)

    await budgets.release(1, "tavily", reserved=10, day=TODAY)
    assert await budgets.reserve(1, "tavily", 10, day=TODAY)
    await budgets.settle(1, "tavily", reserved=10, charged=4, day=TODAY)

    assert await budgets.left(1, "tavily", day=TODAY) == 6
    assert not await budgets.reserve(1, "tavily", 7, day=TODAY)
    assert await budgets.reserve(1, "tavily", 6, day=TODAY)


async def test_what_a_killed_replica_reserved_stays_counted(database_url: str, budgets: Budgets) -> None:
    """Nobody knows what its call cost, so it counts as the most that it can have."""
    killed = await Database.connect(database_url)
    assert await Budgets(GroupCommit(killed, LOCK_ORDER), {"tavily": 10}).reserve(1, "tavily", 8, day=TODAY)
    await killed.close()

    assert await budgets.left(1, "tavily", day=TODAY) == 2


async def test_a_charge_beyond_the_reservation_is_counted_and_reported(budgets: Budgets) -> None:
    """The vendor has taken it, also beyond the cap; then nothing is left."""
    assert await budgets.reserve(1, "tavily", 2, day=TODAY)

    with capture_logs() as logs:
        await budgets.settle(1, "tavily", reserved=2, charged=25, day=TODAY)

    assert [log["event"] for log in logs] == ["vendor_charged_more_than_reserved"]
    assert await budgets.left(1, "tavily", day=TODAY) == 0
    assert not await budgets.reserve(1, "tavily", 0, day=TODAY)


async def test_tenants_vendors_and_days_have_budgets_of_their_own(budgets: Budgets) -> None:
    """Tenants, vendors and days have budgets of their own: what one tenant spends on one vendor in one day takes
    nothing from the others.
    """
    assert await budgets.reserve(1, "tavily", 10, day=TODAY)

    assert await budgets.left(2, "tavily", day=TODAY) == 10
    assert await budgets.left(1, "tavily", day=date(2026, 11, 23)) == 10
    assert await budgets.reserve(2, "tavily", 10, day=TODAY)


async def test_a_cap_of_nothing_allows_nothing(budgets: Budgets) -> None:
    """Neither does a vendor without a cap; and no units are not a way to get units back."""
    assert not await budgets.reserve(1, "lusha", 1, day=TODAY)
    assert not await budgets.reserve(1, "openai", 1, day=TODAY)
    with pytest.raises(ValueError, match="-1 units"):
        await budgets.reserve(1, "tavily", -1, day=TODAY)


@settings(max_examples=50)
@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_the_day_is_singapores(now: datetime) -> None:
    """Eight hours ahead of UTC, in every season."""
    assert day_in_singapore(now) == datetime.fromtimestamp(now.timestamp() + 8 * 3600, UTC).date()
