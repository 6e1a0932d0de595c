"""Locks of the database: one holder at a time, and lost by one that is frozen."""

import asyncio
import threading
from typing import TypeAlias

import asyncpg
import pytest

from common.errors import Unavailable
from common.postgres import Database
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_a_lock_is_held_by_one_at_a_time(database_url: str, database: Database) -> None:
    """Others get None at once; it is free when the holder leaves, or loses its connection."""
    other = await Database.connect(database_url)
    try:
        async with database.lock("a lock") as held:
            assert held is not None
            async with other.lock("a lock") as refused, other.lock("another lock") as granted:
                assert refused is None
                assert granted is not None

        async def loses_its_connection() -> None:
            async with other.lock("a lock") as held:
                assert held is not None
                held.terminate()
                await until(lambda: is_free(database))
                await asyncio.Event().wait()  # the work goes on, until it notices

        with pytest.raises(Unavailable):
            await loses_its_connection()
        assert await is_free(database)
    finally:
        await other.close()


async def test_who_waits_for_a_lock_gets_it_after_its_holder(
    database_url: str, database: Database, owner: Owner
) -> None:
    """On one connection, however often it has to try."""
    order: list[str] = []
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'waits' AND query LIKE '%advisory_lock%'"
    other = await Database.connect(database_url, name="waits")

    async def wait() -> None:
        async with other.lock("a lock", wait=True) as held:
            assert held is not None
            order.append("waited")

    try:
        async with database.lock("a lock"):
            task = asyncio.create_task(wait())

            async def is_waiting() -> bool:
                return bool(await owner.fetchval(waiting))

            await until(is_waiting)
            order.append("held")
        await asyncio.wait_for(task, 60)
    finally:
        await other.close()
    assert order == ["held", "waited"]


async def is_free(database: Database) -> bool:
    async with database.lock("a lock") as held:
        return held is not None


async def test_a_lock_is_kept_alive_by_its_holder_and_lost_by_one_that_is_frozen(
    database_url: str, database: Database, owner: Owner
) -> None:
    """PostgreSQL ends the session of a holder that says nothing for a while."""
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holder'"
    holder = await Database.connect(database_url, size=1, name="holder")
    holder.LOCK_IDLE_S = 0.6
    try:
        async with holder.lock("a lock") as session:
            assert session is not None
            assert await session.fetchval("SHOW idle_session_timeout") == "600ms"
            backend = session.get_server_pid()
            seen: set[object] = set()

            async def was_kept_alive() -> bool:
                seen.add(await owner.fetchval("SELECT state_change FROM pg_stat_activity WHERE pid = $1", backend))
                return len(seen) >= 5

            await until(was_kept_alive)  # four words of its own: longer than it may be silent
            assert not await is_free(database)

        async def is_frozen() -> None:
            async with holder.lock("a lock") as session:
                assert session is not None
                freeze_until_free(database_url)
                await asyncio.Event().wait()

        with pytest.raises(Unavailable):
            await is_frozen()
    finally:
        await holder.close()
    assert await owner.fetchval(sessions) == 0


def freeze_until_free(database_url: str) -> None:
    """Stands still, with all tasks of this thread, until another process could have the lock."""

    async def look() -> None:
        other = await Database.connect(database_url, size=1)
        try:
            await until(lambda: is_free(other))
        finally:
            await other.close()

    thread = threading.Thread(target=lambda: asyncio.run(look()))
    thread.start()
    thread.join()
