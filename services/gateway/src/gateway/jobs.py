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


async def find(tx: Connection, job_id: UUID) -> Job | None:
    """Finds the job, if the tenant has it."""
    row = await tx.fetchrow(FIND, job_id)
    return None if row is None else Job(**row)
