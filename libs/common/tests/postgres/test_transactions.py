"""Transactions on a real PostgreSQL: errors of a server that is away are not those of ours."""

import asyncio
from typing import TypeAlias

import asyncpg
import pytest

from common.errors import Permanent, Unavailable
from common.postgres import Connection, Database
from embedded.ports import LOOPBACK, free_port
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_a_transaction_commits_at_its_end_and_not_on_an_error(owner: Owner, database: Database) -> None:
    """A transaction commits at its end and not on an error, and its error comes out as it was; the connection is as
    good as new.
    """
    async with database.transaction(1) as tx:
        await tx.execute("INSERT INTO companies (uen, name) VALUES ('KEPT', 'A')")

    async def fail() -> None:
        async with database.transaction(1) as tx:
            await tx.execute("INSERT INTO companies (uen, name) VALUES ('LOST', 'B')")
            raise Permanent("on purpose")

    with pytest.raises(Permanent, match="on purpose"):
        await fail()
    async with database.without_tenant() as tx:
        assert [row["uen"] for row in await tx.fetch("SELECT uen FROM companies")] == ["KEPT"]


@pytest.mark.parametrize(
    ("statement", "arguments"),
    [
        ("SELEC 1", ()),
        ("SELECT * FROM no_such_table", ()),
        ("SELECT 1 / 0", ()),
        ("SELECT $1::int", ("no number",)),
        ("SELECT $1::int", ()),
        ("SELECT $1::int", (1, 2)),
    ],
)
async def test_an_error_of_ours_is_not_mistaken_for_an_outage(
    statement: str, arguments: tuple[object, ...], database: Database
) -> None:
    """Wrong SQL or wrong arguments would otherwise be tried for ever."""
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        async with database.without_tenant() as tx:
            await tx.fetch(statement, *arguments)


@pytest.mark.parametrize("when", ["during a query", "between two queries", "before the commit"])
async def test_a_session_that_is_killed_is_unavailable(when: str, owner: Owner, database: Database) -> None:
    """Whenever it happens; and the pool recovers by itself."""

    async def broken_off() -> None:
        async with database.transaction(1) as tx:
            session = await tx.fetchval("SELECT pg_backend_pid()")
            if when == "during a query":
                asleep = asyncio.create_task(tx.execute("SELECT pg_sleep(60)"))
                await until(lambda: is_asleep(owner, session))
            await owner.execute("SELECT pg_terminate_backend($1, 10000)", session)
            if when == "during a query":
                await asleep
            else:
                await until(lambda: is_noticed(tx))  # that the connection is gone is known before it is used again
            if when == "between two queries":
                await tx.execute("SELECT 1")

    with pytest.raises(Unavailable):
        await broken_off()
    async with database.without_tenant() as tx:
        assert await tx.fetchval("SELECT 1") == 1


async def is_asleep(owner: Owner, session: int) -> bool:
    return bool(await owner.fetchval("SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $1", session))


async def is_noticed(tx: Connection) -> bool:
    """The pool takes a broken connection away from whoever holds it; then even this question is refused."""
    try:
        return tx.is_closed()
    except asyncpg.InterfaceError:
        return True


async def test_a_server_that_does_not_answer_is_unavailable(database: Database) -> None:
    """Nothing listens there."""
    nowhere = f"postgresql://postgres@{LOOPBACK}:{free_port()}/postgres"
    with pytest.raises(Unavailable):
        await Database.connect(nowhere)
    with pytest.raises(Unavailable):
        async with Database(database._pool, nowhere, "test").lock("a lock"):
            pass


async def test_a_deadlock_is_to_be_tried_again(owner: Owner, database: Database) -> None:
    """PostgreSQL chooses a victim; the other goes through."""
    await owner.execute("INSERT INTO companies (uen, name) SELECT n::text, 'X' FROM generate_series(1, 2) n")
    both_hold = asyncio.Barrier(2)

    async def cross(*uens: str) -> None:
        async with database.without_tenant() as tx:
            for uen in uens:
                await tx.execute("UPDATE companies SET name = 'Y' WHERE uen = $1", uen)
                if uen == uens[0]:
                    await both_hold.wait()

    outcomes = await asyncio.gather(cross("1", "2"), cross("2", "1"), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Unavailable"]
