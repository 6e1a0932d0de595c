"""Reads a tenant's candidates (table `listed_companies`), those that changed last first.

A facet is a bucket together with whether there is a verified e-mail address. Within a facet, and within a facet of an
industry, an index has the order of the list: a page takes the next companies of each facet that is wanted and merges
them, so it reads at most eight times its own length, whatever it filters by. A name's beginning finds all companies
that have it, which are then sorted.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from common.contracts import Bucket
from common.postgres import Connection
from gateway.lists.cursors import MAX_ID, Place, Walk
from gateway.lists.pages import WALKED, Page, page_of

BUCKETS: dict[Bucket | None, int] = {None: 0, "Low": 2, "Medium": 4, "High": 6}

# $1 and $2 the position, $3 the moment of the walk, $4 the number of rows, $5 facets, $6 industries, $7 a name's
# beginning. The position is compared as it is: an expression there keeps a cached plan from using the index for it.
_VERSION = """
           SELECT company_id, updated_at, facet, score FROM listed_companies
            WHERE tenant_id = tenant() AND is_candidate
              AND (updated_at, company_id) < ($1, $2)
              AND updated_at <= (SELECT as_of FROM walk) AND until > (SELECT as_of FROM walk)
"""
_ORDER = "ORDER BY updated_at DESC, company_id DESC LIMIT $4::int"
# LIMIT keeps the look-ups from becoming joins, which a plan that was made for an empty table would choose.
_ITEMS = """
    )
    SELECT page.updated_at AS key, page.company_id, (SELECT as_of FROM walk) AS as_of,
           (SELECT row_to_json(item)::text FROM (
                SELECT page.company_id, coalesce(company.uen, no_uen(company.name)) AS uen, company.name,
                       company.status, company.industry_code, company.industry_norm, company.website_domain,
                       CASE page.facet / 2 WHEN 3 THEN 'High' WHEN 2 THEN 'Medium' WHEN 1 THEN 'Low' END AS bucket,
                       page.score, page.facet % 2 = 1 AS has_verified_email, page.updated_at) AS item) AS item
      FROM page CROSS JOIN LATERAL (
           SELECT uen, name, status, industry_code, industry_norm, website_domain
             FROM companies WHERE company_id = page.company_id LIMIT 1) AS company
     ORDER BY page.updated_at DESC, page.company_id DESC
"""

BY_FACET = f"""{WALKED}
    SELECT it.* FROM unnest($5::smallint[]) AS wanted (facet) CROSS JOIN LATERAL ({_VERSION}
              AND facet = wanted.facet {_ORDER}) AS it
     {_ORDER} {_ITEMS}
"""
BY_INDUSTRY = f"""{WALKED}
    SELECT it.* FROM unnest($6::text[]) AS one (industry) CROSS JOIN unnest($5::smallint[]) AS wanted (facet)
     CROSS JOIN LATERAL ({_VERSION}
              AND industry = one.industry AND facet = wanted.facet {_ORDER}) AS it
     {_ORDER} {_ITEMS}
"""
# Behind every name with this beginning comes the last character that there is.
BY_NAME = f"""{WALKED}{_VERSION}
              AND name_key >= name_key($7) AND name_key < name_key($7) || U&'\\+10FFFF'
              AND facet = ANY($5::smallint[]) AND ($6::text[] IS NULL OR industry = ANY($6))
     {_ORDER} {_ITEMS}
"""


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


class Filter(NamedTuple):
    """The demands on candidates; `None` for no demand. `industries` are one or two five-digit codes with versions."""

    bucket: Bucket | None = None
    has_verified_email: bool | None = None
    industries: Sequence[str] | None = None
    name: str | None = None

    @property
    def facets(self) -> list[int]:
        """The facets that fulfil the demands."""
        buckets = BUCKETS.values() if self.bucket is None else [BUCKETS[self.bucket]]
        verified = (0, 1) if self.has_verified_email is None else (int(self.has_verified_email),)
        return [bucket + one for bucket in buckets for one in verified]

    @property
    def statement(self) -> str:
        """The statement that reads the filter's pages."""
        if self.name is not None:
            return BY_NAME
        return BY_FACET if self.industries is None else BY_INDUSTRY


async def page(
    tx: Connection,
    wanted: Filter,
    *,
    now: datetime,
    after: Place[datetime] | None = None,
    walk: Walk | None = None,
    limit: int,
) -> Page[datetime]:
    """Reads the next candidates after a position; without one, the first. Without a walk, the list is as of now."""
    arguments: list[Any] = [*(BEGINNING if after is None else after), walk and walk.as_of, limit + 1, wanted.facets]
    match wanted.statement:
        case statement if statement is BY_NAME:
            arguments += [wanted.industries, wanted.name]
        case statement if statement is BY_INDUSTRY:
            arguments += [wanted.industries]
    return page_of(await tx.fetch(wanted.statement, *arguments), limit, walk.begun_at if walk else now)
