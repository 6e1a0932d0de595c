"""The rows that statements read of an inbox that has filled up since they were planned: their own, not all."""

import time
from datetime import timedelta
from statistics import median
from typing import TypeAlias

import asyncpg
import pytest

from common.delivery.inbox import Arrival, Inbox, is_cut_off
from common.delivery.inbox.statements import CLAIM_BYTES, WALK
from common.ids import NO_REPLAY, new_id
from common.postgres import Connection, Database

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

BACKLOG = 2_000
AT_ONCE = 20
#: Rows looked at per row in hand: itself when it is walked to, locked and written.
MOST_PER_ROW = 4

LOOKED_AT = """
    SELECT sum(seq_tup_read + idx_tup_fetch)::int FROM pg_stat_xact_user_tables WHERE relname LIKE 'inbox\\_toy\\_%'
"""


@pytest.mark.parametrize("moment", ["never analysed", "analysed when all was done"])
async def test_a_claim_and_an_end_planned_on_an_empty_inbox_do_not_read_all_of_a_full_one(
    toy: str, database_url: str, owner: Owner, moment: str
) -> None:
    """Twenty of two thousand open rows cost what twenty rows cost, whatever was known of the table at first."""
    inbox = Inbox(toy, timedelta(minutes=1))
    database = await Database.connect(database_url, size=1, name=toy)  # one session, whose plans are kept
    try:
        if moment == "analysed when all was done":
            async with database.statement() as tx:
                await inbox.take_in(tx, _arrivals(0))
            await owner.execute("UPDATE inbox SET state = 'done'")
            await owner.execute("VACUUM ANALYZE inbox")
        async with database.without_tenant() as tx:
            await inbox.finish(tx, await inbox.claim(tx, "t", "interactive", 1, AT_ONCE), [])
            assert not await inbox.has_ready(tx, "t", "interactive", 1, AT_ONCE)
        async with database.statement() as tx:
            await inbox.take_in(tx, _arrivals(1))
        async with database.without_tenant() as tx:
            assert await inbox.has_ready(tx, "t", "interactive", 1, AT_ONCE)
            asking = await _looked_at(tx)
        async with database.without_tenant() as tx:
            claims = await inbox.claim(tx, "t", "interactive", 1, AT_ONCE)
            claiming = await _looked_at(tx)
        async with database.without_tenant() as tx:
            await inbox.finish(tx, claims, [])
            ending = await _looked_at(tx)
        assert len(claims) == AT_ONCE
        assert AT_ONCE <= asking <= AT_ONCE * MOST_PER_ROW
        assert AT_ONCE <= claiming <= AT_ONCE * MOST_PER_ROW
        assert AT_ONCE <= ending <= AT_ONCE * MOST_PER_ROW
    finally:
        await database.close()


#: Rows that stand still, in each way that a row can.
STILL = 20_000
LEASED = "UPDATE inbox SET phase = 'scheduled', attempts = 1, next_at = now() + interval '1 hour'"
BEHIND_ONE = """
    UPDATE inbox SET key = '1:still', phase = CASE kafka_offset WHEN 0 THEN 'scheduled' ELSE 'blocked' END,
                     next_at = now() + interval '1 hour'
"""


@pytest.mark.parametrize("rest", [LEASED, BEHIND_ONE], ids=["leased or resting", "blocked behind one key"])
async def test_rows_that_cannot_be_claimed_cost_nothing(toy: str, database: Database, owner: Owner, rest: str) -> None:
    """Twenty thousand of them, all older than the twenty that can be: a claim, the round of tenants and the waker look
    at the twenty alone."""
    inbox = Inbox(toy, timedelta(minutes=1))
    async with database.statement() as tx:
        await inbox.take_in(tx, _arrivals(0, STILL))
    await owner.execute(rest)
    async with database.statement() as tx:
        await inbox.take_in(tx, _arrivals(1, AT_ONCE))
    await owner.execute("VACUUM ANALYZE inbox")  # what autovacuum does within a minute
    async with database.without_tenant() as tx:
        assert await inbox.ready_tenants(tx, "t", "interactive") == [1]
        (outlook,) = await inbox.outlook(tx, [("t", "interactive")])
        assert outlook.is_ready
        assert await inbox.make_due_ready(tx) == 0
        looking = await _looked_at(tx)
    async with database.without_tenant() as tx:
        claims = await inbox.claim(tx, "t", "interactive", 1, 2 * AT_ONCE)
        claiming = await _looked_at(tx)
    assert len(claims) == AT_ONCE
    assert looking <= 10
    assert AT_ONCE <= claiming <= AT_ONCE * MOST_PER_ROW


async def test_rows_behind_one_key_are_set_aside_once(toy: str, database: Database, owner: Owner) -> None:
    """Two thousand younger events of a leased key are passed over in parts, each once; then a claim finds what it can
    have at once."""
    inbox = Inbox(toy, timedelta(minutes=1))
    behind = [it._replace(key=b"1:still") for it in _arrivals(0)]
    async with database.statement() as tx:
        await inbox.take_in(tx, [*behind, *_arrivals(1, AT_ONCE)])
        assert len(await inbox.claim(tx, "t", "interactive", 1, 1)) == 1
    aside: list[int] = []
    while sum(aside) < BACKLOG - 1:
        async with database.without_tenant() as tx:
            before = await _looked_at(tx)
            assert await inbox.claim(tx, "t", "interactive", 1, AT_ONCE) == []
            aside.append(await inbox.set_aside(tx, "t", "interactive", 1, 500))
            assert await _looked_at(tx, before) <= (500 + WALK + AT_ONCE) * 10
            assert aside[-1] > 0
    assert sum(aside) == BACKLOG - 1
    await owner.execute("VACUUM ANALYZE inbox")
    async with database.without_tenant() as tx:
        before = await _looked_at(tx)
        assert len(await inbox.claim(tx, "t", "interactive", 1, AT_ONCE)) == AT_ONCE
        assert await _looked_at(tx, before) <= AT_ONCE * MOST_PER_ROW


