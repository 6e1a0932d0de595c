"""A connection to PostgreSQL as the tables' owner, for the operator's commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from common.errors import Permanent, Unavailable
from common.postgres import AWAY, is_closed_error


class DatabaseRefused(Permanent):
    """The URL is invalid, the login is refused or lacks rights, or the database is not Leadgen's."""


class RightsMissing(DatabaseRefused):
    """The login lacks a right that the command needs."""


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Opens a connection, and closes it at the end. Raises DatabaseRefused, Unavailable; other errors pass."""
    try:
        connection = await asyncpg.connect(database_url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()
    except asyncpg.ClientConfigurationError as error:
        raise DatabaseRefused(
            f"no database URL: {error}; it looks like postgresql://user:password@host/name"
        ) from error
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise DatabaseRefused(f"PostgreSQL refuses the login: {error}") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise RightsMissing(
            f"this login lacks the rights ({error}): use the login that owns the tables, as `leadgen migrate` does"
        ) from error
    except asyncpg.UndefinedTableError as error:
        raise DatabaseRefused(f"the database has no tables of Leadgen yet ({error}): run `leadgen migrate`") from error
    except (*AWAY, asyncpg.InterfaceError) as error:
        if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, AWAY) and not is_closed_error(error):
            raise
        raise Unavailable(f"PostgreSQL does not answer: {type(error).__name__}: {error}") from error
