"""POST /jobs/staging_upsert and GET /jobs/{id}: requests a background job, and shows it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, Field

from common.contracts import JobProgressed, JobStatus, RequestIndustry
from common.errors import OutcomeUnknown
from common.ids import new_id
from gateway import idempotency, jobs
from gateway.api_document import errors
from gateway.dependencies import CurrentTenant, Dependencies, Deps, IdempotencyKey, Phrase, Traceparent
from gateway.feed import next_fact
from gateway.problems import Problem, outcome_unknown
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
    """The job and its progress. For a repeated request it is the earlier job, until that is done.

    `total` is null until the industries have been resolved.
    """

    job_id: UUID
    status: JobStatus
    processed: int
    total: int | None


@router.post("/staging_upsert", status_code=202, responses=NOT_MADE)
async def request_staging_upsert(
    body: StagingUpsertRequest,
    tenant: CurrentTenant,
    deps: Deps,
    response: Response,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
) -> JobAccepted:
    """Queues a job that upserts every match, in any STAGING_UPSERT_MODE. The nightly run executes it."""
    await deps.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
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


@router.get("/{job_id}", responses=NO_SUCH)
async def job(job_id: UUID, tenant: CurrentTenant, deps: Deps) -> jobs.Job:
    """Shows the job, its progress, and its error, if any."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await jobs.find(tx, job_id)
    if found is None:
        raise Problem(404, "No such job", f"Tenant {tenant.tenant_id} has no job {job_id}.")
    return found


async def _known(request: RequestIndustry, deps: Dependencies) -> JobAccepted:
    """Finds the job that an earlier request with the same key made; otherwise names the one to be made."""
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
