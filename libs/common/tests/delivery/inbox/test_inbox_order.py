"""The order of keys and the round of tenants: a random history on the real PostgreSQL, held against a simple model."""

import asyncio
import random
from collections import defaultdict
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import pytest

from common.delivery.inbox import Arrival, Claim, Inbox
from common.errors import LeaseLost
from common.ids import NO_REPLAY, new_id
from common.postgres import Database

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TOPIC = "t"
LEASE = timedelta(minutes=10)
DUE = "UPDATE inbox SET next_at = now() WHERE state = 'open' AND phase = 'scheduled'"


def arrivals(keys: list[bytes | None], start: int = 0, tenant_id: int = 1) -> list[Arrival]:
    """An event for each key, in this order."""
    return [
        Arrival(new_id(), NO_REPLAY, TOPIC, 0, start + n, key, tenant_id, "interactive", b"{}", "[]", None)
        for n, key in enumerate(keys)
    ]


class Replica:
    """A replica's dealings with the inbox, a statement at a time, as workers and waker make them."""

    def __init__(self, inbox: Inbox, database: Database) -> None:
        self.inbox = inbox
        self.database = database

    async def take_in(self, rows: list[Arrival]) -> None:
        async with self.database.statement() as tx:
            await self.inbox.take_in(tx, rows)

    async def claim(self, limit: int = 10, tenant_id: int = 1) -> list[Claim]:
        """Claims and, where there is nothing to be had, sets aside what is in the way."""
        async with self.database.statement() as tx:
            claims = await self.inbox.claim(tx, TOPIC, "interactive", tenant_id, limit)
        if not claims:
            await self.set_aside(tenant_id=tenant_id)
        return claims

    async def set_aside(self, tenant_id: int = 1) -> int:
        async with self.database.statement() as tx:
            return await self.inbox.set_aside(tx, TOPIC, "interactive", tenant_id)

    async def finish(self, claims: list[Claim]) -> None:
        async with self.database.without_tenant() as tx:
            await self.inbox.finish(tx, claims, [])

    async def retry(self, claim: Claim) -> None:
        async with self.database.without_tenant() as tx:
            await self.inbox.retry(tx, [claim], timedelta(hours=1), "busy")

    async def release(self, claims: list[Claim]) -> None:
        async with self.database.statement() as tx:
            await self.inbox.release(tx, claims)

    async def make_due_ready(self) -> int:
        async with self.database.statement() as tx:
            return await self.inbox.make_due_ready(tx)


@pytest.fixture
async def replica(toy: str, database: Database) -> Replica:
    """One of them; statements of several go through the same pool."""
    return Replica(Inbox(toy, LEASE), database)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_a_key_is_worked_off_in_order_and_to_its_end(
    seed: int, replica: Replica, owner: Owner
) -> None:
    """Claims, ends, failures, lost leases and new arrivals in random order: of a key only the oldest open event is
    ever claimed, and no event is left behind."""
    chance = random.Random(seed)
    open_offsets: dict[bytes, list[int]] = defaultdict(list)  # the model
    in_hand: list[Claim] = []
    arrived = 0

    async def arrive() -> None:
        nonlocal arrived
        keys: list[bytes | None] = [b"key %d" % chance.randrange(5) for _ in range(chance.randrange(1, 40))]
        await replica.take_in(arrivals(keys, arrived))
        for offset, key in enumerate(keys, arrived):
            open_offsets[key or b""].append(offset)
        arrived += len(keys)

    async def claim(limit: int = 3) -> None:
        for it in await replica.claim(limit):
            assert it.offset == open_offsets[it.key or b""][0]
            in_hand.append(it)

    async def end() -> None:
        for it in [in_hand.pop(chance.randrange(len(in_hand))) for _ in range(min(len(in_hand), 2))]:
            await replica.finish([it])
            assert open_offsets[it.key or b""].pop(0) == it.offset

    async def fail() -> None:
        if in_hand:
            await replica.retry(in_hand.pop(chance.randrange(len(in_hand))))

    async def release() -> None:
        await replica.release(in_hand)
        in_hand.clear()

    async def lose() -> None:
        """All leases end, and someone else takes the events: whoever held them cannot end them."""
        await owner.execute(DUE)
        await replica.make_due_ready()
        lost = list(in_hand)
        in_hand.clear()
        await claim(50)
        taken = {it.event_id for it in in_hand}
        for it in lost:
            if it.event_id not in taken:
                in_hand.append(it)  # nobody took it: it can still be ended
                continue
            with pytest.raises(LeaseLost):
                await replica.finish([it])

    actions = [arrive, claim, claim, claim, end, end, fail, release, replica.set_aside, lose]
    for _ in range(120):
        await chance.choice(actions)()

    async with asyncio.timeout(150):
        while any(open_offsets.values()):
            await lose()
            while in_hand:
                await end()
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0


