"""Reads a tenant's leads (table `listed_companies`), best first, all of them or those of given industries."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from common.contracts import Bucket
from common.postgres import Connection
from gateway.lists.cursors import MAX_ID, Place, Walk
from gateway.lists.pages import WALKED, Page, page_of

# $1 and $2 the position, $3 the moment of the walk, $4 the number of rows, $5 industries; see candidates.py.
_VERSION = """
        SELECT company_id, score, facet FROM listed_companies
         WHERE tenant_id = tenant() AND score IS NOT NULL
           AND (score, company_id) < ($1, $2)
           AND updated_at <= (SELECT as_of FROM walk) AND until > (SELECT as_of FROM walk)
"""
_ORDER = "ORDER BY score DESC, company_id DESC LIMIT $4::int"
_ITEMS = """
    )
    SELECT page.score AS key, page.company_id, (SELECT as_of FROM walk) AS as_of,
           (SELECT row_to_json(item)::text FROM (
                SELECT page.company_id, coalesce(company.uen, no_uen(company.name)) AS uen, company.name,
                       company.industry_norm, company.website_domain, page.score,
                       CASE page.facet / 2 WHEN 3 THEN 'High' WHEN 2 THEN 'Medium' ELSE 'Low' END AS bucket,
                       lead.confidence, lead.has_icp, lead.rationale, lead.model_version, lead.enriched_at,
                       lead.updated_at) AS item) AS item
      FROM page CROSS JOIN LATERAL (
           SELECT uen, name, industry_norm, website_domain FROM companies WHERE company_id = page.company_id LIMIT 1
           ) AS company CROSS JOIN LATERAL (
           SELECT confidence, has_icp, rationale, model_version, enriched_at, updated_at
             FROM lead_scores WHERE tenant_id = tenant() AND company_id = page.company_id LIMIT 1) AS lead
     ORDER BY page.score DESC, page.company_id DESC
"""
BEST = f"{WALKED}{_VERSION}{_ORDER} {_ITEMS}"
BEST_OF_INDUSTRIES = f"""{WALKED}
    SELECT it.* FROM unnest($5::text[]) AS one (industry) CROSS JOIN LATERAL ({_VERSION}
              AND industry = one.industry {_ORDER}) AS it
     {_ORDER} {_ITEMS}
"""


#: The position before the best lead.
BEGINNING = Place(2.0, MAX_ID)


class Lead(BaseModel):
    """A lead. `score` and `bucket` are those of the moment as of which the list is read, the rest is as of now."""

    company_id: int = Field(examples=[42])
    uen: str = Field(examples=["201912345K"])
    name: str = Field(examples=["ACME PRECISION PTE. LTD."])
    industry_norm: str | None = Field(examples=["forging, pressing and stamping of metal"])
    website_domain: str | None = Field(examples=["acme.sg"])
    score: float = Field(examples=[0.8125])
    bucket: Bucket
    confidence: float | None = Field(examples=[0.75])
    has_icp: bool | None
    rationale: str
    model_version: str = Field(examples=["2026-11-2"])
    enriched_at: datetime
    updated_at: datetime = Field(description="when it was scored")


async def page(
    tx: Connection, *, now: datetime, after: Place[float] | None = None, walk: Walk | None = None, limit: int
) -> Page[float]:
    """Reads the next leads after a position; without one, the best. Without a walk, the list is as of now."""
    rows = await tx.fetch(BEST, *(BEGINNING if after is None else after), walk and walk.as_of, limit + 1)
    return page_of(rows, limit, walk.begun_at if walk else now)


async def best(tx: Connection, *, limit: int, industries: Sequence[str] | None = None) -> list[Lead]:
    """Reads the best leads, of these industries (five-digit codes with versions, as many as one likes) or of all."""
    if industries is None:
        rows = await tx.fetch(BEST, *BEGINNING, None, limit)
    else:
        rows = await tx.fetch(BEST_OF_INDUSTRIES, *BEGINNING, None, limit, industries)
    return [Lead.model_validate_json(row["item"]) for row in rows]
