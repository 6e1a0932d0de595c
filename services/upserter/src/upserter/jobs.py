"""`background_jobs`: what a request leaves for the night, and how far it has come.

A job carries all that it needs in `params`, and in `reached` the place it has come to, so that any worker can go on
with it after any interruption. Its status: queued (waits for a night), running (a worker has it, or had it when it
died), done, error (says why). A request that is made again while its job is queued or running gets that job. A job that
has had its share of a night is done; what is left then is a new job, queued, that `continues` it.
"""

import hashlib
from typing import NamedTuple
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from common.contracts import JobStatus, Model
from common.errors import Transient
from common.ids import derived_id
from common.postgres import Connection
from industries.index import VersionedCode
from upserter.register import Position, Wanted

_PROGRESS = "job_id, status, processed, total, error"
_JOB = f"{_PROGRESS}, params, reached"

#: Taken for an equal request's whichever of the two is there: an active job that was asked for so, or this very one.
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

#: One that failed is not taken up while a newer one does the same.
START = f"""
    UPDATE background_jobs AS job
       SET status = 'running', error = NULL, started_at = coalesce(started_at, now()), ended_at = NULL
     WHERE job_id = $1 AND status <> 'done'
       AND NOT EXISTS (SELECT 1 FROM background_jobs AS other
                        WHERE other.tenant_id = tenant() AND other.asked = job.asked AND other.job_id <> job.job_id
                          AND other.status IN ('queued', 'running'))
 RETURNING {_JOB}
"""
CAP = "SELECT upsert_max_per_job FROM tenants WHERE tenant_id = tenant()"

#: The register may have grown since the job was made: the total follows, rather than be passed.
PROGRESS = f"""
    UPDATE background_jobs
       SET status = $2, reached = $3::jsonb, processed = $4,
           total = CASE WHEN $2 = 'done' THEN $4 ELSE greatest(total, $4) END,
           ended_at = CASE WHEN $2 = 'done' THEN now() END
     WHERE job_id = $1
 RETURNING {_PROGRESS}
"""
ASKED = "SELECT asked FROM background_jobs WHERE job_id = $1"

FAIL = f"""
    UPDATE background_jobs SET status = 'error', error = $2, ended_at = now() WHERE job_id = $1
 RETURNING {_PROGRESS}
"""

READ = f"SELECT {_JOB} FROM background_jobs WHERE job_id = $1"


_PLACE = TypeAdapter(Position)


class Params(Model):
    """What a job is to do. `limit` is how many companies it may handle in all.

    `bands` are the wanted five-digit codes, those nearest to the tenant's ICP first; `left_out` the excluded ones.
    """

    terms: list[str]
    bands: list[list[VersionedCode]]
    left_out: tuple[VersionedCode, ...] = ()
    founded_since: int | None = None
    limit: int | None = None

    @property
    def wanted(self) -> Wanted:
        return Wanted(tuple(map(tuple, self.bands)), self.founded_since, self.left_out)

    @property
    def asked(self) -> str:
        """The same for all requests that come to the same companies, whatever their words."""
        codes = sorted(code for band in self.bands for code in band)
        return hashlib.sha256(repr((codes, sorted(self.left_out), self.founded_since, self.limit)).encode()).hexdigest()


class Progress(NamedTuple):
    """How far a job is; of one whose parameters cannot be read, too."""

    job_id: UUID
    status: JobStatus
    processed: int
    total: int
    error: str | None


class Job(Model):
    """A job of the transaction's tenant. `after` is the place it has reached."""

    job_id: UUID
    status: JobStatus
    params: Params
    processed: int
    total: int
    error: str | None = None
    after: Position | None = None

    @property
    def left(self) -> int | None:
        """How many companies the job may still handle; None when it goes on to the register's end."""
        return None if self.params.limit is None else self.params.limit - self.processed


async def create(tx: Connection, job_id: UUID, params: Params, *, total: int, after: Position | None = None) -> Job:
    """Queues a job and returns it: or the one that is there, if this or an equal request has made it already.

    It begins `after` a place, where what stands before it is done.
    """
    return await _create(tx, job_id, params, after, total, params.asked)


async def start(tx: Connection, job_id: UUID) -> Job | None:
    """Takes a job in hand, a running or a failed one too. None when there is none, it is done, or another does it."""
    try:
        row = await tx.fetchrow(START, job_id)
    except asyncpg.UniqueViolationError as error:
        raise Transient(f"job {job_id} meets an equal one that was made at this moment") from error
    return None if row is None else _existing(row)


async def share(tx: Connection, usual: int) -> int:
    """How many companies a job of the transaction's tenant may handle: the tenant's own cap where that is smaller."""
    own: int | None = await tx.fetchval(CAP)
    return usual if own is None else min(usual, own)


async def progress(tx: Connection, job: Job, *, after: Position | None, handled: int, status: JobStatus) -> Job:
    """Records that `handled` more are behind the job, in the transaction that did it. Returns the job as it is now."""
    row = await tx.fetchrow(PROGRESS, job.job_id, status, _place(after), job.processed + handled)
    assert row is not None  # noqa: S101 # jobs are never deleted
    return job.model_copy(update={**row, "after": after})


async def continue_later(tx: Connection, job: Job, *, total: int) -> Job:
    """Queues what a job that is done has left over: `total` companies from its place on."""
    limit = None if job.params.limit is None else job.params.limit - job.processed
    job_id = derived_id(job.job_id, "job.continued", str(job.job_id))
    params = job.params.model_copy(update={"limit": limit})
    asked = await tx.fetchval(ASKED, job.job_id)
    return await _create(tx, job_id, params, job.after, total, asked, continues=job.job_id)


async def fail(tx: Connection, job_id: UUID, *, error: str) -> Progress | None:
    """Marks a job as failed, and says why. It may be started again, and then goes on from where it stood."""
    row = await tx.fetchrow(FAIL, job_id, error)
    return None if row is None else Progress(*row)


async def read(tx: Connection, job_id: UUID) -> Job | None:
    """The tenant's job of this id."""
    row = await tx.fetchrow(READ, job_id)
    return None if row is None else _existing(row)


async def _create(
    tx: Connection,
    job_id: UUID,
    params: Params,
    after: Position | None,
    total: int,
    asked: str,
    continues: UUID | None = None,
) -> Job:
    row = await tx.fetchrow(CREATE, job_id, params.model_dump_json(), _place(after), total, asked, continues)
    if row is None:
        row = await tx.fetchrow(EQUAL, job_id, asked)
    if row is None:
        raise Transient("the equal job that was in the way has just ended")
    return _existing(row)


def _existing(row: asyncpg.Record | None) -> Job:
    assert row is not None  # noqa: S101 # jobs are never deleted
    after = None if row["reached"] is None else _PLACE.validate_json(row["reached"])
    return Job.model_validate({**row, "params": Params.model_validate_json(row["params"]), "after": after})


def _place(after: Position | None) -> str | None:
    return None if after is None else _PLACE.dump_json(after).decode()
