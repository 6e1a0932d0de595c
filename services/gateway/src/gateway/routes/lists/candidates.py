"""GET /candidates/latest: the tenant's candidates, the latest changes first, as JSON pages or as one CSV."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from common.postgres import Connection
from gateway.dependencies import dependencies_of, tenant_of
from gateway.http.negotiation import Form, wants_csv
from gateway.http.problems import Problem
from gateway.http.queries import described, read_query
from gateway.http.request_routes import RequestRoute
from gateway.lists import candidates, export, pages
from gateway.lists.candidates import Candidate
from gateway.lists.cursors import MAX_ID, Place, Walk, decode_candidates
from gateway.lists.pages import LIMIT, MAX_LIMIT, Page
from gateway.routes.lists.answers import LIST_ANSWERS
from gateway.routes.lists.filters import Demands, filter_of

router = APIRouter(prefix="/candidates", route_class=RequestRoute)


class Candidates(BaseModel):
    """A page of candidates. `nextCursor` is the `after` of the next page, null at the end."""

    items: list[Candidate]
    nextCursor: str | None = Field(examples=["YzoxNzY0NDY0"])  # noqa: N815 - the public name


class Wanted(Demands):
    """The query of a list of candidates."""

    limit: int = Field(default=LIMIT, ge=1, le=MAX_LIMIT)
    after: str | None = Field(default=None, max_length=200, description="`nextCursor` of the previous page")
    after_updated_at: AwareDatetime | None = Field(
        default=None, alias="afterUpdatedAt", description="with `afterId`, instead of `after`: behind this row"
    )
    after_id: int | None = Field(default=None, alias="afterId", ge=0, le=MAX_ID)
    form: Form | None = Field(default=None, alias="format", description="by default as `Accept` says, else json")


@router.get("/latest", response_model=Candidates, responses=LIST_ANSWERS, openapi_extra=described(Wanted))
async def latest(request: Request) -> Response:
    """Lists candidates, the latest changes first; of the same time, the newest company first.

    All pages that follow from one first page by `after` show the list as it was then: each company once, at its place
    of then, whatever changes meanwhile. With `afterUpdatedAt` and `afterId` a page is of the list as it is now: a
    company that changed since the page before is at the top, and does not come again. A change takes about a second to
    come into the list. A cursor is valid for 55 minutes.
    """
    tenant, deps, query = await tenant_of(request), await dependencies_of(request), read_query(request, Wanted)
    now = datetime.now(UTC)
    wanted = await filter_of(query, deps)
    if wants_csv(query.form, request.headers.get("accept")):

        async def read(connection: Connection, behind: Place[datetime] | None, walk: Walk | None) -> Page[datetime]:
            return await candidates.page(
                connection, tenant.tenant_id, wanted, now=now, after=behind, walk=walk, limit=export.BATCH
            )

        return await export.csv_answer(
            deps.database, tenant.tenant_id, list(Candidate.model_fields), read, "candidates"
        )
    place, walk = _position(query, now)
    async with deps.database.read(tenant.tenant_id) as connection:
        page = await candidates.page(
            connection, tenant.tenant_id, wanted, now=now, after=place, walk=walk, limit=query.limit
        )
    return Response(pages.as_json(page, "candidates"), media_type="application/json")


def _position(query: Wanted, now: datetime) -> tuple[Place[datetime] | None, Walk | None]:
    if (query.after_updated_at is None) != (query.after_id is None):
        raise Problem(422, "Request not understood", "Send `afterUpdatedAt` and `afterId` together, or `after`.")
    if query.after is not None:
        return decode_candidates(query.after, now)
    if query.after_updated_at is None or query.after_id is None:
        return None, None
    try:
        return Place(query.after_updated_at.astimezone(UTC), query.after_id), None
    except OverflowError as error:
        raise Problem(422, "Request not understood", "`afterUpdatedAt` is outside the calendar.") from error
