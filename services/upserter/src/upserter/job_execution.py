"""Executes a queued job: saves its matches batch by batch, a transaction each, and announces the progress."""

from uuid import UUID

from common.contracts import CompanyUpserted, JobProgressed, JobStatus, RequestUpsert
from common.errors import LeaseLost, Transient, Unavailable
from common.handling.work import Work
from common.postgres import Connection
from upserter import metrics
from upserter.model import Job, Matches, Progress, status_and_error
from upserter.saving import save_all
from upserter.tables import jobs, register


async def execute(work: Work[RequestUpsert], *, batch_size: int, max_per_job: int) -> None:
    """Starts or resumes the job; an unknown one, or one that has ended, is ignored. A permanent error fails the job.

    A job that is cancelled meanwhile ends with the batch before.
    """
    try:
        async with work.step() as tx:
            job = await jobs.start(tx, work.event.job_id)
            limit = await jobs.find_limit(tx, max_per_job)
        if job is not None:
            await _run(work, job, batch_size=batch_size, limit=limit)
    except jobs.JobCancelled:
        return  # the batch is rolled back, and the event ends
    except (Unavailable, Transient, LeaseLost):
        raise  # the job stays `running`: it is resumed after its last batch
    except Exception as error:
        reason = f"{error}. Fix the cause, then retry the dead letter: the job resumes after its last batch."
        async with work.step() as tx:
            failed = await jobs.fail(tx, work.event.job_id, error=reason)
            if failed is not None:
                work.announce(progress_event(failed, work.event.tenant_id))
        metrics.jobs_ended.labels("error").inc(failed is not None)
        raise


async def _run(work: Work[RequestUpsert], job: Job, *, batch_size: int, limit: int) -> None:
    """Saves batches until no match is left or the job has reached its limit; queues a new job for the rest.

    Each batch is held back until the next one is known, because the last one is committed together with the event's
    end.
    """
    criteria = job.params.criteria
    async with work.reading() as tx:
        counts = await register.count(tx, criteria)
    allowed = max(0, min(limit, job.params.limit or limit) - job.processed)
    batches = register.batches(work.reading, criteria, counts, size=batch_size, limit=allowed, after=job.after)
    batch = await anext(batches, Matches())
    while following := await anext(batches, None):
        async with work.step() as tx:
            job = await _save_batch(tx, work, job, batch, "running")
            work.announce(progress_event(job, work.event.tenant_id))
        metrics.job_companies.inc(len(batch))
        batch = following
    async with work.finish() as tx:
        is_over = job.processed + len(batch) == job.params.limit
        done = await _save_batch(tx, work, job, batch, "done")
        more = [] if is_over else await register.best(tx, criteria, counts, limit=1, after=done.after)
        rest = await jobs.continue_later(tx, done, total=max(1, job.total - done.processed)) if more else None
        work.announce(progress_event(done, work.event.tenant_id, continued_by=rest.job_id if rest else None))
    metrics.job_companies.inc(len(batch))
    metrics.jobs_ended.labels("done").inc()


async def _save_batch(tx: Connection, work: Work[RequestUpsert], job: Job, batch: Matches, status: JobStatus) -> Job:
    """Saves a batch and moves the job past it, in one transaction."""
    await save_all(tx, batch.entries, job.job_id, work.event_template(CompanyUpserted))
    after = batch[-1] if batch else job.after
    return await jobs.progress(tx, job, after=after, handled=len(batch), status=status)


def progress_event(job: Job | Progress, tenant_id: int, *, continued_by: UUID | None = None) -> JobProgressed:
    """Builds the event that announces a job's progress and, once it is done, the job that continues it."""
    status, error = status_and_error(job)
    return JobProgressed(
        tenant_id=tenant_id,
        request_id=job.job_id,
        job_id=job.job_id,
        status=status,
        processed=job.processed,
        total=job.total,
        error=error,
        continued_by=continued_by,
        is_cancelled=job.status == "cancelled" or None,
    )
