"""Turns a rep's words into companies: the best few at once, the rest as a job that a night executes.

in                 out                                                          on a repeat
RequestIndustry    JobProgressed with the answer; of each company saved at      the same rows, the same events
                   once CompanyUpserted and RequestEnrichment; a queued job
RequestUpsert      CompanyUpserted of each company, JobProgressed per batch     goes on after the last batch

A failure leaves whole batches only. One that a repeat cannot mend marks the job as `error`, with the reason.
"""

from uuid import UUID

from common.contracts import (
    CompanyUpserted,
    JobProgressed,
    JobStatus,
    RequestEnrichment,
    RequestIndustry,
    RequestUpsert,
)
from common.errors import LeaseLost, Transient, Unavailable
from common.stage import Stage, Work
from upserter import jobs, register
from upserter.companies import Upserted
from upserter.industries import IndustryIndex
from upserter.jobs import Job
from upserter.saving import save
from upserter.searching import search


def upserter(industries: IndustryIndex, *, batch_size: int, max_per_job: int) -> Stage:
    """The stage. A job handles `batch_size` companies per transaction and `max_per_job` per RequestUpsert."""
    stage = Stage("upserter")
    titles = industries.titles

    @stage.handles(RequestIndustry)
    async def find(work: Work[RequestIndustry]) -> None:
        """One transaction. Words that name no industry are answered too: with nothing resolved."""
        request = work.event
        resolution = industries.resolve(request.terms)
        async with work.finish() as tx:
            found = await search(tx, request, resolution, titles)
            work.announce(
                JobProgressed(
                    tenant_id=request.tenant_id,
                    request_id=request.request_id,
                    job_id=found.job_id,
                    status="queued" if found.job_id else "done",
                    processed=0,
                    total=found.answer.remaining,
                    answer=found.answer,
                )
            )
            for each in found.saved:
                work.announce(told(each, request.tenant_id, job_id=request.request_id))
                work.announce(RequestEnrichment(tenant_id=request.tenant_id, company=each.company))

    @stage.handles(RequestUpsert)
    async def execute(work: Work[RequestUpsert]) -> None:
        """A transaction per batch, each with its cursor. A job that is unknown or done is left in peace."""
        async with work.step() as tx:
            job = await jobs.start(tx, work.event.job_id)
        if job is None:
            return
        try:
            await run(work, job)
        except (Unavailable, Transient, LeaseLost):
            raise  # the job stays `running`: it goes on from its last batch
        except Exception as error:
            reason = f"{error}. Once that is put right, replay the dead letter: the job goes on from its last batch."
            async with work.step() as tx:
                work.announce(progress_of(await jobs.fail(tx, job.job_id, error=reason), work.event.tenant_id))
            raise

    async def run(work: Work[RequestUpsert], job: Job) -> None:
        """Batches until the job is done or the night's share is; then it is queued again, for the next one."""
        share = max_per_job
        status: JobStatus = "running"
        while status == "running":
            size = min(batch_size, share, job.left or share)
            async with work.reading() as tx:
                matches = await register.best_matches(tx, job.params.codes, limit=size, after=job.params.after)
            share -= len(matches)
            if len(matches) < size or len(matches) == job.left:
                status = "done"
            elif not share:
                status = "queued"
            async with work.step() if status == "running" else work.finish() as tx:
                saved = await save(tx, matches, titles, job.job_id)
                after = matches[-1].position if matches else job.params.after
                job = await jobs.progress(tx, job, after=after, handled=len(matches), status=status)
                for each in saved:
                    work.announce(told(each, work.event.tenant_id, job_id=job.job_id))
                work.announce(progress_of(job, work.event.tenant_id))

    return stage


def told(upserted: Upserted, tenant_id: int, *, job_id: UUID) -> CompanyUpserted:
    """The event that tells of this company."""
    return CompanyUpserted(tenant_id=tenant_id, company=upserted.company, inserted=upserted.inserted, job_id=job_id)


def progress_of(job: Job, tenant_id: int) -> JobProgressed:
    """The event that tells where this job stands."""
    return JobProgressed(
        tenant_id=tenant_id,
        request_id=job.job_id,
        job_id=job.job_id,
        status=job.status,
        processed=job.processed,
        total=job.total,
        error=job.error,
    )
