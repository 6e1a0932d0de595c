"""GET /admin/runs, GET /admin/runs/{run_id} and POST /admin/runs/nightly: the operators' view of the nights."""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from common.contracts import RequestRun
from common.singapore.calendar import day_in_singapore
from gateway import audit_log
from gateway.dependencies import CurrentCaller, Deps, Traceparent
from gateway.http.api_document import errors
from gateway.http.opaque_cursors import as_cursor, not_understood, text_of
from gateway.http.problems import Problem
from gateway.leads.shortlists import RunStatus
from gateway.operations import runs

MOST = 2**31 - 1
TenantNumber = Annotated[int, Query(ge=1, le=MOST)]

NO_SUCH = errors({404: "There is none"})

router = APIRouter(prefix="/admin/runs")


class Runs(BaseModel):
    """A page of runs, the latest night first, then by tenant; `next` is `after` of the next page, null at the end."""

    runs: list[runs.Run]
    next: str | None = Field(examples=["MjAyNi0xMS0yOC80MQ"])


class RunRequested(BaseModel):
    """A run that will begin or resume shortly."""

    tenant_id: int
    night: date
    requested_by: str


@router.get("")
async def list_runs(
    deps: Deps,
    tenant_id: Annotated[int | None, Query(ge=1, le=MOST, description="one tenant only")] = None,
    night: date | None = None,
    status: Annotated[list[RunStatus] | None, Query(description="these only; may be repeated")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=100, description="`next` of the previous page")] = None,
) -> Runs:
    """Lists the nightly runs of all tenants, with the number of companies in each state."""
    found, last = await runs.page(
        deps.database,
        tenant_id=tenant_id,
        night=night,
        statuses=status,
        after=None if after is None else _place(after),
        limit=limit,
    )
    return Runs(runs=found, next=None if last is None else as_cursor(f"{last.night}/{last.tenant_id}"))


def _place(cursor: str) -> runs.Place:
    """Reads a cursor. Raises Problem 422."""
    try:
        night, _, tenant_id = text_of(cursor).partition("/")
        place = runs.Place(date.fromisoformat(night), int(tenant_id))
    except ValueError:
        raise not_understood(cursor) from None
    if not 0 < place.tenant_id <= MOST:
        raise not_understood(cursor)
    return place


@router.get("/{run_id}", responses=NO_SUCH)
async def show_run(run_id: UUID, deps: Deps) -> runs.RunDetails:
    """Shows a run: its progress, and the counts, durations, spend and errors of its stages."""
    found = await runs.find(deps.database, run_id)
    if found is None:
        raise Problem(404, "No such run", f"There is no run {run_id}. `GET /admin/runs` lists the existing ones.")
    return found


@router.post("/nightly", status_code=202, responses=NO_SUCH)
async def request_run(
    operator: CurrentCaller, deps: Deps, response: Response, tenant_id: TenantNumber, traceparent: Traceparent = None
) -> RunRequested:
    """Starts the tenant's run of this night. An existing run is resumed; nothing is done twice.

    A run that cannot start, as of a tenant without an Odoo connection while nightly requires one, does not appear in
    `GET /admin/runs`: `leadgen dlq list --consumer nightly` says why.
    """
    if not await runs.is_active(deps.database, tenant_id):
        raise Problem(404, "No such tenant", f"Tenant {tenant_id} does not exist or is switched off.")
    now = datetime.now(UTC)
    night = day_in_singapore(now)
    wanted = RequestRun(tenant_id=tenant_id, night=night, requested_by=operator.subject, requested_at=now)
    async with deps.database.transaction(tenant_id) as tx:
        await deps.requests.announce(tx, wanted, traceparent)
        await audit_log.write(tx, operator, "run.requested", str(night), {"tenant_of_actor": operator.tenant_id})
    response.headers["Location"] = f"/admin/runs?tenant_id={tenant_id}&night={night}"
    return RunRequested(tenant_id=tenant_id, night=night, requested_by=operator.subject)
