"""Reads tenants and their queued jobs, and maintains the inbox partitions, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from common.postgres import Connection
from nightly.model import Tenant

ACTIVE_TENANTS = "SELECT tenant_id, name FROM tenants WHERE active ORDER BY tenant_id"

# The tenant is set in the transaction: row-level security restricts the rows to its own.
# A job that has been running for half a day was left by an event that became a dead letter: it continues tonight.
# A continuation that was created tonight waits for the next night.
QUEUED = """
    SELECT job_id FROM background_jobs
     WHERE (status = 'queued' AND (continues IS NULL OR created_at < $1))
        OR (status = 'running' AND started_at < now() - interval '12 hours')
     ORDER BY created_at, job_id
"""

# Each partition of `inbox` belongs to one consumer; its bound, FOR VALUES IN ('odoo-sync'), has the consumer's name.
CONSUMERS = """
    SELECT substring(pg_get_expr(part.relpartbound, part.oid) FROM $1) AS consumer
      FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
     WHERE inhparent = 'inbox'::regclass
     ORDER BY consumer
"""
NAME_IN_BOUND = r"IN \('(.+)'\)"


async def active_tenants(tx: Connection) -> list[Tenant]:
    """Lists all active tenants by number."""
    return [Tenant(**dict(row)) for row in await tx.fetch(ACTIVE_TENANTS)]


async def queued_jobs(tx: Connection, midnight: datetime) -> list[UUID]:
    """Lists the jobs of the transaction's tenant to execute in the night that began at `midnight`, oldest first."""
    return [row["job_id"] for row in await tx.fetch(QUEUED, midnight)]


async def consumers(tx: Connection) -> list[str]:
    """Lists the services that have an inbox."""
    return [row["consumer"] for row in await tx.fetch(CONSUMERS, NAME_IN_BOUND)]


async def keep_inbox_partitions(tx: Connection, consumer: str) -> None:
    """Creates the consumer's coming partitions and drops its old ones. May be repeated."""
    await tx.execute("SELECT keep_inbox_partitions($1)", consumer)
