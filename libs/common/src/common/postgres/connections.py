"""Types and settings of connections, the services' roles, and an encoding of arguments."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import orjson

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Session: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.pool.PoolConnectionProxy
    Session = asyncpg.Connection
    Pool = asyncpg.Pool

#: The role that all services shared; for one version it has what they had then.
SERVICE_ROLE = "leadgen_service"


def role_of(service: str) -> str:
    """Returns the role of a service, which may write that service's tables and no others."""
    return f"leadgen_{service.replace('-', '_')}"


def transaction_settings(role: str) -> dict[str, str]:
    """Returns the settings of every transaction."""
    return {
        "role": role,
        "jit": "off",
        # Ours are short: to start workers takes longer than they save.
        "max_parallel_workers_per_gather": "0",
        # Short statements over partitions: planning each one takes several times as long as running it. A plan
        # that was made while a table was empty is kept, so it must not be one that reads all of the table: of the
        # outbox, with 100,000 rows in it, that took 100 µs of the database per event instead of 6.
        "plan_cache_mode": "force_generic_plan",
        "enable_seqscan": "off",
        # Whoever is frozen or unreachable does not hold rows and locks for ever.
        "lock_timeout": "30s",
        "idle_in_transaction_session_timeout": "60s",
    }


def session_settings(name: str, role: str) -> dict[str, str]:
    """Returns the settings of a connection to the server itself."""
    return {
        **transaction_settings(role),
        "application_name": name,
        "tcp_keepalives_idle": "15",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "30s",
    }


def as_json(texts: Sequence[str]) -> str:
    """Encodes many texts as one argument for `json_array_elements_text`: asyncpg takes ten times as long for an array.

    They are to be such as PostgreSQL can hold: without NUL, and without half a surrogate pair.
    """
    return orjson.dumps(texts).decode()
