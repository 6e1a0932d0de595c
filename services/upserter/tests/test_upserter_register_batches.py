"""Batches of the register on a real PostgreSQL: complete, in order, and without a look-up left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain

import pytest

from common.postgres import Connection, Database
from testkit.register.searches import NOTHING_COUNTED, SOFTWARE, Entry, Owner, enlist
from upserter.tables.register import batches


@pytest.mark.parametrize("limit", [0, 1, 7, 60, 61, 100])
async def test_batches_are_of_one_size_but_the_last(limit: int, owner: Owner, database: Database) -> None:
    """Together they are the first `limit`, each once, in order; none is empty."""
    await enlist(owner, *(Entry(f"U{n:03}", primary="62011") for n in range(61)))
    found = [
        [position.uen for position in batch]
        async for batch in batches(database.without_tenant, SOFTWARE, NOTHING_COUNTED, size=3, limit=limit, after=None)
    ]
    assert list(chain.from_iterable(found)) == [f"U{n:03}" for n in range(min(limit, 61))]
    assert all(len(batch) == 3 for batch in found[:-1])
    assert all(found)


async def test_batches_meet_nothing_twice_while_the_register_is_loaded_again(owner: Owner, database: Database) -> None:
    """Batches meet nothing twice while the register is loaded again: what comes in before the place reached is not
    seen, what comes in behind it is; what died is gone.
    """
    await enlist(owner, *(Entry(f"U{n:03}", primary="62011", date="2020-01-01") for n in range(60)))
    seen: list[str] = []
    async for batch in batches(database.without_tenant, SOFTWARE, NOTHING_COUNTED, size=2, limit=500, after=None):
        if not seen:
            young, old = ((f"{kind}{n}", date) for kind, date, n in (("Y", "2024-01-01", 1), ("O", "1999-01-01", 1)))
            await enlist(owner, *(Entry(uen, primary="62011", date=date) for uen, date in (young, old)))
            await owner.execute("UPDATE staging_acra_companies SET entity_status_description = 'x' WHERE uen = 'U050'")
        seen += [position.uen for position in batch]
    assert seen == [f"U{n:03}" for n in range(60) if n != 50] + ["O1"]


async def test_batches_left_early_leave_no_look_behind(owner: Owner, database: Database) -> None:
    """Batches left early leave no look-up behind: the one that runs ahead ends with them, with its transaction."""
    await enlist(owner, *(Entry(f"U{n:03}", primary="62011", date="2020-01-01") for n in range(60)))
    open_ones = 0

    @asynccontextmanager
    async def reading() -> AsyncIterator[Connection]:
        nonlocal open_ones
        open_ones += 1
        try:
            async with database.without_tenant() as tx:
                yield tx
        finally:
            open_ones -= 1

    found = batches(reading, SOFTWARE, NOTHING_COUNTED, size=2, limit=500, after=None)
    await anext(found)
    await asyncio.sleep(0)  # the next look begins
    assert open_ones == 1
    await found.aclose()
    assert open_ones == 0
