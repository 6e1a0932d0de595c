"""Reads a tenant's background jobs (table `background_jobs`). The upserter writes them."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, Field

from common.postgres import Connection
from gateway.http.opaque_cursors import as_cursor, not_understood, text_of
from gateway.http.problems import Problem

JobState = Literal["queued", "running", "done", "error", "cancelled"]

FIND = """
    SELECT job_id, job_type, status, processed, total, error, continues, created_at, started_at, ended_at,
           ARRAY(SELECT jsonb_array_elements_text(params -> 'terms')) AS terms
      FROM background_jobs WHERE tenant_id = tenant() AND job_id = $1
"""

# Newest first, by the index background_jobs_newest. A job's time and id never change, so no page repeats one.
PAGE = """
    SELECT job_id, job_type, status, processed, total, error, continues, created_at, started_at, ended_at,
           ARRAY(SELECT jsonb_array_elements_text(params -> 'terms')) AS terms
      FROM background_jobs
     WHERE tenant_id = tenant() AND (created_at, job_id) < ($1::timestamptz, $2::uuid)
       AND ($3::text IS NULL OR status = $3)
     ORDER BY created_at DESC, job_id DESC LIMIT $4
"""

# Open ones first, then ended ones; each status is a range of the index background_jobs_by_tenant.
RECENT = """
    SELECT job.*
      FROM (VALUES (1, 'running'), (2, 'queued'), (3, 'done'), (3, 'error'), (3, 'cancelled')) of (place, status),
      LATERAL (SELECT job_id, job_type, status, processed, total, error, continues, created_at, started_at, ended_at,
                      ARRAY(SELECT jsonb_array_elements_text(params -> 'terms')) AS terms
                 FROM background_jobs
                WHERE tenant_id = tenant() AND status = of.status ORDER BY created_at DESC LIMIT $1) job
     ORDER BY place, created_at DESC LIMIT $1
"""


class Job(BaseModel):
    """A job as its tenant sees it. `continues` is the job that this one continues."""

    job_id: UUID = Field(examples=["0198f3a2-7c1e-7d33-8a55-3f6b1c2d4e5f"])
    job_type: Literal["staging_upsert"]
    status: JobState = Field(examples=["running"])
    processed: int = Field(description="companies saved so far", examples=[500])
    total: int = Field(description="companies in all, as far as is known", examples=[1200])
    error: str | None
    continues: UUID | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    terms: list[str] = Field(description="the words that were asked for", examples=[["Manufacturing"]])

    @property
    def is_over(self) -> bool:
        """Whether the job stays in its state until someone acts."""
        return self.status in ("done", "error", "cancelled")

    @property
    def version(self) -> str:
        """Identifies the job's present state: equal states have equal versions, on every replica."""
        return f"{self.status}.{self.processed}.{self.total}"


class Position(NamedTuple):
    """A job's place in the list."""

    created_at: datetime
    job_id: UUID


BEGINNING = Position(datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


async def recent(tx: Connection, *, limit: int) -> list[Job]:
    """Finds the tenant's jobs: running ones first, then queued ones, then the latest of those that have ended."""
    return [Job(**row) for row in await tx.fetch(RECENT, limit)]


async def find(tx: Connection, job_id: UUID) -> Job | None:
    """Finds the job, if the tenant has it."""
    row = await tx.fetchrow(FIND, job_id)
    return None if row is None else Job(**row)


async def page(tx: Connection, after: Position, status: JobState | None, limit: int) -> list[Job]:
    """Finds the tenant's jobs after a position, newest first."""
    return [Job(**row) for row in await tx.fetch(PAGE, *after, status, limit)]


def cursor_of(job: Job) -> str:
    """Encodes the place after a job as a cursor for the client."""
    return as_cursor(f"{job.created_at.isoformat()}|{job.job_id}")


def position_of(cursor: str) -> Position:
    """Decodes a cursor. Raises Problem 422 if it is invalid."""
    try:
        at, _, job_id = text_of(cursor).partition("|")
        created_at = datetime.fromisoformat(at)
        if created_at.tzinfo is None:
            raise not_understood(cursor)
        return Position(created_at.astimezone(UTC), UUID(job_id))
    except (ValueError, OverflowError) as error:  # an offset may lead out of the calendar
        raise not_understood(cursor) from error


def no_such(tenant_id: int, job_id: UUID) -> Problem:
    """Builds the 404 for a job that the tenant does not have."""
    return Problem(404, "No such job", f"Tenant {tenant_id} has no job {job_id}.")
