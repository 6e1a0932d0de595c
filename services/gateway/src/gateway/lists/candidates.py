"""Reads a tenant's candidates (table `listed_companies`), the latest changes first.

A facet is a bucket together with whether there is a verified e-mail address. An index has the order of the list, and so
have others within a facet and within a facet of an industry: a page takes the next companies of each facet that is
wanted and merges them, so it reads at most eight times its own length. A name's beginning finds the companies that have
it, which are then sorted. If they are more than `FEW_NAMES`, it is cheaper to go through the list in order.
"""

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from common.contracts import Bucket
from common.postgres import Connection
from gateway.lists.cursors import MAX_ID, Place, Walk
from gateway.lists.filters import Filter
from gateway.lists.pages import Page, page_by
from gateway.lists.statements import ListStatements

_LIST = ListStatements("updated_at", "candidate", "is_candidate")
_FACETS = "CROSS JOIN unnest($6::smallint[]) AS wanted (facet)"
_INDUSTRIES = f"CROSS JOIN unnest($7::text[]) AS one (industry) {_FACETS}"
_ANY_FACET = "AND facet >= 0"  # see the index's migration
_OF_FACET = "AND facet = wanted.facet"
_OF_INDUSTRY = "AND industry = one.industry AND facet = wanted.facet"
# The index of names has all columns but this one, and PostgreSQL expects one row of it, since it plans before the
# tenant is set. Without this condition it would read all of a tenant's names, instead of those of a facet. The indexes
# that are to be taken have it.
_IN_ORDER = "AND is_candidate::int = 1"

NEWEST = _LIST.in_one_step(_ANY_FACET)
BY_FACET = _LIST.in_one_step(_OF_FACET, _FACETS)
BY_INDUSTRY = _LIST.in_two_steps(_OF_INDUSTRY, _INDUSTRIES)
NAMED = _LIST.by_name(_ANY_FACET)
NAMED_BY_FACET = _LIST.by_name(f"{_OF_FACET} {_IN_ORDER}", _FACETS)
NAMED_BY_INDUSTRY = _LIST.by_name(f"{_OF_INDUSTRY} {_IN_ORDER}", _INDUSTRIES)

#: The position before the candidate that changed last.
BEGINNING = Place(datetime(9999, 1, 1, tzinfo=UTC), MAX_ID)


class Candidate(BaseModel):
    """A company that was saved for a request of the tenant."""

    company_id: int = Field(examples=[42])
    uen: str = Field(examples=["201912345K"])
    name: str = Field(examples=["ACME PRECISION PTE. LTD."])
    status: str | None = Field(description="live, closing or gone", examples=["live"])
    industry_code: str | None = Field(examples=["25910"])
    industry_norm: str | None = Field(examples=["forging, pressing and stamping of metal"])
    website_domain: str | None = Field(examples=["acme.sg"])
    bucket: Bucket | None = Field(description="null: not scored yet", examples=["High"])
    score: float | None = Field(examples=[0.8125])
    has_verified_email: bool = Field(description="whether an e-mail address of the company was verified as valid")
    updated_at: datetime = Field(
        description="when the company came into the list, or its name, industry, score or has_verified_email changed"
    )


def _query(wanted: Filter) -> tuple[str, list[object]]:
    """Builds the statement for a filter's pages, and its parameters from $6 on."""
    if wanted.name is not None:
        further: list[object] = [wanted.facets, wanted.industries, wanted.name]
        if wanted.industries is not None:
            return NAMED_BY_INDUSTRY, further
        return NAMED if wanted.is_any_facet else NAMED_BY_FACET, further
    if wanted.industries is not None:
        return BY_INDUSTRY, [wanted.facets, wanted.industries]
    return (NEWEST, []) if wanted.is_any_facet else (BY_FACET, [wanted.facets])


async def page(
    connection: Connection,
    tenant_id: int,
    wanted: Filter,
    *,
    now: datetime,
    after: Place[datetime] | None = None,
    walk: Walk | None = None,
    limit: int,
) -> Page[datetime]:
    """Reads the candidates after a position, or the first ones. Without a walk, the list is as of now."""
    sql, further = _query(wanted)
    return await page_by(connection, sql, "candidate", tenant_id, after or BEGINNING, walk, limit, *further, now=now)
