"""Translates errors of asyncpg into those of `common.errors`, in one place: at the connection."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from common.errors import ConstraintViolated, Unavailable, ValueRefused

#: What asyncpg raises when the server is away, restarting, out of connections, or wants a transaction done again.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,  # disk, memory or connections are used up
    asyncpg.PostgresSystemError,  # the server's own reading or writing fails
    asyncpg.InvalidCachedStatementError,
    asyncpg.InternalClientError,  # a connection that broke while it was asked something
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,  # someone holds a row for longer than `lock_timeout`
    asyncpg.IdleInTransactionSessionTimeoutError,  # we were frozen inside a transaction
    asyncpg.IdleSessionTimeoutError,
)

#: Those of AWAY with which the server itself says that it did nothing.
REFUSED = (
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,  # someone holds a row for longer than `lock_timeout`
    asyncpg.IdleInTransactionSessionTimeoutError,  # we were frozen inside a transaction
    asyncpg.IdleSessionTimeoutError,
)

#: Those with which the server says that it cannot hold a value, whatever the statement does with it.
NO_VALUE = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    asyncpg.NumericValueOutOfRangeError,
    asyncpg.DatetimeFieldOverflowError,
)


def is_closed_error(error: asyncpg.InterfaceError) -> bool:
    """Whether the connection was closed: asyncpg has the same class for that and for wrong arguments."""
    is_about_arguments = isinstance(error, asyncpg.DataError)
    return not is_about_arguments and any(word in str(error) for word in ("closed", "closing", "released"))


@contextmanager
def translated(broken: type[Unavailable] = Unavailable) -> Iterator[None]:
    """Raises Unavailable for errors of an unreachable server (`broken`: it did not answer), ConstraintViolated and
    ValueRefused.
    """
    try:
        yield
    except AWAY as error:
        kind = Unavailable if isinstance(error, REFUSED) else broken
        raise kind(f"PostgreSQL: {type(error).__name__}: {error}") from error
    except asyncpg.IntegrityConstraintViolationError as error:
        constraint = error.constraint_name or error.column_name or "a constraint"
        raise ConstraintViolated(f"{constraint}: {error}", constraint=constraint) from error
    except NO_VALUE as error:
        raise ValueRefused(str(error)) from error
    except (asyncpg.InterfaceError, asyncpg.DataError) as error:
        if isinstance(error.__cause__, OverflowError):  # asyncpg finds a number or time out of range before it is sent
            raise ValueRefused(str(error)) from error
        if not isinstance(error, asyncpg.InterfaceError) or not is_closed_error(error):
            raise
        raise broken(f"PostgreSQL: {error}") from error
