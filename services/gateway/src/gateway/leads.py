"""Reads a tenant's scored leads and what each score consists of. The scorer writes them."""

from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, Field

from common.contracts import Bucket, Company
from common.postgres import Connection
from lead_features.format import Contribution, contributions_in

# Uses the index lead_scores_best, from its beginning or from the end of a page.
BEST = """
    SELECT company_id, uen, name, industry_norm, website_domain, score, bucket, confidence, has_icp, rationale,
           model_version, enriched_at, lead.updated_at
      FROM lead_scores lead JOIN companies USING (company_id)
     WHERE lead.tenant_id = tenant() AND (score, company_id) < ($1, $2)
     ORDER BY score DESC, company_id DESC LIMIT $3
"""

EXPLAIN = """
    SELECT company_id, uen, name, entity_type, status, incorporated_on, industry_code, industry_norm,
           secondary_industry_code, address, postal_code, website_domain, ssic_version,
           lead.score, lead.bucket, lead.confidence, lead.has_icp, lead.rationale, lead.model_version, lead.enriched_at,
           made_of.base, coalesce(made_of.features, '{}') AS features
      FROM lead_scores lead JOIN companies USING (company_id)
      LEFT JOIN lead_features made_of USING (tenant_id, company_id)
     WHERE lead.tenant_id = tenant() AND company_id = $1
"""


class Position(NamedTuple):
    """A position in the list of leads: after the lead with this score and company."""

    score: float
    company_id: int


#: The position before the best lead.
BEGINNING = Position(2.0, 2**63 - 1)


class Lead(BaseModel):
    """A lead in a list."""

    company_id: int
    uen: str
    name: str
    industry_norm: str | None
    website_domain: str | None
    score: float
    bucket: Bucket
    confidence: float | None
    has_icp: bool | None
    rationale: str
    model_version: str
    enriched_at: datetime
    updated_at: datetime


class Explanation(BaseModel):
    """A lead's score and its parts: `base` and the contributions sum to it."""

    company: Company
    score: float
    bucket: Bucket
    confidence: float | None = Field(description="share of the score's criteria that are known, by weight")
    base: float | None = Field(description="score of a company of which nothing is known")
    contributions: list[Contribution] = Field(description="the largest first, positive or negative")
    rationale: str
    model_version: str
    enriched_at: datetime
    has_icp: bool | None = Field(description="whether an ICP counted towards the score")


async def best(tx: Connection, *, after: Position, limit: int) -> list[Lead]:
    """Finds the tenant's next leads after a position, best first."""
    rows = await tx.fetch(BEST, *after, limit)
    return [Lead(**row) for row in rows]


async def explain(tx: Connection, company_id: int) -> Explanation | None:
    """Finds the parts of a lead's score; `None` if the tenant has no such lead."""
    row = await tx.fetchrow(EXPLAIN, company_id)
    if row is None:
        return None
    found = dict(row)
    return Explanation(
        company=Company(**{name: found[name] for name in Company.model_fields}),
        contributions=contributions_in(found["features"]),
        **{name: found[name] for name in Explanation.model_fields.keys() & found.keys()},
    )
