"""GET /companies/{company_id} and /companies/{company_id}/timeline: a company of the tenant, and its history."""

from typing import Annotated

from fastapi import APIRouter, Path

from gateway.companies import details, timeline
from gateway.companies.details import CompanyDetails
from gateway.companies.timeline import Timeline
from gateway.dependencies import CurrentTenant, Deps
from gateway.http.api_document import errors
from gateway.http.problems import Problem
from gateway.lists.cursors import MAX_ID

router = APIRouter(prefix="/companies")

CompanyId = Annotated[int, Path(ge=1, le=MAX_ID)]
NOT_THERE = errors({404: "The company is neither a candidate nor a lead of the tenant"})


@router.get("/{company_id}", responses=NOT_THERE)
async def company(company_id: CompanyId, tenant: CurrentTenant, deps: Deps) -> CompanyDetails:
    """Shows everything that is known about a company: facts with sources, contacts, scores, enrichments, feedback."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await details.find(tx, company_id)
    if found is None:
        raise _no_such_company(tenant.tenant_id, company_id)
    return found


@router.get("/{company_id}/timeline", responses=NOT_THERE)
async def history(company_id: CompanyId, tenant: CurrentTenant, deps: Deps) -> Timeline:
    """Shows the history of a company, the earliest first: its events in both lanes, enrichments, scores, the sync.

    An event that no service has taken in yet is not shown, and a request of a later chat only once it is finished.
    """
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await details.find_company(tx, company_id)
        if found is None:
            raise _no_such_company(tenant.tenant_id, company_id)
        return await timeline.find(tx, found, tenant.tenant_id)


def _no_such_company(tenant_id: int, company_id: int) -> Problem:
    return Problem(
        404,
        "No such company",
        f"Company {company_id} is neither a candidate nor a lead of tenant {tenant_id}. `GET /candidates/latest` lists "
        "its candidates.",
    )
