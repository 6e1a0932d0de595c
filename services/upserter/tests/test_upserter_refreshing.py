"""The refresh: everything once, then only what is new or changed; broken off, shared, and beside a load."""

import asyncio
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import pytest

from common.contracts import RefreshRegister
from common.ids import new_id
from common.postgres import Database
from testkit.stages import until
from upserter.refreshing import LoadUnderWay, Refreshed, refresh

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

MANY = """
    INSERT INTO staging_acra_companies (uen, entity_name, entity_status_description, primary_ssic_code)
    SELECT $1 || lpad(n::text, 4, '0'), 'MAKER ' || n, 'Live', '25912' FROM generate_series(1, $2::int) n
"""
TOUCH = "UPDATE staging_acra_companies SET street_name = $2, updated_at = clock_timestamp() WHERE uen = $1"
#: As `leadgen load` does: see staging.py of its package.
LOAD_BEGINS = "SELECT pg_advisory_lock(hashtextextended('leadgen load', 0))"
LOAD_ENDS = "SELECT pg_advisory_unlock(hashtextextended('leadgen load', 0))"
WAITING = """
    SELECT count(*) = $1 FROM pg_locks
     WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
"""


async def refreshed(database: Database, batch_size: int = 10) -> Refreshed:
    return await refresh(database.without_tenant, batch_size=batch_size)


async def names(owner: Owner) -> set[str]:
    return {row["uen"] for row in await owner.fetch("SELECT uen FROM companies")}


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 35])
async def test_the_first_takes_all_the_next_nothing(rows: int, owner: Owner, database: Database) -> None:
    """The first takes all, the next nothing, however many batches that is."""
    await owner.execute(MANY, "U", rows)
    assert await refreshed(database) == Refreshed(rows, rows, rows)
    assert await refreshed(database) == Refreshed(0, 0, 0)
    assert len(await names(owner)) == rows


async def test_then_only_what_is_new_or_changed_is_taken(owner: Owner, database: Database) -> None:
    """The dead too: that a company has died is news. The others are not even looked at."""
    await owner.execute(MANY, "U", 30)
    await refreshed(database)
    seen = await owner.fetchval("SELECT max(last_seen) FROM companies")
    await owner.execute(TOUCH, "U0003", "PARK ROAD")
    await owner.execute(
        "UPDATE staging_acra_companies SET entity_status_description = 'Struck Off', updated_at = clock_timestamp()"
        " WHERE uen = 'U0007'"
    )
    await owner.execute(MANY, "V", 2)
    assert await refreshed(database, batch_size=2) == Refreshed(entries=4, inserted=2, changed=4)
    rows = await owner.fetch("SELECT uen, status FROM companies WHERE last_seen > $1 ORDER BY uen", seen)
    assert [tuple(row) for row in rows] == [("U0003", "live"), ("U0007", "gone"), ("V0001", "live"), ("V0002", "live")]


async def test_a_change_of_form_is_taken_and_changes_nothing(owner: Owner, database: Database) -> None:
    """The entry is newer, the company is not."""
    await owner.execute(MANY, "U", 3)
    await refreshed(database)
    await owner.execute(TOUCH, "U0001", " ")
    assert await refreshed(database) == Refreshed(1, 0, 0)


async def test_one_that_was_broken_off_is_gone_on_with(owner: Owner, database: Database, database_url: str) -> None:
    """By whoever comes next, from the last batch that was committed; then what was loaded meanwhile."""
    await owner.execute(MANY, "U", 35)
    steps = 0

    class Killed(Exception):
        pass

    def dying() -> object:
        nonlocal steps
        steps += 1
        if steps == 4:  # the beginning, two batches
            raise Killed
        return database.without_tenant()

    with pytest.raises(Killed):
        await refresh(dying, batch_size=10)
    assert len(await names(owner)) == 20
    seen = await owner.fetchval("SELECT max(last_seen) FROM companies")
    await owner.execute(MANY, "V", 5)
    await owner.execute(TOUCH, "U0001", "PARK ROAD")

    another = await Database.connect(database_url)
    try:
        assert await refreshed(another) == Refreshed(15 + 6, 15 + 5, 15 + 6)
        assert await owner.fetchval("SELECT count(*) FROM companies WHERE last_seen > $1", seen) == 15 + 6
        assert await refreshed(another) == Refreshed(0, 0, 0)
    finally:
        await another.close()


