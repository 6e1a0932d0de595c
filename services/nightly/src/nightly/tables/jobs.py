"""Work of the upserter for a tenant: `background_jobs`, and candidates by request."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from common.postgres import Connection

# A job that has been running for half a day was left by an event that became a dead letter: it continues tonight.
# A continuation that was created tonight waits for the next night.
QUEUED = """
    SELECT job_id FROM background_jobs
     WHERE tenant_id = tenant()
       AND ((status = 'queued' AND (continues IS NULL OR created_at < $1))
            OR (status = 'running' AND started_at < now() - interval '12 hours'))
     ORDER BY created_at, job_id
"""
COUNTS = """
    SELECT count(*) AS jobs, count(*) FILTER (WHERE status = 'done') AS jobs_done,
           count(*) FILTER (WHERE status = 'error') AS jobs_failed, coalesce(sum(processed), 0) AS companies
      FROM background_jobs WHERE tenant_id = tenant() AND job_id = ANY($1::uuid[])
"""
FOUND_BY = "SELECT count(*) FROM icp_candidate_companies WHERE tenant_id = tenant() AND job_id = $1"


async def queued(tx: Connection, midnight: datetime) -> list[UUID]:
    """Lists the jobs of the transaction's tenant to execute in the night that began at `midnight`, oldest first."""
    return [row["job_id"] for row in await tx.fetch(QUEUED, midnight)]


async def counts(tx: Connection, job_ids: Sequence[UUID]) -> dict[str, int]:
    """Counts these jobs by status, and the companies that they have handled."""
    row = await tx.fetchrow(COUNTS, job_ids)
    return {} if row is None else dict(row)


async def count_found_by(tx: Connection, request: UUID) -> int:
    """Counts the tenant's candidates that this search found first."""
    return int(await tx.fetchval(FOUND_BY, request))
