"""GET /scores/latest and /leads: the tenant's leads, best first; a lead's explanation, and feedback on it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.postgres import Connection
from gateway.dependencies import CurrentCaller, CurrentTenant, Dependencies, Deps, dependencies_of, tenant_of
from gateway.http.api_document import errors
from gateway.http.negotiation import Form, wants_csv
from gateway.http.problems import Problem
from gateway.http.queries import described, read_query
from gateway.http.request_routes import RequestRoute
from gateway.leads import explanations, feedback
from gateway.lists import export, pages
from gateway.lists.cursors import MAX_ID, Place, Walk, decode_leads
from gateway.lists.filters import ANY, Filter
from gateway.lists.leads import Lead, page
from gateway.lists.pages import LIMIT, MAX_LIMIT, Page
from gateway.routes.lists.answers import LIST_ANSWERS
from gateway.routes.lists.filters import Demands, filter_of

router = APIRouter(route_class=RequestRoute)

CompanyId = Annotated[int, Path(ge=1, le=MAX_ID)]
NO_LEAD = errors({404: "The company is not a lead of the tenant"})


class FeedbackGiven(BaseModel):
    """The outcome of a lead. `wrong_contact` says nothing about the company."""

    model_config = ConfigDict(extra="forbid")

    outcome: feedback.Outcome
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=r"^[^\x00]*$")] | None = (
        Field(default=None, examples=["They have just signed with someone else."])
    )


class Scores(BaseModel):
    """A page of leads. `nextCursor` is the `after` of the next page, null at the end."""

    items: list[Lead]
    nextCursor: str | None = Field(examples=["bDoxNzY0NDY0"])  # noqa: N815 - the public name


class Leads(BaseModel):
    """A page of leads; `next` is the cursor of the page after it, null at the end."""

    leads: list[Lead]
    next: str | None = Field(examples=["bDoxNzY0NDY0"])


class Wanted(Demands):
    """The query of a list of leads."""

    limit: int = Field(default=LIMIT, ge=1, le=MAX_LIMIT)
    after: str | None = Field(default=None, max_length=200, description="`nextCursor` of the previous page")
    after_score: float | None = Field(
        default=None,
        alias="afterScore",
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="with `afterId`, instead of `after`: behind this row",
    )
    after_id: int | None = Field(default=None, alias="afterId", ge=0, le=MAX_ID)
    form: Form | None = Field(default=None, alias="format", description="by default as `Accept` says, else json")


@router.get("/scores/latest", response_model=Scores, responses=LIST_ANSWERS, openapi_extra=described(Wanted))
async def scores(request: Request) -> Response:
    """Lists leads, best first; of the same score, the newest company first. The filter `q` finds candidates.

    All pages that follow from one first page by `after` show the list as it was then: each lead once, at its place of
    then, whatever is scored meanwhile. With `afterScore` and `afterId` a page is of the list as it is now: a lead whose
    score has changed since the page before may come again, or not at all. A new score takes about a second to come into
    the list. A cursor is valid for 55 minutes.
    """
    tenant, deps, query = await tenant_of(request), await dependencies_of(request), read_query(request, Wanted)
    if (query.after_score is None) != (query.after_id is None):
        raise Problem(422, "Request not understood", "Send `afterScore` and `afterId` together, or `after`.")
    wanted = await filter_of(query, deps)
    if wants_csv(query.form, request.headers.get("accept")):
        now = datetime.now(UTC)

        async def read(connection: Connection, behind: Place[float] | None, walk: Walk | None) -> Page[float]:
            return await page(
                connection, tenant.tenant_id, wanted, now=now, after=behind, walk=walk, limit=export.BATCH
            )

        return await export.csv_answer(deps.database, tenant.tenant_id, list(Lead.model_fields), read, "leads")
    at, company_id = query.after_score, query.after_id
    place = None if at is None or company_id is None else Place(at, company_id)
    found = await _page(deps, tenant.tenant_id, wanted, query.after, place, query.limit)
    return Response(pages.as_json(found, "leads"), media_type="application/json")


@router.get("/leads", response_model=Leads, responses={410: LIST_ANSWERS[410]})
async def best(
    tenant: CurrentTenant,
    deps: Deps,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = LIMIT,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the previous page")] = None,
) -> Response:
    """Lists leads as `GET /scores/latest` does, under this route's original field names."""
    found = await _page(deps, tenant.tenant_id, ANY, cursor, None, limit)
    return Response(pages.as_json(found, "leads", items="leads", cursor="next"), media_type="application/json")


@router.get("/leads/{company_id}/explain", responses=NO_LEAD)
async def explain(company_id: CompanyId, tenant: CurrentTenant, deps: Deps) -> explanations.Explanation:
    """Shows the parts of a lead's score, with their evidence and its source."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await explanations.explain(tx, company_id)
    if found is None:
        raise _no_such_lead(tenant.tenant_id, company_id)
    return found


@router.post("/leads/{company_id}/feedback", status_code=201, responses=NO_LEAD)
async def answer(
    company_id: CompanyId, body: FeedbackGiven, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps
) -> feedback.Feedback:
    """Saves the outcome of a lead, with its reporter. The latest feedback on a lead counts.

    `leadgen scoring eval` and `leadgen scoring fit` compare scores with it: `won` with `lost` and `not_a_fit`.
    """
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        kept = await feedback.add(tx, company_id, body.outcome, body.note, caller.subject)
    if kept is None:
        raise _no_such_lead(tenant.tenant_id, company_id)
    return kept


def _no_such_lead(tenant_id: int, company_id: int) -> Problem:
    return Problem(
        404,
        "No such lead",
        f"Tenant {tenant_id} has no lead of company {company_id}. `GET /leads` lists those that it has.",
    )


async def _page(
    deps: Dependencies, tenant_id: int, wanted: Filter, cursor: str | None, place: Place[float] | None, limit: int
) -> Page[float]:
    now = datetime.now(UTC)
    walk = None
    if cursor is not None:
        place, walk = decode_leads(cursor, now)
    async with deps.database.read(tenant_id) as connection:
        return await page(connection, tenant_id, wanted, now=now, after=place, walk=walk, limit=limit)
