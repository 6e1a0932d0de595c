"""Jobs in PostgreSQL (`background_jobs`): the rest of a request's matches, and the progress through them.

`params` holds all that a job needs and `reached` its position, so that any worker can resume it after an interruption.
Status: queued (waits for a night), running (a worker has it, or had it when it died), done, error (with the reason), or
cancelled, which is final.
A request that is repeated while its job is queued or running gets that job. A job that has reached its limit is
done; the rest becomes a new queued job that `continues` it.
"""

from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from common.contracts import JobStatus
from common.errors import Transient
from common.ids import derived_id
from common.postgres import Connection
from upserter.model import Job, Params, Position, Progress

_PROGRESS = "job_id, status, processed, total, error"
_JOB = f"{_PROGRESS}, params, reached"

#: The job that conflicts with a new one: the same job, or an active one of an equal request.
CREATE = f"""
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, reached, total, asked, continues)
    VALUES ($1, tenant(), 'staging_upsert', 'queued', $2::jsonb, $3::jsonb, $4, $5, $6)
    ON CONFLICT DO NOTHING
 RETURNING {_JOB}
"""
EQUAL = f"""
    SELECT {_JOB} FROM background_jobs
     WHERE tenant_id = tenant() AND (job_id = $1 OR asked = $2 AND status IN ('queued', 'running'))
     ORDER BY job_id = $1 DESC LIMIT 1
"""

#: A failed job is not started again while another one does the same.
START = f"""
    UPDATE background_jobs AS job
       SET status = 'running', error = NULL, started_at = coalesce(started_at, now()), ended_at = NULL
     WHERE job_id = $1 AND status NOT IN ('done', 'cancelled')
       AND NOT EXISTS (SELECT 1 FROM background_jobs AS other
                        WHERE other.tenant_id = tenant() AND other.asked = job.asked AND other.job_id <> job.job_id
                          AND other.status IN ('queued', 'running'))
 RETURNING {_JOB}
"""
#: A tenant's queued and running jobs. A request that would be one more is answered without a job.
MAX_OPEN_JOBS = 500
IS_FULL = """
    SELECT count(*) >= $3
           AND NOT EXISTS (SELECT FROM background_jobs
                            WHERE tenant_id = tenant()
                              AND (job_id = $1 OR asked = $2 AND status IN ('queued', 'running')))
      FROM (SELECT FROM background_jobs WHERE tenant_id = tenant() AND status IN ('queued', 'running') LIMIT $3) AS open
"""
CAP = "SELECT upsert_max_per_job FROM tenants WHERE tenant_id = tenant()"

#: The register may have grown since the job was created: `total` is raised so that `processed` never exceeds it. A job
#: that was cancelled in the meantime stays as it is.
PROGRESS = f"""
    UPDATE background_jobs
       SET status = $2, reached = $3::jsonb, processed = $4,
           total = CASE WHEN $2 = 'done' THEN $4 ELSE greatest(total, $4) END,
           ended_at = CASE WHEN $2 = 'done' THEN now() END
     WHERE job_id = $1 AND status <> 'cancelled'
 RETURNING {_PROGRESS}
"""
ASKED = "SELECT asked FROM background_jobs WHERE job_id = $1"

FAIL = f"""
    UPDATE background_jobs SET status = 'error', error = $2, ended_at = now()
     WHERE job_id = $1 AND status <> 'cancelled'
 RETURNING {_PROGRESS}
"""
CANCEL = f"""
    UPDATE background_jobs SET status = 'cancelled', ended_at = now()
     WHERE job_id = $1 AND status IN ('queued', 'running')
 RETURNING {_PROGRESS}
"""


class JobCancelled(Exception):
    """The job was cancelled while it ran."""


_POSITION = TypeAdapter(Position)


async def is_full(tx: Connection, job_id: UUID, params: Params) -> bool:
    """Whether another job would exceed the number that a tenant may have open."""
    full: bool = await tx.fetchval(IS_FULL, job_id, params.request_hash, MAX_OPEN_JOBS)
    return full


async def create(tx: Connection, job_id: UUID, params: Params, *, total: int, after: Position | None = None) -> Job:
    """Queues a job that begins `after` a position. Returns the existing job of this or an equal request, if any."""
    return await _create(tx, job_id, params, after, total, params.request_hash)


async def start(tx: Connection, job_id: UUID) -> Job | None:
    """Starts or resumes a job, also a failed one. `None` if it is unknown or has ended, or an equal job exists."""
    try:
        row = await tx.fetchrow(START, job_id)
    except asyncpg.UniqueViolationError as error:
        raise Transient(f"job {job_id} conflicts with an equal job that was created at the same time") from error
    return None if row is None else _existing(row)


async def find_limit(tx: Connection, usual: int) -> int:
    """Returns how many companies a job of this tenant may handle: the lower of `usual` and the tenant's own cap."""
    own: int | None = await tx.fetchval(CAP)
    return usual if own is None else min(usual, own)


async def progress(tx: Connection, job: Job, *, after: Position | None, handled: int, status: JobStatus) -> Job:
    """Records `handled` more companies, in the transaction that saved them. Returns the updated job.

    Raises JobCancelled, which rolls the transaction back.
    """
    row = await tx.fetchrow(PROGRESS, job.job_id, status, _position_json(after), job.processed + handled)
    if row is None:  # jobs are never deleted
        raise JobCancelled(str(job.job_id))
    return job.model_copy(update={**row, "after": after})


async def continue_later(tx: Connection, job: Job, *, total: int) -> Job:
    """Queues a new job for the rest of a finished job: `total` companies after its position."""
    job_id = derived_id(job.job_id, "job.continued", str(job.job_id))
    params = job.params.model_copy(update={"limit": job.left})
    asked = await tx.fetchval(ASKED, job.job_id)
    return await _create(tx, job_id, params, job.after, total, asked, continues=job.job_id)


async def fail(tx: Connection, job_id: UUID, *, error: str) -> Progress | None:
    """Marks a job as failed, with the reason. It can be started again, and then resumes after its position.

    `None`: it is unknown or cancelled.
    """
    row = await tx.fetchrow(FAIL, job_id, error)
    return None if row is None else Progress(*row)


async def cancel(tx: Connection, job_id: UUID) -> Progress | None:
    """Cancels a job that waits or runs; `None` if it is unknown or has ended. Waits for a batch in progress."""
    row = await tx.fetchrow(CANCEL, job_id)
    return None if row is None else Progress(*row)


async def _create(
    tx: Connection,
    job_id: UUID,
    params: Params,
    after: Position | None,
    total: int,
    asked: str,
    continues: UUID | None = None,
) -> Job:
    row = await tx.fetchrow(CREATE, job_id, params.model_dump_json(), _position_json(after), total, asked, continues)
    if row is None:
        row = await tx.fetchrow(EQUAL, job_id, asked)
    if row is None:
        raise Transient("the equal job that this job conflicted with has just ended")
    return _existing(row)


def _existing(row: asyncpg.Record | None) -> Job:
    assert row is not None  # noqa: S101 # jobs are never deleted
    after = None if row["reached"] is None else _POSITION.validate_json(row["reached"])
    return Job.model_validate({**row, "params": Params.model_validate_json(row["params"]), "after": after})


def _position_json(after: Position | None) -> str | None:
    return None if after is None else _POSITION.dump_json(after).decode()
