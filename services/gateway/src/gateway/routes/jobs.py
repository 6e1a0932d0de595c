"""Background jobs: asking for one, and looking at it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, Field

from common.contracts import JobProgressed, JobStatus, RequestIndustry
from common.errors import OutcomeUnknown
from common.ids import new_id
from gateway import idempotency, jobs
from gateway.feed import next_fact
from gateway.parts import TOO_MANY, IdempotencyKey, InParts, OfTenant, Parts, Phrase, Traceparent
from gateway.problems import MEDIA_TYPE, Problem, outcome_unknown
from gateway.wording import one_of

#: How long POST /jobs/staging_upsert waits to say how much there is to do.
ANSWER_S = 5.0

#: Characters of all terms together: they are resolved in one go, and kept with the job.
LONGEST_TERMS = 5000

router = APIRouter(prefix="/jobs")

FULL: dict[int | str, dict[str, Any]] = {
    409: {
        "description": "The tenant has as many open jobs as it may have; no job was made",
        "content": {MEDIA_TYPE: {}},
    }
}


def _not_too_long(terms: list[str]) -> list[str]:
    length = sum(map(len, terms))
    if length > LONGEST_TERMS:
        raise ValueError(f"{length} characters in all are too many: give {LONGEST_TERMS} at most, or ask in parts")
    return terms


class StagingUpsertRequest(BaseModel):
    """Industries to take over from the register in the background."""

    terms: Annotated[list[Phrase], AfterValidator(_not_too_long)] = Field(
        min_length=1,
        max_length=50,
        description=f"{LONGEST_TERMS} characters in all",
        examples=[["Manufacturing", "SSIC 62"]],
    )
    limit: int | None = Field(default=None, ge=1, description="at most so many companies")


class JobAccepted(BaseModel):
    """The job and where it stands: an earlier one, perhaps running, if the same was asked for and is not done yet.

    `total` is null while the industries are still being looked up.
    """

    job_id: UUID
    status: JobStatus
    processed: int
    total: int | None


@router.post("/staging_upsert", status_code=202, responses={**FULL, **TOO_MANY})
async def request_staging_upsert(
    body: StagingUpsertRequest,
    tenant: OfTenant,
    parts: InParts,
    response: Response,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
) -> JobAccepted:
    """Queues a job that takes over every match, whatever STAGING_UPSERT_MODE says; the night executes it."""
    await parts.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
    # Whoever asks for a job gets one: STAGING_UPSERT_MODE says what a chat message does, and `off` too.
    key = idempotency_key or new_id()
    request = RequestIndustry(
        tenant_id=tenant.tenant_id,
        request_id=idempotency.request_id(key, tenant.tenant_id, "staging_upsert", body.terms, body.limit),
        terms=body.terms,
        sync_limit=0,
        limit=body.limit,
        preferred=list(tenant.preferred),
    )
    with parts.feed.listen(request.tenant_id, request.request_id) as facts:
        try:
            await parts.requests.submit(request, traceparent)
        except OutcomeUnknown as error:
            raise outcome_unknown(key) from error
        fact = await next_fact(facts, within_s=ANSWER_S)
    if isinstance(fact, JobProgressed):
        accepted = _accepted(request, fact)
    else:
        accepted = await _known(request, parts)
    response.headers["Location"] = f"/jobs/{accepted.job_id}"
    response.headers["Idempotency-Key"] = str(key)
    return accepted


@router.get("/{job_id}")
async def job(job_id: UUID, tenant: OfTenant, parts: InParts) -> jobs.Job:
    """The job, how far it is, and what went wrong if anything did."""
    async with parts.database.transaction(tenant.tenant_id) as tx:
        found = await jobs.find(tx, job_id)
    if found is None:
        raise Problem(404, "No such job", f"Tenant {tenant.tenant_id} has no job {job_id}.")
    return found


async def _known(request: RequestIndustry, parts: Parts) -> JobAccepted:
    """The job that an earlier request with the same key made; else one that is yet to be made."""
    async with parts.database.transaction(request.tenant_id) as tx:
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
        raise Problem(409, "Too many open jobs", f"No job was made: {fact.error}.")
    if fact.job_id is None:
        raise Problem(404, "Nothing to do", "No live company of these industries is in the register; no job was made.")
    return JobAccepted(job_id=fact.job_id, status=fact.status, processed=fact.processed, total=fact.total)
