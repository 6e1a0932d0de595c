"""Reads the parts of a lead's score, which the scorer writes."""

from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, Field

from common.contracts import Bucket, Company
from common.postgres import Connection
from lead_features.format import Contribution, contributions_in

NAMED = """
    SELECT company_id, coalesce(uen, no_uen(name)) AS uen, name
      FROM lead_scores lead JOIN companies USING (company_id)
     WHERE lead.tenant_id = tenant()
       AND company_id IN (SELECT company_id FROM companies WHERE uen = $1
                          UNION ALL SELECT company_id FROM companies WHERE lower(name) = ANY($2::text[]))
     ORDER BY score DESC, company_id DESC LIMIT $3
"""

NAMED_LIKE = """
    SELECT company_id, coalesce(uen, no_uen(name)) AS uen, name
      FROM (SELECT * FROM lead_scores WHERE tenant_id = tenant() ORDER BY score DESC, company_id DESC LIMIT $3) lead
      JOIN companies USING (company_id)
     WHERE position($1 IN lower(name)) > 0
     ORDER BY score DESC, company_id DESC LIMIT $2
"""

#: Leads that are looked through for a part of a name: the work is bounded, however many there are.
SEARCHED = 1_000

#: Endings of registered names that people leave out.
ENDINGS = (
    "",
    ".",
    " pte. ltd.",
    " pte ltd",
    " pte. ltd",
    " private limited",
    " llp",
    " ltd.",
    " ltd",
    " limited",
    " lp",
)

EXPLAIN = """
    SELECT company_id, coalesce(uen, no_uen(name)) AS uen, name, entity_type, status, incorporated_on, industry_code,
           industry_norm, secondary_industry_code, address, postal_code, website_domain, ssic_version,
           lead.score, lead.bucket, lead.confidence, lead.has_icp, lead.rationale, lead.model_version, lead.enriched_at,
           made_of.base, coalesce(made_of.features, '{}') AS features
      FROM lead_scores lead JOIN companies USING (company_id)
      LEFT JOIN lead_features made_of USING (tenant_id, company_id)
     WHERE lead.tenant_id = tenant() AND company_id = $1
"""


class Named(NamedTuple):
    """A lead found by its name."""

    company_id: int
    uen: str
    name: str


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


async def named(tx: Connection, words: str, *, limit: int) -> list[Named]:
    """Finds leads by UEN or name, best first; the legal form may be left out.

    If there is none, finds those of the SEARCHED best leads whose name contains the words.
    """
    name = words.lower()
    rows = await tx.fetch(NAMED, words.upper(), [f"{name}{ending}" for ending in ENDINGS], limit)
    if not rows:
        rows = await tx.fetch(NAMED_LIKE, name, limit, SEARCHED)
    return [Named(**row) for row in rows]


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
