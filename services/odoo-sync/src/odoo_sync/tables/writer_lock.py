"""One writer per Odoo database, over lanes and replicas: Odoo fails parallel loads of the same ids."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.postgres import Database


class WriterLock:
    """PostgreSQL's advisory lock per Odoo, on a connection of its own, so that it ends with its holder."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_process: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def hold(self, place: str) -> AsyncIterator[None]:
        """Waits for the lock without limit, and holds it. Raises Unavailable if PostgreSQL does not answer."""
        # Within a process the writers queue here: one connection waits for all of them.
        async with self._in_process[place], self._database.lock(f"odoo:{place}", wait=True):
            yield
