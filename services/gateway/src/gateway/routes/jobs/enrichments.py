"""POST /enrichments and GET /enrichments/{request_id}: requests the enrichment of companies, and shows its progress."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from common.contracts import RequestEnrichment
from common.errors import OutcomeUnknown
from common.ids import new_id
from common.singapore.calendar import midnight_in_singapore
from gateway import audit_log
from gateway.access.caller import Caller
from gateway.access.tenants import Tenant
from gateway.companies import requested
from gateway.companies.requested import RequestedEnrichment
from gateway.dependencies import CurrentCaller, CurrentTenant, Dependencies, Deps, IdempotencyKey, Traceparent
from gateway.http.api_document import errors
from gateway.http.problems import Problem, outcome_unknown
from gateway.lists.cursors import MAX_ID
from gateway.messaging import idempotency

#: The most companies of one request.
MOST = 200

router = APIRouter(prefix="/enrichments")

CompanyId = Annotated[int, Field(ge=1, le=MAX_ID)]
REFUSED = errors(
    {
        404: "A company is not a candidate of the tenant; nothing was requested",
        409: "The tenant's cap of the day does not allow so many; nothing was requested",
    }
)
NO_SUCH = errors({404: "The tenant has no such request, or it is older than seven days"})


class EnrichmentRequest(BaseModel):
    """Companies to enrich and score again as soon as possible."""

    model_config = ConfigDict(extra="forbid")

    company_ids: list[CompanyId] = Field(
        min_length=1, max_length=MOST, description="candidates of the tenant", examples=[[1764460, 1764461]]
    )


@router.post("", status_code=202, responses=REFUSED)
async def request_enrichment(
    body: EnrichmentRequest,
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    response: Response,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
) -> RequestedEnrichment:
    """Requests that these candidates are enriched and scored again now, whatever their last enrichment.

    All of them, or none.

    What vendors were paid for lately is not bought again, and their budgets of the day hold: a step that a budget does
    not allow is left out, and `cut_short` says so. A day's requests have ENRICH_NOW_DAILY_CAP_PER_TENANT companies at
    most, or the tenant's own cap of a night.
    """
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    key = idempotency_key or new_id()
    company_ids = sorted(set(body.company_ids))
    request_id = idempotency.request_id(key, tenant.tenant_id, "enrichments", company_ids)
    try:
        found = await _request(deps, caller, tenant, request_id, company_ids, traceparent)
    except OutcomeUnknown as error:
        raise outcome_unknown(key) from error
    deps.requests.wake()
    response.headers["Location"] = f"/enrichments/{request_id}"
    response.headers["Idempotency-Key"] = str(key)
    return found


@router.get("/{request_id}", responses=NO_SUCH)
async def show(request_id: UUID, tenant: CurrentTenant, deps: Deps) -> RequestedEnrichment:
    """Shows the progress of a request's companies."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await requested.find(tx, request_id, tenant.tenant_id)
    if found is None:
        raise requested.no_such(tenant.tenant_id, request_id)
    return found


async def _request(
    deps: Dependencies,
    caller: Caller,
    tenant: Tenant,
    request_id: UUID,
    company_ids: list[int],
    traceparent: str | None,
) -> RequestedEnrichment:
    """Records and announces the request, unless it is recorded already. Raises Problem 404 and 409."""
    now = datetime.now(UTC)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        await requested.lock(tx)
        if (earlier := await requested.find(tx, request_id, tenant.tenant_id)) is not None:
            return earlier
        companies = await requested.candidates(tx, company_ids)
        if missing := sorted(set(company_ids) - {it.company_id for it in companies}):
            raise _no_candidates(tenant.tenant_id, missing)
        usual = deps.settings.enrich_now_daily_cap_per_tenant
        allowed = await requested.allowance(tx, usual, midnight_in_singapore(now))
        if len(companies) > allowed.left:
            raise _over_cap(allowed, len(companies))
        events = await requested.add(tx, request_id, companies, requested_by=caller.subject, now=now)
        wanted = {
            events[company.company_id]: RequestEnrichment(tenant_id=tenant.tenant_id, company=company)
            for company in companies
        }
        await deps.requests.announce_all(tx, wanted, request_id, traceparent, "interactive")
        await audit_log.write(tx, caller, "enrichment.requested", str(request_id), {"companies": len(companies)})
        found = await requested.find(tx, request_id, tenant.tenant_id)
    assert found is not None  # noqa: S101 # recorded in this transaction
    return found


def _no_candidates(tenant_id: int, missing: list[int]) -> Problem:
    named = ", ".join(map(str, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return Problem(
        404,
        "No such candidate",
        f"Tenant {tenant_id} has no candidates {named}; nothing was requested. `GET /candidates/latest` lists those "
        "that it has.",
    )


def _over_cap(allowed: requested.Allowance, wanted: int) -> Problem:
    return Problem(
        409,
        "Cap of the day",
        f"{allowed.left} more of the day's {allowed.cap} companies may be enriched on request, and these are {wanted}; "
        "nothing was requested. Choose fewer, or wait until midnight in Singapore. The nights enrich companies too.",
    )
