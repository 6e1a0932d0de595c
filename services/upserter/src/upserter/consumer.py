"""Turns a rep's words into companies: the best few at once, the rest as a job that a night executes.

in                 out                               on a repeat                  on a failure
RequestIndustry    JobProgressed: the answer;        the same rows, the same      nothing is written
                   CompanyUpserted and               events
                   RequestEnrichment: each company
                   saved at once
RequestUpsert      JobProgressed: each batch;        the job goes on after its    committed batches stay; a permanent
                   CompanyUpserted: each company     last committed batch         error sets the job to `error`, with
                   new to the tenant, or changed                                  the reason
CancelJob          JobProgressed, if the job waited  the job has ended already     nothing is written
                   or ran
RefreshRegister    nothing                           goes on, or finds nothing    committed batches stay
                                                     new
RequestCandidates  CompanyUpserted: each company     passes over what is a        committed batches stay
                   new to the tenant, or changed     candidate already
CompanyEnriched    nothing                           the same time is noted       nothing is written

What a job leaves over after its share becomes a new job. RefreshRegister brings new and changed register entries into
`companies`; RequestCandidates adds companies of the whole register by the tenant's ICP; CompanyEnriched notes when a
tenant's candidate was last enriched.
"""

from datetime import datetime

from common.contracts import (
    CancelJob,
    CompanyEnriched,
    CompanyUpserted,
    RefreshRegister,
    RequestCandidates,
    RequestEnrichment,
    RequestIndustry,
    RequestUpsert,
)
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from industries.index import IndustryIndex
from upserter import candidates, jobs, metrics
from upserter.icp_search import find_candidates
from upserter.job_execution import execute, progress_event
from upserter.refreshing import refresh
from upserter.searching import search


def upserter(industries: IndustryIndex, *, batch_size: int, max_per_job: int) -> Stage:
    """Builds the stage. A job handles `max_per_job` companies or the tenant's own cap, `batch_size` a transaction."""
    stage = Stage("upserter")

    @stage.handles(RequestIndustry)
    async def answer(work: Work[RequestIndustry]) -> None:
        """Answers in one transaction; words that name no industry too, with suggestions."""
        request = work.event
        resolution = industries.resolve(request.terms, year=work.now.year)
        async with work.finish() as tx:
            template = work.event_template(CompanyUpserted)
            result = await search(tx, request, resolution, industries, template, now=work.now)
            work.announce(result.to_event(request))
            for company in result.saved:
                work.announce(RequestEnrichment(tenant_id=request.tenant_id, company=company))

    @stage.handles(RequestUpsert)
    async def execute_job(work: Work[RequestUpsert]) -> None:
        """Commits each batch with the job's position, so that any worker can resume the job."""
        await execute(work, batch_size=batch_size, max_per_job=max_per_job)

    @stage.handles(CancelJob)
    async def cancel_job(work: Work[CancelJob]) -> None:
        """Ends the job after the batch that is being saved; what was saved stays."""
        async with work.finish() as tx:
            cancelled = await jobs.cancel(tx, work.event.job_id)
            if cancelled is not None:
                work.announce(progress_event(cancelled, work.event.tenant_id))
        metrics.jobs_ended.labels("cancelled").inc(cancelled is not None)

    @stage.handles(RefreshRegister)
    async def refresh_companies(work: Work[RefreshRegister]) -> None:
        """Commits each batch with the refresh's position, so that any worker can resume it."""
        await refresh(work.step, batch_size=batch_size)

    @stage.handles(RequestCandidates)
    async def add_candidates(work: Work[RequestCandidates]) -> None:
        """Commits each batch; a pass that broke off begins again and passes over what is there."""
        await find_candidates(work, industries, batch_size=batch_size, max_per_job=max_per_job)

    @stage.handles(CompanyEnriched, batch=200)
    async def note_enrichment(work: Batch[CompanyEnriched]) -> None:
        """Notes the newest time of each company, in whatever order the events come."""
        newest: dict[int, datetime] = {}
        for event in work.events:
            company_id = event.company.company_id
            newest[company_id] = max(event.enriched_at, newest.get(company_id, event.enriched_at))
        await candidates.mark_enriched(work.tx, newest)

    return stage
