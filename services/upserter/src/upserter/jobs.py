"""`background_jobs`: what a request leaves for the night, and how far it has come.

A job carries all that it needs in `params`, so that any worker can go on with it after any interruption. Its status:
queued (waits for a night), running (a worker has it, or had it when it died), done, error (says why).
"""

from uuid import UUID

import asyncpg

from common.contracts import JobStatus, Model
from common.postgres import Connection
from upserter.register import Position

CREATE = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, total)
    VALUES ($1, tenant(), 'staging_upsert', 'queued', $2::jsonb, $3)
    ON CONFLICT (job_id) DO NOTHING
"""

START = """
    UPDATE background_jobs
       SET status = 'running', error = NULL, started_at = coalesce(started_at, now()), ended_at = NULL
     WHERE job_id = $1 AND status <> 'done'
 RETURNING job_id, status, params, processed, total, error
"""

#: The register may have grown since the job was made: the total follows, rather than be passed.
PROGRESS = """
    UPDATE background_jobs
       SET status = $2, params = $3::jsonb, processed = $4, total = greatest(total, $4),
           ended_at = CASE WHEN $2 = 'done' THEN now() END
     WHERE job_id = $1
 RETURNING job_id, status, params, processed, total, error
"""

FAIL = """
    UPDATE background_jobs SET status = 'error', error = $2, ended_at = now() WHERE job_id = $1
 RETURNING job_id, status, params, processed, total, error
"""

READ = "SELECT job_id, status, params, processed, total, error FROM background_jobs WHERE job_id = $1"


class Params(Model):
    """What a job is to do. `limit` is how many companies it may handle in all, `after` the place it has reached."""

    terms: list[str]
    codes: list[str]
    limit: int | None = None
    after: Position | None = None


class Job(Model):
    """A job of the transaction's tenant."""

    job_id: UUID
    status: JobStatus
    params: Params
    processed: int
    total: int
    error: str | None = None

    @property
    def left(self) -> int | None:
        """How many companies the job may still handle; None when it goes on to the register's end."""
        return None if self.params.limit is None else self.params.limit - self.processed


async def create(tx: Connection, job_id: UUID, params: Params, *, total: int) -> None:
    """Queues a job. One that exists already is left as it is."""
    await tx.execute(CREATE, job_id, params.model_dump_json(), total)


async def start(tx: Connection, job_id: UUID) -> Job | None:
    """Takes a job in hand, a running or a failed one too. None when there is none, or it is done."""
    row = await tx.fetchrow(START, job_id)
    return None if row is None else _existing(row)


async def progress(tx: Connection, job: Job, *, after: Position | None, handled: int, status: JobStatus) -> Job:
    """Records that `handled` more are behind the job, in the transaction that did it. Returns the job as it is now."""
    params = job.params.model_copy(update={"after": after})
    row = await tx.fetchrow(PROGRESS, job.job_id, status, params.model_dump_json(), job.processed + handled)
    return _existing(row)


async def fail(tx: Connection, job_id: UUID, *, error: str) -> Job:
    """Marks a job as failed, and says why. It may be started again, and then goes on from where it stood."""
    return _existing(await tx.fetchrow(FAIL, job_id, error))


async def read(tx: Connection, job_id: UUID) -> Job | None:
    """The tenant's job of this id."""
    row = await tx.fetchrow(READ, job_id)
    return None if row is None else _existing(row)


def _existing(row: asyncpg.Record | None) -> Job:
    assert row is not None  # noqa: S101 # jobs are never deleted
    return Job.model_validate({**row, "params": Params.model_validate_json(row["params"])})
