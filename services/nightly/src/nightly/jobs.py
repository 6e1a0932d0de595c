"""What the night looks at in PostgreSQL: the active tenants, each one's queued jobs, and the inboxes' partitions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.postgres import Connection

ACTIVE_TENANTS = "SELECT tenant_id, name FROM tenants WHERE active ORDER BY tenant_id"

# The tenant is set in the transaction: row-level security makes these the tenant's own.
# A job that has been running for half a day was left behind by an event that became a dead letter: it goes on tonight.
# What a job left over that had its share tonight is the next night's.
QUEUED = """
    SELECT job_id FROM background_jobs
     WHERE (status = 'queued' AND (continues IS NULL OR created_at < $1))
        OR (status = 'running' AND started_at < now() - interval '12 hours')
     ORDER BY created_at, job_id
"""

# Each partition of inbox is one consumer's; its bound, FOR VALUES IN ('odoo-sync'), names the consumer as spelled.
CONSUMERS = """
    SELECT substring(pg_get_expr(part.relpartbound, part.oid) FROM $1) AS consumer
      FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
     WHERE inhparent = 'inbox'::regclass
     ORDER BY consumer
"""
NAME_IN_BOUND = r"IN \('(.+)'\)"


@dataclass(frozen=True)
class Tenant:
    """A tenant, by number and name."""

    tenant_id: int
    name: str


async def active_tenants(tx: Connection) -> list[Tenant]:
    """All active tenants, by number."""
    return [Tenant(**dict(row)) for row in await tx.fetch(ACTIVE_TENANTS)]


async def queued_jobs(tx: Connection, midnight: datetime) -> list[UUID]:
    """The queued jobs of the transaction's tenant, oldest first; `midnight` is when the night began."""
    return [row["job_id"] for row in await tx.fetch(QUEUED, midnight)]


async def consumers(tx: Connection) -> list[str]:
    """Every service that has an inbox."""
    return [row["consumer"] for row in await tx.fetch(CONSUMERS, NAME_IN_BOUND)]


async def keep_inbox_partitions(tx: Connection, consumer: str) -> None:
    """Makes the consumer's coming partitions and drops its old ones. May be repeated."""
    await tx.execute("SELECT keep_inbox_partitions($1)", consumer)
