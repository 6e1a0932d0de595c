"""The tenant's scored leads, best first, and why each has its score."""

import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from gateway import leads
from gateway.leads import BEGINNING, Place
from gateway.parts import InParts, OfTenant
from gateway.problems import Problem

MOST = 100
LARGEST_ID = 2**63 - 1

router = APIRouter(prefix="/leads")


class Leads(BaseModel):
    """A page of leads; `next` is the cursor of the page after it, null at the end."""

    leads: list[leads.Lead]
    next: str | None = Field(examples=["MC44MTI1OjQy"])


@router.get("")
async def best(
    tenant: OfTenant,
    parts: InParts,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str | None, Query(max_length=100, description="`next` of the page before")] = None,
) -> Leads:
    """Best first; of the same score the newest company first.

    A lead whose score changes while someone pages may be met twice, or not at all; the others are met once.
    """
    after = BEGINNING if cursor is None else place_of(cursor)
    async with parts.database.transaction(tenant.tenant_id) as tx:
        found = await leads.best(tx, after=after, limit=limit + 1)
    page = found[:limit]
    is_last = len(found) <= limit
    return Leads(leads=page, next=None if is_last else cursor_of(Place(page[-1].score, page[-1].company_id)))


@router.get("/{company_id}/explain")
async def explain(
    company_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], tenant: OfTenant, parts: InParts
) -> leads.Explanation:
    """What the lead's score is made of, with the evidence and where that stands."""
    async with parts.database.transaction(tenant.tenant_id) as tx:
        found = await leads.explain(tx, company_id)
    if found is None:
        raise Problem(
            404,
            "No such lead",
            f"Tenant {tenant.tenant_id} has no lead of company {company_id}. `GET /leads` lists those that it has.",
        )
    return found


def cursor_of(place: Place) -> str:
    """The place as a client carries it to the next page."""
    return urlsafe_b64encode(f"{place.score!r}:{place.company_id}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """The place that a cursor names. Raises Problem 422 where it is none of ours."""
    try:
        score, _, company_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        place = Place(float(score), int(company_id))
    except ValueError as error:
        raise _no_place(cursor) from error
    if not (math.isfinite(place.score) and 0 <= place.company_id <= LARGEST_ID):
        raise _no_place(cursor)
    return place


def _no_place(cursor: str) -> Problem:
    return Problem(422, "Cursor not understood", f"{cursor!r} is no place in this list: give `next` as a page had it.")
