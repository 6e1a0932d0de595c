"""Connections for reading statements: few, and no tenant has more than half of them.

So the slow reads of one tenant do not keep all others waiting. The connections are kept out of the pool, which takes
longer to acquire one than many a read takes, and closes idle ones together with their plans.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from weakref import WeakValueDictionary

from common.postgres.connections import Connection, Pool
from common.postgres.errors import translated


class Readers:
    """Limits statements: `at_once` run at a time, half of them of one tenant. Others wait; first come, first served."""

    def __init__(self, pool: Pool, at_once: int) -> None:
        self._pool = pool
        self._slots = asyncio.Semaphore(at_once)
        self._share = max(1, at_once // 2)
        #: Of tenants that read or wait; a tenant is forgotten with its last reader.
        self._slots_of: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()
        self._idle: list[Connection] = []
        self._closing = False

    @property
    def idle(self) -> int:
        """Counts the connections that are kept and not in use."""
        return len(self._idle)

    @asynccontextmanager
    async def slot(self, tenant_id: int) -> AsyncIterator[None]:
        """Waits for the tenant's slot, then for a common one: a tenant that waits holds up no other."""
        async with self.slots_of(tenant_id), self._slots:
            yield

    def connection(self, tenant_id: int) -> "Reading":
        """Opens a connection for one statement of the tenant, in an `async with` block."""
        return Reading(self, self.slots_of(tenant_id), self._slots)

    def slots_of(self, tenant_id: int) -> asyncio.Semaphore:
        """Returns the semaphore of a tenant, which exists as long as one of its statements holds it or waits for it."""
        slots = self._slots_of.get(tenant_id)
        if slots is None:
            slots = self._slots_of[tenant_id] = asyncio.Semaphore(self._share)
        return slots

    async def acquire(self) -> Connection:
        """Takes an idle connection, or one of the pool."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            await self._pool.release(connection)
        return await self._pool.acquire()

    async def release(self, connection: Connection, *, is_sound: bool) -> None:
        """Keeps the connection for the next statement. One that may be broken goes to the pool, which checks it."""
        if is_sound and not self._closing:
            self._idle.append(connection)
        else:
            await self._pool.release(connection)

    async def close(self) -> None:
        """Returns the connections to the pool, those in use as soon as their statements have ended."""
        self._closing = True
        while self._idle:
            await self._pool.release(self._idle.pop())


class Reading:
    """A slot and a connection for one statement. Raises errors as `translated` says.

    One class, since functions inside each other take twice as long, and every page of a list goes through here.
    """

    __slots__ = ("_connection", "_readers", "_slots")

    def __init__(self, readers: Readers, *slots: asyncio.Semaphore) -> None:
        self._readers = readers
        self._slots = slots

    async def __aenter__(self) -> Connection:
        own, of_all = self._slots
        await own.acquire()
        try:
            await of_all.acquire()
        except BaseException:
            own.release()
            raise
        try:
            with translated():
                self._connection = await self._readers.acquire()
        except BaseException:
            self._leave()
            raise
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with translated():
                await self._readers.release(self._connection, is_sound=error is None)
        finally:
            self._leave()
        if error is not None:
            with translated():
                raise error

    def _leave(self) -> None:
        own, of_all = self._slots
        of_all.release()
        own.release()
