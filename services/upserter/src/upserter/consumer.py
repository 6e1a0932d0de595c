"""Turns a rep's words into companies: the best few at once, the rest as a job that a night executes.

in                 out                                 when run again               on a failure
RequestIndustry    JobProgressed: the answer;          the same rows, the same      nothing is written
                   CompanyUpserted: each saved         events
                   company that is new or changed;
                   RequestEnrichment: each saved
                   company
RequestUpsert      JobProgressed: each batch;          the job resumes after its    committed batches stay; a
                   CompanyUpserted: each company new   last committed batch         `Transient` error is retried; any
                   to the tenant, or changed                                        other sets the job to `error` and
                                                                                    announces it
CancelJob          JobProgressed, if the job waited    the job has ended already    nothing is written
                   or ran
RefreshRegister    nothing                             resumes at its position      committed batches stay; it is
                                                                                    retried while `leadgen load` runs
RequestCandidates  CompanyUpserted: each company new   skips companies that are     committed batches stay
                   to the tenant, or changed           candidates already
CompanyEnriched    nothing                             the same time is saved       the batch is rolled back, then each
                                                                                    event is handled alone

Lanes: RequestIndustry and CancelJob are interactive (a rep waits), RequestUpsert, RefreshRegister and RequestCandidates
nightly; CompanyEnriched has its request's lane. Each lane has its own workers, and announced events keep the lane.

A second delivery of an event never reaches a handler: "when run again" is after a crash or a failure. An event ends
when its handler returns; announced events are sent once their transaction has committed. While the database is away, an
event waits. After a `Transient` error it is retried for 24 hours, then it is a dead letter. After any other error it is
a dead letter at once; too many unknown errors pause the tenant instead.

A job that reaches its limit of companies is done, and a new job continues it. RefreshRegister brings new and changed
register entries into `companies`; RequestCandidates adds companies of the whole register by the tenant's ICP;
CompanyEnriched notes when a tenant's candidate was last enriched.
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
from upserter import metrics
from upserter.icp_search import find_candidates
from upserter.job_execution import execute, progress_event
from upserter.refreshing import refresh
from upserter.searching import search
from upserter.tables import candidates, jobs


def upserter(industries: IndustryIndex, *, batch_size: int, max_per_job: int) -> Stage:
    """Builds the stage. A job handles `max_per_job` companies or the tenant's own cap, `batch_size` a transaction."""
    stage = Stage("upserter")

    @stage.handles(RequestIndustry)
    async def answer(work: Work[RequestIndustry]) -> None:
        """Answers the request in one transaction. If the words name no industry, the answer has suggestions."""
        request = work.event
        resolution = industries.resolve(request.terms, year=work.now.year)
        async with work.finish() as tx:
            template = work.event_template(CompanyUpserted)
            # Writes the companies, and their CompanyUpserted events by the template.
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
        if cancelled is not None:
            metrics.jobs_ended.labels("cancelled").inc()

    @stage.handles(RefreshRegister)
    async def refresh_companies(work: Work[RefreshRegister]) -> None:
        """Commits each batch with the refresh's position, so that any worker can resume it."""
        await refresh(work.step, batch_size=batch_size)

    @stage.handles(RequestCandidates)
    async def add_candidates(work: Work[RequestCandidates]) -> None:
        """Commits each batch. A search that was interrupted starts again and skips known candidates."""
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
