"""The inbox's weekly partitions: made ahead, healed when late, dropped when nothing in them is open any more."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import asyncpg
import pytest

from common.ids import new_id
from common.postgres import Database

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

ADD = """
    INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, tenant_id, lane, headers, state)
    VALUES ('toy', $1, 't', 0, $2, 1, 'interactive', '[]', $3)
"""
WHERE = "SELECT tableoid::regclass::text FROM inbox WHERE consumer = 'toy' AND kafka_offset = $1"
WEEKS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'inbox_toy'::regclass"


async def test_rows_that_came_before_their_week_had_a_partition_move_into_it(toy: str, owner: Owner) -> None:
    """Nobody kept the partitions for ten weeks: what arrived meanwhile is found, and finds its place."""
    late = datetime.now(UTC) + timedelta(weeks=10)
    await owner.execute(ADD, new_id(late), 1, "open")
    assert await owner.fetchval(WHERE, 1) == "inbox_toy_other"
    await owner.execute("SELECT keep_inbox_partitions_at('toy', $1)", late)
    assert (await owner.fetchval(WHERE, 1)).startswith("inbox_toy_2")


async def test_an_old_week_is_dropped_once_nothing_in_it_is_open(toy: str, owner: Owner) -> None:
    """Five weeks after its end it goes; a week with open work stays until that is done."""
    now = datetime.now(UTC)
    weeks = await owner.fetchval(WEEKS)
    await owner.execute(ADD, new_id(now), 1, "open")
    await owner.execute("SELECT keep_inbox_partitions_at('toy', $1)", now + timedelta(weeks=20))
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE consumer = 'toy'") == 1
    await owner.execute("UPDATE inbox SET state = 'done' WHERE consumer = 'toy'")
    await owner.execute("SELECT keep_inbox_partitions_at('toy', $1)", now + timedelta(weeks=20))
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE consumer = 'toy'") == 0
    assert await owner.fetchval(WEEKS) == weeks


async def test_a_service_cannot_say_what_time_it_is(toy: str, owner: Owner, database: Database) -> None:
    """Remembered rows are dropped by the database's clock alone, and only of a stage."""
    await owner.execute(ADD, new_id(datetime.now(UTC)), 1, "done")
    late = datetime.now(UTC) + timedelta(weeks=20)
    for function in ("keep_inbox_partitions", "keep_inbox_partitions_at"):
        with pytest.raises(asyncpg.PostgresError):
            async with database.statement() as tx:
                await tx.execute(f"SELECT {function}('toy', $1::timestamptz)", late)
    for stranger in ("companies", "toy_other", "no such stage"):
        with pytest.raises(asyncpg.UndefinedTableError):
            async with database.statement() as tx:
                await tx.execute("SELECT keep_inbox_partitions($1)", stranger)
    async with database.statement() as tx:
        await tx.execute("SELECT keep_inbox_partitions('toy')")
    assert await owner.fetchval(WHERE, 1) is not None


async def test_no_function_with_the_owners_rights_takes_a_time(owner: Owner) -> None:
    """No function with the owner's rights takes a time: what a caller may say, it may say wrongly."""
    assert (
        await owner.fetch(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            " AND proargtypes::oid[] && ARRAY['timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype]::oid[]"
        )
        == []
    )
