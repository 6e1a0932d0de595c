"""Reads a tenant's background jobs (table `background_jobs`). The upserter writes them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from common.contracts import JobStatus
from common.postgres import Connection

FIND = """
    SELECT job_id, job_type, status, processed, total, error, continues, created_at, started_at, ended_at
      FROM background_jobs WHERE tenant_id = tenant() AND job_id = $1
"""


# Open ones first, then ended ones; each status is a range of the index background_jobs_by_tenant.
RECENT = """
    SELECT job.*
      FROM (VALUES (1, 'running'), (2, 'queued'), (3, 'done'), (3, 'error')) of (place, status),
      LATERAL (SELECT job_id, job_type, status, processed, total, error, continues, created_at, started_at, ended_at,
                      ARRAY(SELECT jsonb_array_elements_text(params -> 'terms')) AS terms
                 FROM background_jobs
                WHERE tenant_id = tenant() AND status = of.status ORDER BY created_at DESC LIMIT $1) job
     ORDER BY place, created_at DESC LIMIT $1
"""


class Job(BaseModel):
    """A job as its tenant sees it. `continues` is the job that this one continues."""

    job_id: UUID
    job_type: Literal["staging_upsert"]
    status: JobStatus
    processed: int
    total: int
    error: str | None
    continues: UUID | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class RecentJob(Job):
    """A job with the words that were asked for."""

    terms: list[str]


async def recent(tx: Connection, *, limit: int) -> list[RecentJob]:
    """Finds the tenant's jobs: running ones first, then queued ones, then the latest of those that have ended."""
    return [RecentJob(**row) for row in await tx.fetch(RECENT, limit)]


async def find(tx: Connection, job_id: UUID) -> Job | None:
    """Finds the job, if the tenant has it."""
    row = await tx.fetchrow(FIND, job_id)
    return None if row is None else Job(**row)
