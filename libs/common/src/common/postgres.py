"""The only way to a database connection: a transaction with its tenant set, as a role that owns nothing.

`Database.transaction(tenant_id)` is for a tenant's rows, `Database.plumbing()` for the tables that have no tenant
(inbox, outbox, public facts, the list of tenants). Errors of the server being away come out as `Unavailable`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self, TypeAlias

import asyncpg

from common.errors import Unavailable

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.pool.PoolConnectionProxy
    Pool = asyncpg.Pool

SERVICE_ROLE = "leadgen_service"

#: What asyncpg raises when the server is away, restarting, out of connections, or has just changed a table under a plan.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


class Database:
    """A pool of connections, opened by `connect`, closed by `close`. It recovers by itself when the server does."""

    def __init__(self, pool: Pool, url: str) -> None:
        self._pool = pool
        self.url = url

    @classmethod
    async def connect(cls, url: str, *, size: int = 10, name: str = "leadgen") -> Self:
        """Opens the pool. Raises Unavailable when the server does not answer."""
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=size,
                command_timeout=60,
                server_settings={"role": SERVICE_ROLE, "application_name": name, "jit": "off"},
            )
        except AWAY as error:
            raise Unavailable(f"PostgreSQL does not answer: {error}") from error
        return cls(pool, url)

    async def close(self) -> None:
        """Closes the pool; waits at most 5 s for connections in use."""
        try:
            await asyncio.wait_for(self._pool.close(), timeout=5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(self, tenant_id: int) -> AsyncIterator[Connection]:
        """A transaction that sees and writes the rows of this tenant only. Commits at the end, rolls back on an error."""
        async with self.plumbing() as connection:
            await connection.execute("SELECT set_config('request.tenant_id', $1, true)", str(tenant_id))
            yield connection

    @asynccontextmanager
    async def plumbing(self) -> AsyncIterator[Connection]:
        """A transaction without a tenant: of tenants' tables it sees no row."""
        try:
            async with self._pool.acquire(timeout=30) as connection, connection.transaction():
                yield connection
        except AWAY as error:
            raise Unavailable(f"PostgreSQL: {type(error).__name__}: {error}") from error
