"""Group commit: items of the same moment share a transaction, and nobody fails because of another's item."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from common.errors import Unavailable
from common.handling.group_commit import CROWD, GroupCommit
from common.postgres import Connection, Database
from testkit.stages import until


class Recorder:
    """An operation that records the items and the transaction of each call, and waits as long as a test wants."""

    def __init__(self) -> None:
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

    async def is_under_way(self) -> bool:
        return bool(self.calls)


async def while_one_is_under_way(
    group_commit: GroupCommit, operation: Recorder, tenant_id: int | None, items: Sequence[str]
) -> list[Any]:
    """Returns the results of items that arrive while another one is being worked on."""
    operation.may_go_on.clear()
    first = asyncio.create_task(group_commit(tenant_id, operation, "first"))
    await until(operation.is_under_way)
    others = [asyncio.create_task(group_commit(tenant_id, operation, item)) for item in items]
    await asyncio.sleep(0)
    operation.may_go_on.set()
    assert await first == "first done"
    return await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.parametrize(
    ("tenant_id", "how"), [(1, {}), (None, {}), (None, {"spacing_s": 0, "crowd": None, "autocommit": True})]
)
async def test_items_that_arrive_meanwhile_share_the_next_transaction(
    tenant_id: int | None, how: dict[str, Any], database: Database
) -> None:
    """Twenty items: one call of the operation, and each caller has the result of its own item."""
    operation = Recorder()
    group_commit = GroupCommit(database, [operation], **how)

    got = await while_one_is_under_way(group_commit, operation, tenant_id, [str(nth) for nth in range(20)])

    assert got == [f"{nth} done" for nth in range(20)]
    assert [len(items) for _, items in operation.calls] == [1, 20]


async def test_tenants_have_transactions_of_their_own(database: Database) -> None:
    """One that takes long keeps no other tenant waiting."""
    slow, quick = Recorder(), Recorder()
    group_commit = GroupCommit(database, [slow, quick])
    slow.may_go_on.clear()
    waiting = asyncio.create_task(group_commit(1, slow, "mine"))

    async with asyncio.timeout(60):
        assert await group_commit(2, quick, "yours") == "yours done"
    slow.may_go_on.set()

    assert await waiting == "mine done"
    assert slow.calls[0][0] != quick.calls[0][0]


@pytest.mark.parametrize("autocommit", [False, True])
async def test_nobody_fails_because_of_anothers_item(autocommit: bool, database: Database) -> None:
    """An item that the database refuses is found by trying each alone; the others have their results."""
    operation = Recorder()
    group_commit = GroupCommit(database, [operation], autocommit=autocommit)

    good, bad, other = await while_one_is_under_way(group_commit, operation, None, ["good", "bad", "other"])

    assert (good, other) == ("good done", "other done")
    assert "division by zero" in str(bad)


async def test_a_database_that_is_away_fails_all_items_at_once(database: Database) -> None:
    """None of them is tried alone."""
    operation = Recorder()

    got = await while_one_is_under_way(GroupCommit(database, [operation]), operation, 1, ["a", "away", "b"])

    assert [type(it) for it in got] == [Unavailable] * 3
    assert len(operation.calls) == 2


async def test_a_cancelled_caller_withdraws_an_item_that_nobody_has_taken_up(database: Database) -> None:
    """An item that a transaction has taken up is done all the same, and harms nobody."""
    operation = Recorder()
    group_commit = GroupCommit(database, [operation])
    operation.may_go_on.clear()
    begun = asyncio.create_task(group_commit(1, operation, "begun"))
    await until(operation.is_under_way)
    late = asyncio.create_task(group_commit(1, operation, "late"))
    await asyncio.sleep(0)
    for task in (begun, late):
        task.cancel()
    await asyncio.gather(begun, late, return_exceptions=True)
    operation.may_go_on.set()

    assert await group_commit(1, operation, "next") == "next done"
    assert [items for _, items in operation.calls] == [["begun"], ["next"]]


async def test_a_shielded_item_outlives_its_caller(database: Database) -> None:
    """A caller that goes away takes nothing back, although no transaction has taken its item up."""
    operation = Recorder()
    group_commit = GroupCommit(database, [operation])
    operation.may_go_on.clear()
    staying = asyncio.create_task(group_commit(None, operation, "staying"))
    await until(operation.is_under_way)

    async def ask() -> None:
        await asyncio.shield(group_commit(None, operation, "leaving"))

    leaving = asyncio.create_task(ask())
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    operation.may_go_on.set()

    assert await staying == "staying done"
    assert await group_commit(None, operation, "next") == "next done"
    assert [item for _, items in operation.calls for item in items] == ["staying", "leaving", "next"]


async def test_a_result_is_there_only_when_its_row_is_committed(database: Database, owner: Any) -> None:
    async def write(tx: Connection, sites: Sequence[str]) -> list[None]:
        await tx.execute("INSERT INTO crawled_sites (domain) SELECT unnest($1::text[])", sites)
        return [None] * len(sites)

    await GroupCommit(database, [write])(None, write, "acme.sg")

    assert await owner.fetchval("SELECT count(*) FROM crawled_sites") == 1


async def test_operations_run_in_the_lock_order_whatever_they_are_called(database: Database) -> None:
    """Neither their names nor the order in which their items arrive matters."""
    ran: list[str] = []

    def operation(name: str) -> Any:
        async def run(_: Connection, items: Sequence[str]) -> Sequence[str]:
            ran.append(name)
            return items

        run.__qualname__ = name
        return run

    first, second, third = operation("m"), operation("z"), operation("a")
    group_commit = GroupCommit(database, [first, second, third])

    await asyncio.gather(*(group_commit(1, it, "item") for it in (third, first, second)))

    assert ran == ["m", "z", "a"]


async def test_an_operation_without_a_place_in_the_lock_order_is_refused(database: Database) -> None:
    """An operation without a place in the lock order is refused, so is one with two places, and a tenant where there is
    no transaction to set it in.
    """
    known, unknown = Recorder(), Recorder()
    with pytest.raises(ValueError, match="is not in the lock order"):
        await GroupCommit(database, [known])(1, unknown, "item")
    with pytest.raises(ValueError, match="twice"):
        GroupCommit(database, [known, unknown, known])
    with pytest.raises(ValueError, match="no autocommit"):
        await GroupCommit(database, [known], autocommit=True)(1, known, "item")
    assert unknown.calls == known.calls == []


async def begun_at(tx: Connection, items: Sequence[float]) -> list[float]:
    """Returns when this transaction began, after it has taken the longest of these times."""
    await tx.execute("SELECT pg_sleep($1)", max(items))
    return [float(await tx.fetchval("SELECT extract(epoch FROM now())"))] * len(items)


async def test_after_a_crowd_there_is_a_rest(database: Database) -> None:
    """Twice as long as the crowd's transaction took: items that come meanwhile gather. After a few there is none."""
    group_commit = GroupCommit(database, [begun_at], spacing_s=0)

    crowd = await asyncio.gather(*(group_commit(1, begun_at, 0.01) for _ in range(CROWD)))
    after_crowd = await group_commit(1, begun_at, 0.01)
    few = await asyncio.gather(*(group_commit(2, begun_at, 2.0) for _ in range(CROWD - 1)))
    after_few = await group_commit(2, begun_at, 0)

    assert len(set(crowd)) == len(set(few)) == 1
    assert after_crowd - crowd[0] >= 0.03
    assert after_few - few[0] < 3 * 2.0


@pytest.mark.parametrize("tenant_id", [1, None])
async def test_an_item_that_arrives_alone_does_not_wait(database: Database, tenant_id: int | None) -> None:
    """The pause lies between transactions, not before the first."""
    operation = Recorder()
    async with asyncio.timeout(60):
        assert await GroupCommit(database, [operation], spacing_s=60)(tenant_id, operation, "only") == "only done"
