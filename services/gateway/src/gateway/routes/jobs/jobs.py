"""Requests background jobs, shows and cancels them: POST /jobs/staging_upsert, GET /jobs, GET and DELETE /jobs/{id}."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, Field

from common.contracts import CancelJob, JobProgressed, RequestIndustry
from common.errors import OutcomeUnknown
from common.ids import new_id
from gateway import jobs
from gateway.dependencies import CurrentCaller, CurrentTenant, Dependencies, Deps, IdempotencyKey, Phrase, Traceparent
from gateway.http.api_document import errors
from gateway.http.problems import Problem, outcome_unknown
from gateway.messaging import idempotency
from gateway.messaging.feed import next_fact
from gateway.wording import one_of

#: How long POST /jobs/staging_upsert waits for the upserter's answer.
ANSWER_S = 5.0

#: The most characters of all terms together: they are resolved at once, and stored with the job.
MAX_TERMS_LENGTH = 5000

router = APIRouter(prefix="/jobs")

NOT_MADE = errors(
    {
        404: "No live company of these industries is in the register; no job was made",
        409: "The tenant has as many open jobs as it may have; no job was made",
    }
)
NO_SUCH = errors({404: "The tenant has no such job"})
CANCELLED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The job has ended: it is cancelled, or had ended before"},
    202: {"description": "The cancellation is requested; the job has not ended yet", "model": jobs.Job},
}


def _not_too_long(terms: list[str]) -> list[str]:
    length = sum(map(len, terms))
    if length > MAX_TERMS_LENGTH:
        raise ValueError(
            f"{length} characters in total are too many; send at most {MAX_TERMS_LENGTH}, or several requests"
        )
    return terms


class StagingUpsertRequest(BaseModel):
    """Industries whose companies are to be upserted in the background."""

    terms: Annotated[list[Phrase], AfterValidator(_not_too_long)] = Field(
        min_length=1,
        max_length=50,
        description=f"{MAX_TERMS_LENGTH} characters in total",
        examples=[["Manufacturing", "SSIC 62"]],
    )
    limit: int | None = Field(default=None, ge=1, description="maximum number of companies")


class JobAccepted(BaseModel):
    """The job and its progress. For a repeated request it is the earlier job, until that has ended.

    `total` is null until the industries have been resolved.
    """

    job_id: UUID = Field(examples=["0198f3a2-7c1e-7d33-8a55-3f6b1c2d4e5f"])
    status: jobs.JobState
    processed: int
    total: int | None


class Jobs(BaseModel):
    """A page of jobs. `nextCursor` is the `after` of the next page, null at the end."""

    items: list[jobs.Job]
    nextCursor: str | None  # noqa: N815 - the public name


@router.post("/staging_upsert", status_code=202, responses=NOT_MADE)
async def request_staging_upsert(
    body: StagingUpsertRequest,
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    response: Response,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
) -> JobAccepted:
    """Queues a job that upserts every match, in any STAGING_UPSERT_MODE. The nightly run executes it."""
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    # STAGING_UPSERT_MODE is for chat messages only: a job is made even if it is `off`.
    key = idempotency_key or new_id()
    request = RequestIndustry(
        tenant_id=tenant.tenant_id,
        request_id=idempotency.request_id(key, tenant.tenant_id, "staging_upsert", body.terms, body.limit),
        terms=body.terms,
        sync_limit=0,
        limit=body.limit,
        preferred=list(tenant.preferred),
    )
    with deps.feed.listen(request.tenant_id, request.request_id) as facts:
        try:
            await deps.requests.submit(request, traceparent)
        except OutcomeUnknown as error:
            raise outcome_unknown(key) from error
        fact = await next_fact(facts, within_s=ANSWER_S)
    if isinstance(fact, JobProgressed):
        accepted = _accepted(request, fact)
    else:
        accepted = await _known(request, deps)
    response.headers["Location"] = f"/jobs/{accepted.job_id}"
    response.headers["Idempotency-Key"] = str(key)
    return accepted


@router.get("")
async def show_all(
    tenant: CurrentTenant,
    deps: Deps,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=200, description="`nextCursor` of the previous page")] = None,
    status: jobs.JobState | None = None,
) -> Jobs:
    """Lists the tenant's jobs, newest first, each once even if jobs are added meanwhile. `status` filters as of now."""
    position = jobs.BEGINNING if after is None else jobs.position_of(after)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await jobs.page(tx, position, status, limit + 1)
    is_last = len(found) <= limit
    return Jobs(items=found[:limit], nextCursor=None if is_last else jobs.cursor_of(found[limit - 1]))