async def test_a_batch_that_is_cut_off_leaves_nothing(owner: Owner, database: Database) -> None:
    """Cancelled in the middle of one, as when a service is stopped: the next takes that batch again."""
    await owner.execute(MANY, "U", 35)
    await owner.execute("INSERT INTO companies (uen, name) VALUES ('U0015', 'HELD')")
    async with owner.transaction():
        await owner.execute("SELECT 1 FROM companies WHERE uen = 'U0015' FOR UPDATE")
        worker = asyncio.create_task(refreshed(database))
        await until(lambda: owner.fetchval(WAITING, 1))
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert len(await names(owner)) == 10 + 1
    assert await refreshed(database) == Refreshed(25, 24, 25)


async def test_two_at_once_share_the_work(owner: Owner, database: Database, deadlocks) -> None:
    """Together they take each entry once."""
    await owner.execute(MANY, "U", 200)
    parts = await asyncio.gather(*(refreshed(database, batch_size=7) for _ in range(4)))
    assert [sum(column) for column in zip(*parts, strict=True)] == [200, 200, 200]
    assert await refreshed(database) == Refreshed(0, 0, 0)
    assert await deadlocks(database) == 0


async def test_what_is_loaded_while_it_runs_is_the_next_one_s(owner: Owner, database: Database) -> None:
    """Committed in the middle, in front of the place reached and behind it: nothing is lost, nothing done twice."""
    await owner.execute(MANY, "M", 30)
    steps = 0

    async def load() -> None:
        await owner.execute(LOAD_BEGINS)
        await owner.execute(MANY, "A", 5)
        await owner.execute(MANY, "Z", 5)
        await owner.execute(TOUCH, "M0001", "PARK ROAD")
        await owner.execute(LOAD_ENDS)

    class Loading:
        """A transaction; before the third there is a load."""

        async def __aenter__(self) -> object:
            nonlocal steps
            steps += 1
            if steps == 3:
                await load()
            self.transaction = database.without_tenant()
            return await self.transaction.__aenter__()

        async def __aexit__(self, *error: object) -> None:
            await self.transaction.__aexit__(*error)

    assert await refresh(Loading, batch_size=10) == Refreshed(30, 30, 30)
    assert await refreshed(database) == Refreshed(11, 10, 11)
    assert len(await names(owner)) == 40


async def test_it_does_not_begin_while_a_load_is_under_way(owner: Owner, database: Database) -> None:
    """It does not begin while a load is in progress: rows of the load would be skipped for ever. It says what to do."""
    async with owner.transaction():
        await owner.execute(LOAD_BEGINS)
        await owner.execute(MANY, "U", 5)
        with pytest.raises(LoadUnderWay, match="when it has finished"):
            await refreshed(database)
    await owner.execute(LOAD_ENDS)
    assert await refreshed(database) == Refreshed(5, 5, 5)


async def test_an_entry_without_a_uen_is_taken_too(owner: Owner, database: Database) -> None:
    """By its name."""
    await owner.execute(
        "INSERT INTO staging_acra_companies (uen, entity_name) VALUES (no_uen('Zest Traders'), 'Zest Traders')"
    )
    assert await refreshed(database) == Refreshed(1, 1, 1)
    assert await refreshed(database) == Refreshed(0, 0, 0)


async def test_whoever_is_reported_to_refresh_does_it(owner: Owner, deliver) -> None:
    """The handler runs twice, and once more for what came in between; it announces nothing and is of no tenant."""
    await owner.execute(MANY, "U", 10)
    event_id = new_id()
    assert await deliver(RefreshRegister(), event_id=event_id) == "done"
    assert len(await names(owner)) == 10
    await owner.execute(MANY, "V", 3)
    assert await deliver(RefreshRegister(), event_id=event_id) == "done"
    assert len(await names(owner)) == 10
    assert await deliver(RefreshRegister()) == "done"
    assert len(await names(owner)) == 13
    assert await deliver.announced() == []
    assert await owner.fetchval("SELECT count(*) FROM icp_candidate_companies") == 0


async def test_how_far_it_has_come_can_be_read(owner: Owner, database: Database) -> None:
    """When the last one ended, and up to what time of the register."""
    await refreshed(database)
    row = await owner.fetchrow("SELECT upto, until, after, ended_at, now() - ended_at AS age FROM register_refresh")
    assert row["until"] is None
    assert row["after"] == ""
    assert row["upto"] <= row["ended_at"]
    assert row["age"] < timedelta(minutes=1)
