"""GET /leads and /leads/{company_id}/explain: the tenant's scored leads, best first, and the parts of each score."""

import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from gateway import leads
from gateway.dependencies import CurrentTenant, Deps
from gateway.leads import BEGINNING, Position
from gateway.problems import Problem

MAX_LIMIT = 100
MAX_ID = 2**63 - 1

router = APIRouter(prefix="/leads")


class Leads(BaseModel):
    """A page of leads; `next` is the cursor of the page after it, null at the end."""

    leads: list[leads.Lead]
    next: str | None = Field(examples=["MC44MTI1OjQy"])


@router.get("")
async def best(
    tenant: CurrentTenant,
    deps: Deps,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, Query(max_length=100, description="`next` of the previous page")] = None,
) -> Leads:
    """Lists leads, best first; with equal scores, the newest company first.

    A lead whose score changes between two pages may come twice or not at all; every other lead comes once.
    """
    after = BEGINNING if cursor is None else position_of(cursor)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await leads.best(tx, after=after, limit=limit + 1)
    page = found[:limit]
    is_last = len(found) <= limit
    return Leads(leads=page, next=None if is_last else cursor_of(Position(page[-1].score, page[-1].company_id)))


@router.get("/{company_id}/explain")
async def explain(
    company_id: Annotated[int, Path(ge=1, le=MAX_ID)], tenant: CurrentTenant, deps: Deps
) -> leads.Explanation:
    """Shows the parts of a lead's score, with their evidence and its source."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await leads.explain(tx, company_id)
    if found is None:
        raise Problem(
            404,
            "No such lead",
            f"Tenant {tenant.tenant_id} has no lead of company {company_id}. `GET /leads` lists those that it has.",
        )
    return found


def cursor_of(position: Position) -> str:
    """Encodes a position as a cursor for the client."""
    return urlsafe_b64encode(f"{position.score!r}:{position.company_id}".encode()).decode().rstrip("=")


def position_of(cursor: str) -> Position:
    """Decodes a cursor. Raises Problem 422 if it is invalid."""
    try:
        score, _, company_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        position = Position(float(score), int(company_id))
    except ValueError as error:
        raise _invalid_cursor(cursor) from error
    if not (math.isfinite(position.score) and 0 <= position.company_id <= MAX_ID):
        raise _invalid_cursor(cursor)
    return position


def _invalid_cursor(cursor: str) -> Problem:
    return Problem(
        422, "Cursor not understood", f"{cursor!r} is not a valid cursor; send the `next` of a page unchanged."
    )