@router.get("/{job_id}", responses=NO_SUCH)
async def job(job_id: UUID, tenant: CurrentTenant, deps: Deps) -> jobs.Job:
    """Shows the job, its progress, and its error, if any."""
    return await _found(deps, tenant.tenant_id, job_id)


@router.delete("/{job_id}", responses={**CANCELLED, **NO_SUCH})
async def cancel(
    job_id: UUID,
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    response: Response,
    traceparent: Traceparent = None,
) -> jobs.Job:
    """Cancels a job that waits or runs, and shows it. Its results are kept; a job that continues it is not cancelled.

    A job that has ended stays as it is, so a repeat does nothing. 202: the cancellation is requested, and the job has
    not ended yet; it ends after the batch that is being saved.
    """
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    with deps.feed.follow(tenant.tenant_id, job_id) as news:
        found = await _found(deps, tenant.tenant_id, job_id)
        if found.is_over:
            return found
        wanted = CancelJob(
            tenant_id=tenant.tenant_id, job_id=job_id, requested_by=caller.subject, requested_at=datetime.now(UTC)
        )
        async with deps.database.transaction(tenant.tenant_id) as tx:
            await deps.requests.announce(tx, wanted, traceparent, "interactive")
        deps.requests.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                while not found.is_over:
                    await news.wait()
                    news.clear()
                    found = await _found(deps, tenant.tenant_id, job_id)
    if not found.is_over:  # perhaps only the news did not come
        found = await _found(deps, tenant.tenant_id, job_id)
    if not found.is_over:
        response.status_code = 202
    return found


async def _found(deps: Dependencies, tenant_id: int, job_id: UUID) -> jobs.Job:
    """Finds the job. Raises Problem 404."""
    async with deps.database.transaction(tenant_id) as tx:
        found = await jobs.find(tx, job_id)
    if found is None:
        raise jobs.no_such(tenant_id, job_id)
    return found


async def _known(request: RequestIndustry, deps: Dependencies) -> JobAccepted:
    """Finds the job of an earlier request with the same key, or returns the id of the job to create."""
    async with deps.database.transaction(request.tenant_id) as tx:
        made = await jobs.find(tx, request.request_id)
    if made is None:
        return JobAccepted(job_id=request.request_id, status="queued", processed=0, total=None)
    return JobAccepted(job_id=made.job_id, status=made.status, processed=made.processed, total=made.total)


def _accepted(request: RequestIndustry, fact: JobProgressed) -> JobAccepted:
    if fact.answer is None:
        return JobAccepted(job_id=request.request_id, status="queued", processed=0, total=None)
    if not fact.answer.resolved:
        meant = one_of(fact.answer.suggestions)
        hint = f"Did you mean {meant}? Or try" if meant else "Try"
        raise Problem(422, "No industry recognised", f"None of {request.terms} names an industry. {hint} `SSIC 62`.")
    if fact.job_id is None and fact.error:
        raise Problem(409, "Too many open jobs", f"No job was created: {fact.error}.")
    if fact.job_id is None:
        raise Problem(
            404, "Nothing to do", "No live company of these industries is in the register; no job was created."
        )
    return JobAccepted(job_id=fact.job_id, status=fact.status, processed=fact.processed, total=fact.total)
