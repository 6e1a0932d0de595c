"""Reads what the score of a tenant's lead consists of. The scorer writes it."""

from datetime import datetime

from pydantic import BaseModel, Field

from common.contracts import Bucket, Company
from common.postgres import Connection
from lead_features.format import Contribution, contributions_in

EXPLAIN = """
    SELECT company_id, coalesce(uen, no_uen(name)) AS uen, name, entity_type, status, incorporated_on, industry_code,
           industry_norm, secondary_industry_code, address, postal_code, website_domain, ssic_version,
           lead.score, lead.bucket, lead.confidence, lead.has_icp, lead.rationale, lead.model_version, lead.enriched_at,
           made_of.base, coalesce(made_of.features, '{}') AS features
      FROM lead_scores lead JOIN companies USING (company_id)
      LEFT JOIN lead_features made_of USING (tenant_id, company_id)
     WHERE lead.tenant_id = tenant() AND company_id = $1
"""


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
