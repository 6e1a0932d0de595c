"""Statements over the same rows of the inbox lock them in one order."""

import asyncio
from datetime import timedelta
from typing import TypeAlias

import asyncpg

from common.delivery.inbox import Arrival, Inbox
from common.ids import NO_REPLAY, new_id
from common.postgres import Database
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = "company.enrichment.requested"


async def test_leases_are_extended_while_events_end_in_another_order(
    toy: str, owner: Owner, database: Database
) -> None:
    """While both wait for a row in the middle, neither holds what the other wants: no deadlock, no work lost."""
    inbox = Inbox(toy, timedelta(seconds=60))
    async with database.without_tenant() as tx:
        await inbox.take_in(
            tx,
            [
                Arrival(new_id(), NO_REPLAY, TOPIC, 0, offset, b"%d" % offset, 1, "interactive", b"{}", "[]", None)
                for offset in range(3)
            ],
        )
        claims = await inbox.claim(tx, TOPIC, "interactive", 1, 3)
    assert len(claims) == 3

    async def waiting(number: int) -> bool:
        return bool(
            await owner.fetchval("SELECT count(*) = $1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'", number)
        )

    async def extend() -> None:
        async with database.statement() as tx:
            await inbox.extend(tx, claims)

    async def finish() -> None:
        async with database.without_tenant() as tx:
            await inbox.finish(tx, claims[::-1], [])

    async with database.without_tenant() as other:
        await other.execute("SELECT FROM inbox WHERE event_id = $1 FOR UPDATE", claims[1].event_id)
        extending = asyncio.create_task(extend())
        await until(lambda: waiting(1))
        finishing = asyncio.create_task(finish())
        await until(lambda: waiting(2))
    await asyncio.gather(extending, finishing)
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'done'") == 3
