"""The only way to a database connection: a transaction with its tenant set, under a role that owns no table.

`Database.transaction(tenant_id)` is for a tenant's rows, `Database.without_tenant()` for the tables that have no tenant
(inbox, outbox, public facts, the list of tenants), `Database.read(tenant_id)` for one statement that only reads,
`Database.lock(name)` for what only one replica may do. Errors of the server being away come out as `Unavailable`,
violated constraints as `ConstraintViolated`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import NamedTuple, Self

import asyncpg

from common.errors import OutcomeUnknown, Permanent, Unavailable
from common.postgres.advisory_locks import has_locked, keepalive
from common.postgres.connections import (
    SERVICE_ROLE,
    Connection,
    Pool,
    Session,
    role_of,
    session_settings,
    transaction_settings,
)
from common.postgres.errors import AWAY, translated
from common.postgres.readers import Readers
from common.settings import DatabaseSettings


class PoolUse(NamedTuple):
    """Numbers of a pool's connections: in use, idle, and the maximum."""

    in_use: int
    idle: int
    most: int


class Database:
    """A pool of connections, opened by `connect`, closed by `close`. It recovers by itself when the server does."""

    #: Seconds without a word from its holder after which a lock is free.
    LOCK_IDLE_S = 15.0
    #: Statements of `read` at a time: as many as one process of Python keeps PostgreSQL busy with. Each further
    #: connection would plan the statements anew, for ten times the time that one takes. A tenant has half at most.
    READS_AT_ONCE = 4

    def __init__(
        self, pool: Pool, url: str, name: str, role: str = SERVICE_ROLE, *, pooler_url: str | None = None
    ) -> None:
        self._pool = pool
        self._url = url
        self._name = name
        self._role = role
        self._pooler_url = pooler_url
        self._readers = Readers(pool, self.READS_AT_ONCE)
        self._begin_with = "BEGIN"
        if pooler_url is not None:
            self._begin_with += "".join(f"; SET LOCAL {it} = '{to}'" for it, to in transaction_settings(role).items())

    @classmethod
    async def connect(
        cls, url: str, *, size: int = 10, name: str = "leadgen", role: str = SERVICE_ROLE, direct_url: str = ""
    ) -> Self:
        """Opens the pool; its connections have the rights of `role`.

        With a `direct_url`, `url` is a PgBouncer's in transaction mode: a transaction has its settings with it and no
        statement is prepared for longer. Locks and LISTEN need a session, so they go to the server directly.
        Raises Unavailable when the server does not answer, Permanent when it will not have us.
        """
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=size,
                timeout=10,
                command_timeout=60,
                server_settings={"application_name": name} if direct_url else session_settings(name, role),
                statement_cache_size=0 if direct_url else 100,
                max_cached_statement_lifetime=0,  # for ever; PostgreSQL makes a new plan when a table has changed
                reset=_nothing_to_reset,
            )
        except asyncpg.ProtocolViolationError as error:
            raise Permanent(
                f"PostgreSQL refuses: {error}. If DATABASE_URL is PgBouncer's, set DATABASE_DIRECT_URL to the server's"
            ) from error
        except AWAY as error:
            raise Unavailable(f"PostgreSQL does not answer: {error}") from error
        except (asyncpg.PostgresError, ValueError) as error:
            raise Permanent(
                f"PostgreSQL refuses: {error}. DATABASE_URL must name a login that may connect, a database that "
                f"`leadgen migrate` was run on, and a login with the service's role: GRANT {role} TO <login>"
            ) from error
        return cls(pool, direct_url or url, name, role, pooler_url=url if direct_url else None)

    @classmethod
    async def of_service(cls, service: str, settings: DatabaseSettings, *, size: int = 1) -> Self:
        """Opens a pool with the rights of the service, to the addresses in its settings. Raises as `connect` does."""
        url, direct_url = settings.database_url, settings.database_direct_url
        return await cls.connect(url, size=size, name=service, role=role_of(service), direct_url=direct_url)

    async def another(self, *, size: int) -> Self:
        """Opens another pool to the same database, for another event loop. Raises as `connect` does."""
        url, direct_url = (self._url, "") if self._pooler_url is None else (self._pooler_url, self._url)
        return await self.connect(url, size=size, name=self._name, role=self._role, direct_url=direct_url)

    @property
    def use(self) -> PoolUse:
        """Counts the pool's connections."""
        idle = self._pool.get_idle_size() + self._readers.idle
        return PoolUse(self._pool.get_size() - idle, idle, self._pool.get_max_size())

    async def close(self) -> None:
        """Closes the pool; waits at most 5 s for connections in use."""
        try:
            async with asyncio.timeout(5):
                await self._readers.close()
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(self, tenant_id: int) -> AsyncIterator[Connection]:
        """Opens a transaction that sees and writes only this tenant's rows. Commits, or rolls back on an error."""
        # One round trip for both; an int cannot carry SQL.
        async with self._begin(f"{self._begin_with}; SET LOCAL request.tenant_id = {int(tenant_id)}") as connection:
            yield connection

    @asynccontextmanager
    async def without_tenant(self) -> AsyncIterator[Connection]:
        """Opens a transaction without a tenant: it sees no row of tenants' tables."""
        async with self._begin(self._begin_with) as connection:
            yield connection

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """Opens a connection for a single statement without a tenant, in autocommit mode, which saves two round trips.

        Raises OutcomeUnknown when the connection breaks before the statement's answer has come.
        """
        if self._pooler_url is not None:  # its settings need a transaction around it
            async with self.without_tenant() as connection:
                yield connection
            return
        with translated():
            async with self._pool.acquire() as connection:
                with translated(OutcomeUnknown):
                    yield connection

    def read(self, tenant_id: int) -> AbstractAsyncContextManager[Connection]:
        """Opens a connection for a single statement that reads this tenant's rows and sets the tenant itself.

        A tenant that it sets with `set_config('request.tenant_id', …, true)` is set for that statement alone. At most
        `READS_AT_ONCE` run at a time, and of one tenant half of them; the others wait for their turn.
        """
        return self._readers.connection(tenant_id) if self._pooler_url is None else self._read_by_pooler(tenant_id)

    @asynccontextmanager
    async def _read_by_pooler(self, tenant_id: int) -> AsyncIterator[Connection]:
        with translated():
            async with self._readers.slot(tenant_id), self.without_tenant() as connection:
                yield connection

    @asynccontextmanager
    async def _begin(self, opening: str) -> AsyncIterator[Connection]:
        with translated():
            async with self._pool.acquire() as connection:
                await connection.execute(opening)
                try:
                    yield connection
                except BaseException:
                    await _roll_back(connection)
                    raise
                with translated(OutcomeUnknown):
                    await connection.execute("COMMIT")

    @asynccontextmanager
    async def session(self, *, timeout_s: float = 60, **settings: str) -> AsyncIterator[Session]:
        """Opens a connection outside the pool. `settings` are PostgreSQL's."""
        with translated():
            session = await asyncpg.connect(
                self._url,
                command_timeout=timeout_s,
                server_settings={**session_settings(self._name, self._role), **settings},
            )
            try:
                yield session
            finally:
                await session.close(timeout=5)

    @asynccontextmanager
    async def lock(self, name: str, *, wait: bool = False) -> AsyncIterator[Session | None]:
        """Holds an advisory lock while the block runs; yields its connection, or None if someone else has the lock.

        With `wait`, tries again until it holds the lock.
        A process that is frozen loses the lock after `LOCK_IDLE_S`. When the connection breaks, the block is left with
        Unavailable: the work stops with the lock. The connection is not for statements: it is kept alive here.
        """
        async with self.session(idle_session_timeout=f"{int(1000 * self.LOCK_IDLE_S)}ms") as session:
            if await has_locked(session, name, wait=wait):
                async with keepalive(session, self.LOCK_IDLE_S / 3, name=f"lock {name}"):
                    yield session
            else:
                yield None


async def _roll_back(connection: Connection) -> None:
    try:
        await connection.execute("ROLLBACK")
    except (*AWAY, asyncpg.InterfaceError):
        # The transaction goes with its connection; the error that brought us here says why.
        with suppress(asyncpg.InterfaceError):
            connection.terminate()


async def _nothing_to_reset(_: Session) -> None:
    """Resets nothing: all our settings are local to a transaction, so a connection is clean. Saves one round trip."""