async def test_a_claim_of_large_events_is_bounded_in_bytes(toy: str, database: Database) -> None:
    """Twenty events of 2 MB are claimed a few at a time, oldest first, and one that alone is beyond the bound."""
    inbox = Inbox(toy, timedelta(minutes=1))
    sizes = [2 * 1024 * 1024] * 20 + [CLAIM_BYTES + 1] * 2
    async with database.statement() as tx:
        for arrival, size in zip(_arrivals(0, len(sizes)), sizes, strict=True):
            await inbox.take_in(tx, [arrival._replace(value=bytes(size))])
    claimed: list[int] = []
    async with database.without_tenant() as tx:
        while claims := await inbox.claim(tx, "t", "interactive", 1, 200):
            assert sum(len(it.value or b"") for it in claims[:-1]) < CLAIM_BYTES
            assert is_cut_off(claims, 200) == (sum(len(it.value or b"") for it in claims) >= CLAIM_BYTES)
            claimed += [it.offset for it in claims]
    assert claimed == list(range(len(sizes)))


async def test_the_gauge_counts_up_to_a_bound(toy: str, database: Database, owner: Owner) -> None:
    """The gauge counts up to a bound. Of two thousand open rows it reads five hundred, and says so many."""
    inbox = Inbox(toy, timedelta(minutes=1))
    async with database.statement() as tx:
        await inbox.take_in(tx, _arrivals(0))
    async with database.without_tenant() as tx:
        (backlog,) = await inbox.backlog(tx, ["t", "another"], 500)
        assert await _looked_at(tx) <= 500
    assert (backlog.topic, backlog.lane, backlog.open) == ("t", "interactive", 500)
    async with database.statement() as tx:
        (backlog,) = await inbox.backlog(tx, ["t"], 3_000)
    assert backlog.open == BACKLOG


async def test_a_part_of_a_round_of_ten_thousand_tenants_reads_a_row_for_each(
    toy: str, database: Database, owner: Owner
) -> None:
    """A part of a round of ten thousand tenants reads a row for each, however many tenants have something ready, and
    however much.
    """
    inbox = Inbox(toy, timedelta(minutes=1))
    arrivals = _arrivals(0, 10_000)
    async with database.statement() as tx:
        await inbox.take_in(tx, [it._replace(tenant_id=1 + it.offset) for it in arrivals])
        await inbox.take_in(tx, [it._replace(tenant_id=7) for it in _arrivals(5)])
    async with database.without_tenant() as tx:
        assert await inbox.ready_tenants(tx, "t", "interactive", after=6, limit=32) == list(range(7, 39))
        assert await _looked_at(tx) <= 32 * 2


async def test_the_number_of_paused_tenants_does_not_multiply_what_counting_costs(
    toy: str, database: Database, owner: Owner
) -> None:
    """Ten thousand of them made a count of their open rows a hundred times as slow, for each 2,000 messages."""
    inbox = Inbox(toy, timedelta(minutes=1))
    await owner.execute("INSERT INTO tenants (tenant_id, name) SELECT n, 't' FROM generate_series(100, 10099) AS n")
    arrivals = _arrivals(0, 10_000)

    async def count_s(paused: int) -> float:
        await owner.execute(
            "INSERT INTO inbox_pauses (consumer, tenant_id, until, reason)"
            " SELECT $1, tenant_id, now() + interval '1 hour', 'away' FROM tenants WHERE tenant_id >= 100"
            " ORDER BY tenant_id LIMIT $2 ON CONFLICT DO NOTHING",
            toy,
            paused,
        )
        taken = []
        for _ in range(5):
            began = time.perf_counter()
            async with database.statement() as tx:
                assert not await inbox.is_full(tx, "t", 10_000)
            taken.append(time.perf_counter() - began)
        return median(taken)

    async with database.statement() as tx:
        await inbox.take_in(tx, [it._replace(tenant_id=100 + it.offset) for it in arrivals])
    few = await count_s(1)
    assert await count_s(10_000) < 15 * few


async def _looked_at(tx: Connection, before: int = 0) -> int:
    """Rows of the inbox that this session has looked at, those that did not match included.

    The count goes on from `before` where the session's last transactions have not been reported yet.
    """
    return int(await tx.fetchval(LOOKED_AT)) - before


def _arrivals(batch: int, count: int = BACKLOG) -> list[Arrival]:
    """Builds arrivals that pile up, each with a key of its own."""
    first = batch * 100_000
    return [
        Arrival(new_id(), NO_REPLAY, "t", 0, first + n, b"1:%d" % (first + n), 1, "interactive", b"{}", "[]", None)
        for n in range(count)
    ]
