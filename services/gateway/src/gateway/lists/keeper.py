"""The task that keeps the lists up to date: on every replica, one tenant after the other.

It uses half of the time at most, so that a job of a million companies does not slow down the requests of reps.
"""

import asyncio
import time

import structlog

from common.errors import Unavailable
from common.postgres import Database
from gateway.lists import changes

log = structlog.get_logger(__name__)

#: Seconds between two looks for changes while there are none.
EVERY_S = 0.5
#: Seconds between two attempts while the database is away.
AWAY_S = 2.0


async def keep_lists(database: Database) -> None:
    """Runs for ever."""
    tenant_id: int | None = None
    while True:
        began = time.monotonic()
        try:
            tenant_id = await changes.next_tenant(database, -1 if tenant_id is None else tenant_id)
            did = 0 if tenant_id is None else await changes.fold(database, tenant_id)
        except Unavailable as error:
            log.warning("lists_wait_for_database", error=str(error))
            await asyncio.sleep(AWAY_S)
        else:
            await asyncio.sleep(time.monotonic() - began if did else EVERY_S)
