"""Reads a tenant's leads (table `listed_companies`), best first, all of them or those of given industries."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import Field, TypeAdapter

from common.postgres import Connection
from gateway.leads.scored import ScoredCompany
from gateway.lists.cursors import MAX_ID, Place, Walk
from gateway.lists.pages import WALKED, Page, ending, page_by

# LATERAL to `walk` of pages.py, which explains the parameters; $6 are industries.
_VERSION = """
        SELECT company_id, score, facet, walk.as_of FROM listed_companies
         WHERE tenant_id = tenant() AND score IS NOT NULL
           AND (score, company_id) < ($1, $2)
           AND updated_at <= (SELECT as_of FROM walk) AND until > (SELECT as_of FROM walk)
"""
_ORDER = "ORDER BY score DESC, company_id DESC LIMIT $4::int"
_ENDING = ending(
    "score",
    """page.company_id, coalesce(company.uen, no_uen(company.name)) AS uen, company.name,
                       company.industry_norm, company.website_domain, page.score,
                       CASE page.facet / 2 WHEN 3 THEN 'High' WHEN 2 THEN 'Medium' ELSE 'Low' END AS bucket,
                       lead.confidence, lead.has_icp, lead.rationale, lead.model_version, lead.enriched_at,
                       lead.updated_at""",
    # Looked up in order of company_id, which only the primary key has: in a plan for few rows PostgreSQL would search
    # the index of the best leads for each of them.
    """CROSS JOIN LATERAL (
           SELECT uen, name, industry_norm, website_domain FROM companies WHERE company_id = page.company_id LIMIT 1
           ) AS company JOIN LATERAL (
           SELECT company_id, confidence, has_icp, rationale, model_version, enriched_at, updated_at
             FROM lead_scores WHERE tenant_id = tenant() AND company_id >= page.company_id ORDER BY company_id LIMIT 1
           ) AS lead ON lead.company_id = page.company_id""",
)
BEST = f"""{WALKED} page AS MATERIALIZED (
        SELECT it.* FROM walk CROSS JOIN LATERAL ({_VERSION}{_ORDER}) AS it) {_ENDING}"""
BEST_OF_INDUSTRIES = f"""{WALKED} page AS MATERIALIZED (
        SELECT it.* FROM walk CROSS JOIN unnest($6::text[]) AS one (industry) CROSS JOIN LATERAL ({_VERSION}
              AND industry = one.industry {_ORDER}) AS it
     {_ORDER}) {_ENDING}
"""


#: The position before the best lead.
BEGINNING = Place(2.0, MAX_ID)


class Lead(ScoredCompany):
    """A lead. `score` and `bucket` are those of the moment as of which the list is read, the rest is as of now."""

    updated_at: datetime = Field(description="when it was scored")


_LEADS = TypeAdapter(list[Lead])


async def page(
    connection: Connection,
    tenant_id: int,
    *,
    now: datetime,
    after: Place[float] | None = None,
    walk: Walk | None = None,
    limit: int,
) -> Page[float]:
    """Reads the next leads after a position; without one, the best. Without a walk, the list is as of now."""
    return await page_by(connection, BEST, tenant_id, after or BEGINNING, walk, limit, now=now)


async def best(
    connection: Connection, tenant_id: int, *, limit: int, industries: Sequence[str] | None = None
) -> list[Lead]:
    """Reads the best leads, of these industries (five-digit codes with versions, as many as one likes) or of all."""
    statement, further = (BEST, ()) if industries is None else (BEST_OF_INDUSTRIES, (industries,))
    found = await page_by(connection, statement, tenant_id, BEGINNING, None, limit, *further, now=datetime.now(UTC))
    return _LEADS.validate_json(f"[{found.items}]")
