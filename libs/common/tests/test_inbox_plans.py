"""What a claim and an end read of an inbox that has filled up since they were planned: their own rows, not all."""

from datetime import timedelta

import asyncpg
import pytest

from common.ids import NO_REPLAY, new_id
from common.inbox import Arrival, Inbox
from common.postgres import Connection, Database

BACKLOG = 2_000
AT_ONCE = 20
#: Rows looked at per row in hand: itself when it is walked to, locked and written.
MOST_PER_ROW = 4

LOOKED_AT = """
    SELECT sum(seq_tup_read + idx_tup_fetch)::int FROM pg_stat_xact_user_tables WHERE relname LIKE 'inbox\\_toy\\_%'
"""


@pytest.mark.parametrize("moment", ["never analysed", "analysed when all was done"])
async def test_a_claim_and_an_end_planned_on_an_empty_inbox_do_not_read_all_of_a_full_one(
    toy: str, database_url: str, owner: "asyncpg.Connection[asyncpg.Record]", moment: str
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
        async with database.statement() as tx:
            await inbox.take_in(tx, _arrivals(1))
        async with database.without_tenant() as tx:
            claims = await inbox.claim(tx, "t", "interactive", 1, AT_ONCE)
            claiming = await _looked_at(tx)
        async with database.without_tenant() as tx:
            await inbox.finish(tx, claims, [])
            ending = await _looked_at(tx)
        assert len(claims) == AT_ONCE
        assert AT_ONCE <= claiming <= AT_ONCE * MOST_PER_ROW
        assert AT_ONCE <= ending <= AT_ONCE * MOST_PER_ROW
    finally:
        await database.close()


async def _looked_at(tx: Connection) -> int:
    """Rows of the inbox that this transaction has looked at, those that did not match included."""
    return int(await tx.fetchval(LOOKED_AT))


def _arrivals(batch: int) -> list[Arrival]:
    """As many as pile up, each with a key of its own."""
    return [
        Arrival(new_id(), NO_REPLAY, "t", 0, batch * BACKLOG + n, b"1:%d" % n, 1, "interactive", b"{}", "[]", None)
        for n in range(BACKLOG)
    ]
