"""Turns a rep's words into companies: the best few at once, the rest as a job that a night executes.

in               out                                 on a repeat                  on a failure
RequestIndustry  JobProgressed: the answer;          the same rows, the same      nothing is written
                 CompanyUpserted and                 events
                 RequestEnrichment: each company
                 saved at once
RequestUpsert    JobProgressed: each batch;          the job goes on after its    committed batches stay; a permanent
                 CompanyUpserted: each company new   last committed batch         error sets the job to `error`, with
                 to the tenant, or changed                                        the reason
RefreshRegister  nothing                             goes on, or finds nothing    committed batches stay
                                                     new
CompanyEnriched  nothing                             the same time is noted       nothing is written

What a job leaves over after its share becomes a new job. RefreshRegister brings new and changed register entries into
`companies`; CompanyEnriched notes when a tenant's candidate was last enriched.
"""

from datetime import datetime
from uuid import UUID

from common.contracts import (
    CompanyEnriched,
    CompanyUpserted,
    JobProgressed,
    JobStatus,
    RefreshRegister,
    RequestEnrichment,
    RequestIndustry,
    RequestUpsert,
)
from common.errors import LeaseLost, Transient, Unavailable
from common.postgres import Connection
from common.stage import Stage
from common.work import Batch, Work
from industries.index import IndustryIndex
from upserter import candidates, jobs, register
from upserter.jobs import Job, Progress
from upserter.refreshing import refresh
from upserter.register import Matches
from upserter.saving import save_all
from upserter.searching import search


def upserter(industries: IndustryIndex, *, batch_size: int, max_per_job: int) -> Stage:
    """The stage. A transaction handles `batch_size` companies, a job `max_per_job` of them, or the tenant's own cap."""
    stage = Stage("upserter")

    @stage.handles(RequestIndustry)
    async def find(work: Work[RequestIndustry]) -> None:
        """One transaction. Words that name no industry are answered too: with what may have been meant."""
        request = work.event
        resolution = industries.resolve(request.terms, year=work.now.year)
        async with work.finish() as tx:
            template = work.event_template(CompanyUpserted)
            found = await search(tx, request, resolution, industries, template, now=work.now)
            job = found.job
            work.announce(
                JobProgressed(
                    tenant_id=request.tenant_id,
                    request_id=request.request_id,
                    job_id=job.job_id if job else None,
                    status=job.status if job else "done",
                    processed=job.processed if job else 0,
                    total=job.total if job else 0,
                    answer=found.answer,
                )
            )
            for company in found.saved:
                work.announce(RequestEnrichment(tenant_id=request.tenant_id, company=company))

    @stage.handles(RequestUpsert)
    async def execute(work: Work[RequestUpsert]) -> None:
        """A transaction per batch, each with its cursor. A job that is unknown or done is left in peace."""
        try:
            async with work.step() as tx:
                job = await jobs.start(tx, work.event.job_id)
                most = await jobs.share(tx, max_per_job)
            if job is not None:
                await run(work, job, most)
        except (Unavailable, Transient, LeaseLost):
            raise  # the job stays `running`: it goes on from its last batch
        except Exception as error:
            reason = f"{error}. Once that is put right, replay the dead letter: the job goes on from its last batch."
            async with work.step() as tx:
                failed = await jobs.fail(tx, work.event.job_id, error=reason)
                if failed is not None:
                    work.announce(progress_of(failed, work.event.tenant_id))
            raise

    async def run(work: Work[RequestUpsert], job: Job, most: int) -> None:
        """Batch after batch until no match is left or the job has had its share; what is left then is a new job.

        One batch is held back until the next one is known to be there: the last of all goes with the event's end.
        """
        wanted = job.params.wanted
        async with work.reading() as tx:
            counts = await register.count(tx, wanted)
        allowed = max(0, min(most, job.params.limit or most) - job.processed)
        after = job.after
        batches = register.batches(work.reading, wanted, counts, size=batch_size, limit=allowed, after=after)
        batch = await anext(batches, Matches())
        while following := await anext(batches, None):
            async with work.step() as tx:
                job = await hand_over(tx, work, job, batch, "running")
                work.announce(progress_of(job, work.event.tenant_id))
            batch = following
        async with work.finish() as tx:
            is_over = job.processed + len(batch) == job.params.limit
            done = await hand_over(tx, work, job, batch, "done")
            more = [] if is_over else await register.best(tx, wanted, counts, limit=1, after=done.after)
            rest = await jobs.continue_later(tx, done, total=max(1, job.total - done.processed)) if more else None
            work.announce(progress_of(done, work.event.tenant_id, continued_by=rest.job_id if rest else None))

    async def hand_over(tx: Connection, work: Work[RequestUpsert], job: Job, batch: Matches, status: JobStatus) -> Job:
        """Saves a batch and moves the job past it, in one transaction."""
        await save_all(tx, batch.entries, job.job_id, work.event_template(CompanyUpserted))
        after = batch[-1] if batch else job.after
        return await jobs.progress(tx, job, after=after, handled=len(batch), status=status)

    @stage.handles(RefreshRegister)
    async def catch_up(work: Work[RefreshRegister]) -> None:
        """A transaction per batch, each with its cursor."""
        await refresh(work.step, batch_size=batch_size)

    @stage.handles(CompanyEnriched, batch=200)
    async def remember(work: Batch[CompanyEnriched]) -> None:
        """The newest time counts, in whatever order they come."""
        newest: dict[int, datetime] = {}
        for event in work.events:
            company_id = event.company.company_id
            newest[company_id] = max(event.enriched_at, newest.get(company_id, event.enriched_at))
        await candidates.mark_enriched(work.tx, newest)

    return stage


def progress_of(job: Job | Progress, tenant_id: int, *, continued_by: UUID | None = None) -> JobProgressed:
    """The event that tells where this job stands, and which one goes on from it."""
    return JobProgressed(
        tenant_id=tenant_id,
        request_id=job.job_id,
        job_id=job.job_id,
        status=job.status,
        processed=job.processed,
        total=job.total,
        error=job.error,
        continued_by=continued_by,
    )
