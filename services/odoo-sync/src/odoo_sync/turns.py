"""One writer per Odoo database at a time, across lanes and replicas: Odoo fails parallel loads of the same ids."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.postgres import Database

#: Seconds between two looks at a lock that another replica has, at first and at most.
LOOK_S, LOOK_MOST_S = 0.05, 1.0


class Turns:
    """Hands out the turns. The lock is PostgreSQL's, on a connection of its own: it ends with its holder."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def at(self, place: str) -> AsyncIterator[None]:
        """Waits for the turn at this Odoo, however long. Raises Unavailable when PostgreSQL does not answer."""
        async with self._here[place]:  # within a replica nobody has to look
            pause = LOOK_S
            while True:
                async with self._database.lock(f"odoo:{place}") as held:
                    if held is not None:
                        yield
                        return
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LOOK_MOST_S)
