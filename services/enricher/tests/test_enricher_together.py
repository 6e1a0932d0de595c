"""What many want at the same moment is done in one transaction, and nobody suffers from another's wish."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from common.errors import Unavailable
from common.postgres import Connection, Database
from enricher.together import CROWD, Together
from testkit.stages import until


class Work:
    """An operation that notes what it was given, and in which transaction."""

    def __init__(self) -> None:
        self.__module__, self.__qualname__ = "tests", "work"
        self.calls: list[tuple[int, list[Any]]] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self, tx: Connection, items: Sequence[Any]) -> list[Any]:
        self.calls.append((await tx.fetchval("SELECT txid_current()"), list(items)))
        await self.may_go_on.wait()
        if "away" in items:
            raise Unavailable("PostgreSQL is away")
        if "bad" in items:
            await tx.execute("SELECT 1 / 0")
        return [f"{item} done" for item in items]


async def while_one_is_under_way(
    together: Together, work: Work, tenant_id: int | None, items: Sequence[str]
) -> list[Any]:
    """What comes of the items that arrive while another one is being worked on."""
    work.may_go_on.clear()
    first = asyncio.create_task(together(tenant_id, work, "first"))

    async def is_under_way() -> bool:
        return bool(work.calls)

    await until(is_under_way)
    others = [asyncio.create_task(together(tenant_id, work, item)) for item in items]
    await asyncio.sleep(0)
    work.may_go_on.set()
    assert await first == "first done"
    return await asyncio.gather(*others, return_exceptions=True)


async def test_who_comes_while_others_are_served_goes_together(database: Database) -> None:
    """Twenty: one transaction, one call of the operation, each its own result in its own place."""
    work = Work()

    got = await while_one_is_under_way(Together(database), work, 1, [str(nth) for nth in range(20)])

    assert got == [f"{nth} done" for nth in range(20)]
    assert [len(items) for _, items in work.calls] == [1, 20]


async def test_tenants_have_transactions_of_their_own(database: Database) -> None:
    """Each sees its own rows only, and one that takes long keeps no other waiting."""
    together, slow, quick = Together(database), Work(), Work()
    slow.may_go_on.clear()
    waiting = asyncio.create_task(together(1, slow, "mine"))

    async with asyncio.timeout(5):
        assert await together(2, quick, "yours") == "yours done"
    slow.may_go_on.set()

    assert await waiting == "mine done"
    assert slow.calls[0][0] != quick.calls[0][0]


async def test_nobody_fails_of_anothers_wish(database: Database) -> None:
    """What a database refuses is found by trying each alone; the others have their results."""
    good, bad, other = await while_one_is_under_way(Together(database), Work(), None, ["good", "bad", "other"])

    assert (good, other) == ("good done", "other done")
    assert "division by zero" in str(bad)


async def test_a_database_that_is_away_is_so_for_all(database: Database) -> None:
    """Nobody tries again alone: each hears of it at once."""
    work = Work()

    got = await while_one_is_under_way(Together(database), work, 1, ["a", "away", "b"])

    assert [type(it) for it in got] == [Unavailable] * 3
    assert len(work.calls) == 2


async def test_who_goes_away_in_time_takes_the_wish_along(database: Database) -> None:
    """What nobody has begun is not done; what is under way is, and harms nobody."""
    together, work = Together(database), Work()
    work.may_go_on.clear()
    begun = asyncio.create_task(together(1, work, "begun"))

    async def is_under_way() -> bool:
        return bool(work.calls)

    await until(is_under_way)
    late = asyncio.create_task(together(1, work, "late"))
    await asyncio.sleep(0)
    for task in (begun, late):
        task.cancel()
    await asyncio.gather(begun, late, return_exceptions=True)
    work.may_go_on.set()

    assert await together(1, work, "next") == "next done"
    assert [items for _, items in work.calls] == [["begun"], ["next"]]


async def test_what_is_told_is_committed(database: Database, owner: Any) -> None:
    """A result is there only when its row is."""

    async def write(tx: Connection, sites: Sequence[str]) -> list[None]:
        await tx.execute("INSERT INTO crawled_sites (domain) SELECT unnest($1::text[])", sites)
        return [None] * len(sites)

    await Together(database)(None, write, "acme.sg")

    assert await owner.fetchval("SELECT count(*) FROM crawled_sites") == 1


async def begun_at(tx: Connection, items: Sequence[float]) -> list[float]:
    """When this transaction began, after it has taken the longest of these times."""
    await tx.execute("SELECT pg_sleep($1)", max(items))
    return [float(await tx.fetchval("SELECT extract(epoch FROM now())"))] * len(items)


async def test_after_a_crowd_there_is_a_rest(database: Database) -> None:
    """Twice as long as the crowd's transaction took: who comes meanwhile gathers. After a few there is none."""
    together = Together(database, spacing_s=0)

    crowd = await asyncio.gather(*(together(1, begun_at, 0.01) for _ in range(CROWD)))
    after_crowd = await together(1, begun_at, 0.01)
    few = await asyncio.gather(*(together(2, begun_at, 1.0) for _ in range(CROWD - 1)))
    after_few = await together(2, begun_at, 0)

    assert len(set(crowd)) == len(set(few)) == 1
    assert after_crowd - crowd[0] >= 0.03
    assert after_few - few[0] < 3.0


@pytest.mark.parametrize("tenant_id", [1, None])
async def test_who_comes_alone_does_not_wait(database: Database, tenant_id: int | None) -> None:
    """The pause lies between transactions, not before the first."""
    async with asyncio.timeout(5):
        assert await Together(database, spacing_s=60)(tenant_id, Work(), "only") == "only done"
