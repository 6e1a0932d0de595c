"""Connections for statements that read: few of them, of which no tenant has more than half.

So the slow reads of one tenant do not keep all others waiting. The connections are kept out of the pool, which takes
longer to lend one than many a read takes, and closes idle ones together with their plans.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from common.postgres.connections import Connection, Pool


class Readers:
    """`at_once` statements run at a time, and of one tenant half of them; the others wait, first come, first served."""

    def __init__(self, pool: Pool, at_once: int) -> None:
        self._pool = pool
        self._turns = asyncio.Semaphore(at_once)
        self._share = max(1, at_once // 2)
        #: Of tenants that read or wait; a tenant is forgotten with its last reader.
        self._turns_of: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()
        self._idle: list[Connection] = []
        self._closing = False

    @property
    def idle(self) -> int:
        """Counts the connections that are kept and not in use."""
        return len(self._idle)

    @asynccontextmanager
    async def turn(self, tenant_id: int) -> AsyncIterator[None]:
        """Waits for the tenant's turn, then for everybody's: who waits for the former keeps nobody else waiting."""
        turns = self._turns_of.get(tenant_id)
        if turns is None:
            turns = self._turns_of[tenant_id] = asyncio.Semaphore(self._share)
        async with turns, self._turns:
            yield

    @asynccontextmanager
    async def connection(self, tenant_id: int) -> AsyncIterator[Connection]:
        """A connection for one statement of the tenant."""
        async with self.turn(tenant_id):
            connection = await self._lend()
            try:
                yield connection
            except BaseException:  # maybe broken, or in the middle of a statement: the pool finds out
                await self._pool.release(connection)
                raise
            if self._closing:
                await self._pool.release(connection)
            else:
                self._idle.append(connection)

    async def close(self) -> None:
        """Gives the connections back to the pool, those in use as soon as their statements have ended."""
        self._closing = True
        while self._idle:
            await self._pool.release(self._idle.pop())

    async def _lend(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            await self._pool.release(connection)
        return await self._pool.acquire()
