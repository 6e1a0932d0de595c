"""One writer per Odoo database, over lanes and replicas: Odoo fails parallel loads of the same ids."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from common.postgres import Database

#: Seconds between two attempts at a lock that another replica holds, at first and at most.
FIRST_PAUSE_S, MAX_PAUSE_S = 0.05, 1.0


class WriterLock:
    """PostgreSQL's advisory lock per Odoo, on a connection of its own: it ends with its holder."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_process: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def hold(self, place: str) -> AsyncIterator[None]:
        """Waits for the lock without limit, and holds it. Raises Unavailable when PostgreSQL does not answer."""
        async with self._in_process[place], AsyncExitStack() as held:  # one attempt per replica at a time
            pause = FIRST_PAUSE_S
            while not await self._acquire(place, held):
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, MAX_PAUSE_S)
            yield

    async def _acquire(self, place: str, held: AsyncExitStack) -> bool:
        """Tries once; on success `held` releases the lock."""
        async with AsyncExitStack() as attempt:
            if await attempt.enter_async_context(self._database.lock(f"odoo:{place}")) is None:
                return False
            await held.enter_async_context(attempt.pop_all())
            return True
