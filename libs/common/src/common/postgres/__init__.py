"""Connections to PostgreSQL. `Database` is the only way to open one; import all names from here."""

from common.postgres.connections import SERVICE_ROLE, Connection, Session, as_json, role_of
from common.postgres.database import Database, PoolUse
from common.postgres.errors import AWAY, is_closed_error
from common.postgres.tenants import active_tenants

__all__ = [
    "AWAY",
    "SERVICE_ROLE",
    "Connection",
    "Database",
    "PoolUse",
    "Session",
    "active_tenants",
    "as_json",
    "is_closed_error",
    "role_of",
]
