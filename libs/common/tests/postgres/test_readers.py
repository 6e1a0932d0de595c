"""Statements that read, on a real PostgreSQL: few at a time, of one tenant half of them."""

import asyncio
from collections import Counter
from typing import TypeAlias, cast

import asyncpg
import pytest

from common.errors import Unavailable
from common.postgres import Database
from common.postgres.connections import Pool
from common.postgres.readers import Readers
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_few_reads_run_at_a_time_and_of_one_tenant_half_of_them(database: Database) -> None:
    """The others wait, and leave the pool's other connections to the rest; a turn is free again after an error.

    So four slow reads of one tenant do not keep another tenant's waiting.
    """
    release = {1: asyncio.Event(), 2: asyncio.Event()}
    running = Counter[int]()

    async def read(tenant_id: int) -> int:
        async with database.read(tenant_id) as connection:
            running[tenant_id] += 1
            await release[tenant_id].wait()
            number: int = await connection.fetchval("SELECT 1")
        running[tenant_id] -= 1
        return number

    async def run(tenant_id: int, reads: int) -> bool:
        return running[tenant_id] == reads

    async def fail() -> None:
        async with database.read(1):
            raise ValueError("of the reader")

    at_once = Database.READS_AT_ONCE
    for _ in range(at_once + 1):
        with pytest.raises(ValueError, match="of the reader"):
            await fail()
    slow = [asyncio.create_task(read(1)) for _ in range(3 * at_once)]
    others = [asyncio.create_task(read(2)) for _ in range(3 * at_once)]
    try:
        await until(lambda: run(1, at_once // 2))
        await until(lambda: run(2, at_once // 2))
        assert database.use.in_use == at_once
        async with database.without_tenant() as tx:
            assert await tx.fetchval("SELECT 2") == 2
            assert database.use.in_use == at_once + 1
        release[2].set()
        assert await asyncio.gather(*others) == [1] * len(others)
        assert running[1] == at_once // 2
        release[1].set()
        assert await asyncio.gather(*slow) == [1] * len(slow)
        assert database.use.in_use == 0
    finally:
        for each in release.values():
            each.set()
        await asyncio.gather(*slow, *others, return_exceptions=True)


async def test_a_read_finds_a_server_that_was_away(database: Database, owner: Owner) -> None:
    """A connection that is kept for reads, and has broken meanwhile, is replaced."""
    async with database.read(1) as connection:
        pid = await connection.fetchval("SELECT pg_backend_pid()")
    await owner.fetchval("SELECT pg_terminate_backend($1, 10000)", pid)

    async def answers() -> bool:
        try:
            async with database.read(1) as connection:
                return bool(await connection.fetchval("SELECT pg_backend_pid()") != pid)
        except Unavailable:
            return False

    await until(answers)


async def test_a_read_that_is_cancelled_leaves_its_turn_and_its_connection(database: Database) -> None:
    """The next statement does not meet the answer of the one before."""
    began = asyncio.Event()

    async def read() -> None:
        async with database.read(1) as connection:
            began.set()
            await connection.fetchval("SELECT pg_sleep(600)")

    for _ in range(Database.READS_AT_ONCE):
        began.clear()
        reading = asyncio.create_task(read())
        await began.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    async with database.read(1) as connection:
        assert await connection.fetchval("SELECT 7") == 7


class BrokenPool:
    """A pool whose server went away while a connection was lent."""

    async def acquire(self) -> object:
        return object()

    async def release(self, _: object) -> None:
        raise ConnectionResetError("reset by peer")


async def test_a_connection_that_cannot_be_given_back_says_that_the_database_is_away() -> None:
    """Its turn is free again."""
    readers = Readers(cast(Pool, BrokenPool()), at_once=2)
    for _ in range(3):
        with pytest.raises(Unavailable):
            async with readers.connection(1):
                raise asyncpg.ConnectionDoesNotExistError("closed in the middle of operation")