async def test_replicas_at_once_end_a_keys_events_in_order_and_all_of_them(
    replica: Replica, database: Database, owner: Owner
) -> None:
    """Four replicas claim, set aside, end and release side by side: nothing is out of order, nothing left behind."""
    events = 240
    await replica.take_in(arrivals([b"key %d" % (n % 4) for n in range(events)]))

    async def is_any_open() -> bool:
        async with database.statement() as tx:
            return bool(await tx.fetchval("SELECT count(*) FROM inbox WHERE state = 'open'"))

    async def work(chance: random.Random) -> None:
        while await is_any_open():
            claims = await replica.claim(limit=3)
            if chance.random() < 0.2:
                await replica.release(claims)
                continue
            for it in claims:
                async with database.transaction(1) as tx:
                    await tx.execute("INSERT INTO toys (tenant_id, uen) VALUES (1, $1)", str(it.offset))
                    await replica.inbox.finish(tx, [it], [])

    await asyncio.wait_for(asyncio.gather(*(work(random.Random(seed)) for seed in range(4))), 60)
    ended = [int(row["uen"]) for row in await owner.fetch("SELECT uen FROM toys ORDER BY at")]
    assert len(ended) == events
    for key in range(4):
        of_key = [offset for offset in ended if offset % 4 == key]
        assert of_key == sorted(of_key)


async def test_a_key_in_two_partitions_leaves_nothing_behind(replica: Replica) -> None:
    """Two events of a key may be in hand at once then: each of them may be the last to end before a blocked one."""
    for partition in range(2):
        await replica.take_in([it._replace(partition=partition) for it in arrivals([b"k"] * 40)])

    async def work() -> None:
        while await is_any_open():
            claims = await replica.claim(limit=2)
            await asyncio.gather(*(replica.finish([it]) for it in claims))

    async def is_any_open() -> bool:
        async with replica.database.statement() as tx:
            return int(await tx.fetchval("SELECT count(*) FROM inbox WHERE state = 'open'")) > 0

    await asyncio.wait_for(asyncio.gather(work(), work(), work()), 60)


async def test_an_event_blocked_while_the_one_before_it_ends_is_not_left_behind(
    toy: str, replica: Replica, database: Database
) -> None:
    """While the end of the older one is not committed yet, the younger one is left as it is; afterwards it is blocked
    by nothing."""
    await replica.take_in(arrivals([b"k", b"k"]))
    first = await replica.claim()
    async with database.without_tenant() as tx:
        await replica.inbox.finish(tx, first, [])
        assert await replica.set_aside() == 0
    (second,) = await replica.claim()
    assert second.offset == 1


async def test_blocked_events_become_ready_one_after_the_other(replica: Replica, owner: Owner) -> None:
    """Each end brings the next one, though a younger one arrived meanwhile."""
    await replica.take_in(arrivals([b"k"] * 3))
    claims = await replica.claim()
    assert await replica.set_aside() == 2
    await replica.take_in(arrivals([b"k"], 3))
    for offset in range(4):
        assert [it.offset for it in claims] == [offset]
        await replica.finish(claims)
        claims = await replica.claim()
    assert claims == []


async def test_events_without_a_key_and_of_other_keys_are_not_blocked(replica: Replica) -> None:
    """Events without a key and of other keys are not blocked, nor are they set aside."""
    await replica.take_in(arrivals([None, None, b"a", b"b", None]))
    assert await replica.set_aside() == 0
    assert len(await replica.claim()) == 5


async def test_a_blocked_event_whose_older_one_vanished_is_looked_at_again(replica: Replica, owner: Owner) -> None:
    """Someone ended the older one by hand, which tells nobody: an hour later the blocked one is ready."""
    await replica.take_in(arrivals([b"k", b"k"]))
    await replica.claim()
    await replica.set_aside()
    await owner.execute("UPDATE inbox SET state = 'dead' WHERE kafka_offset = 0")
    assert await replica.claim() == []
    await owner.execute("UPDATE inbox SET next_at = next_at - interval '1 hour'")
    assert await replica.make_due_ready() >= 1
    assert [it.offset for it in await replica.claim()] == [1]


async def test_the_round_of_tenants_goes_on_where_it_ended(replica: Replica, database: Database) -> None:
    """A part of the ready tenants at a time, in order; tenants without anything ready are left out."""
    rows = [row for tenant_id in range(1, 8) for row in arrivals([b"%d" % tenant_id], tenant_id, tenant_id)]
    await replica.take_in(rows)
    await replica.claim(tenant_id=4)
    async with database.statement() as tx:
        first = await replica.inbox.ready_tenants(tx, TOPIC, "interactive", limit=3)
        second = await replica.inbox.ready_tenants(tx, TOPIC, "interactive", after=first[-1], limit=9)
    assert (first, second) == ([1, 2, 3], [5, 6, 7])
