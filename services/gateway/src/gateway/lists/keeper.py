"""The task that keeps the lists up to date, on every replica, one tenant after the other.

It uses half of the time at most, so that a job of a million companies does not slow down the requests of reps. While
nothing changes it looks seldom; the feed wakes it with each fact, since facts follow changes.
"""

import asyncio
import time

import structlog

from common.background import is_set_within, until_tick
from common.errors import Unavailable
from common.postgres import Database
from gateway.lists import changes

log = structlog.get_logger(__name__)

#: Seconds between two looks for changes at least; and that it then waits for a fact after one that found none.
EVERY_S, IDLE_S = 0.5, 5.0
#: Seconds between two attempts while the database is away.
AWAY_S = 2.0


async def keep_lists(database: Database, facts: asyncio.Event) -> None:
    """Updates lists until it is cancelled. `facts` is set when facts arrive; this function clears it."""
    tenant_id: int | None = None
    while True:
        began = time.monotonic()
        facts.clear()  # first: what comes during a look is looked for again
        try:
            tenant_id = await changes.next_tenant(database, -1 if tenant_id is None else tenant_id)
            did = 0 if tenant_id is None else await changes.fold(database, tenant_id)
        except Unavailable as error:
            log.warning("lists_wait_for_database", error=str(error))
            await asyncio.sleep(AWAY_S)
            continue
        if tenant_id is None:
            await is_set_within(facts, until_tick(IDLE_S))
        took = time.monotonic() - began
        await asyncio.sleep(took if did else max(0.0, EVERY_S - took))
