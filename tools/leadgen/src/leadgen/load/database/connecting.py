"""The load's connection to PostgreSQL. It translates PostgreSQL's errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from common.errors import Unavailable
from common.postgres import AWAY, is_closed_error
from leadgen.load.database.staging import Connection
from leadgen.load.errors import LoadFailed


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[Connection]:
    """Opens a connection as the tables' owner, and closes it at the end. Raises LoadFailed, Unavailable."""
    settings = {"application_name": "leadgen load", "work_mem": "64MB", "jit": "off"}
    try:
        connection = await asyncpg.connect(database_url, timeout=30, server_settings=settings)
        try:
            yield connection
            await connection.close(timeout=10)
        finally:
            connection.terminate()
    except asyncpg.ClientConfigurationError as error:
        raise LoadFailed(f"No database URL: {error}. It looks like postgresql://user:password@host/name.") from error
    except (*AWAY, asyncpg.InterfaceError) as error:
        if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, AWAY) and not is_closed_error(error):
            raise
        raise Unavailable(f"PostgreSQL does not answer ({error}). Load again when it does: that is safe.") from error
    except asyncpg.UndefinedTableError as error:
        raise LoadFailed(f"The database has not been migrated: {error}.") from error
    except asyncpg.PostgresError as error:
        raise LoadFailed(f"PostgreSQL refuses: {error}. Load again when that is fixed: that is safe.") from error
