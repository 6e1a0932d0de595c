"""Items of the lists as JSON, and the tables that they are built from.

The keeper of the lists writes a company's items into its row (changes.py), so that a page has nothing to make or to
look up. Rows that a gateway of an older version wrote have none: `made_now` makes the items of such a page.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from common.postgres import Connection

#: Columns of `listed_companies` with an item: of a candidate, and of a lead.
Item = Literal["candidate", "lead"]

#: LIMIT keeps the look-ups from becoming joins: a plan that was made for empty tables is kept, and would read all rows.
COMPANY = """
    LATERAL (SELECT uen, name, status, ssic_version, industry_code, industry_norm, website_domain
               FROM companies WHERE company_id = {of}.company_id LIMIT 1)
"""
LEAD = """
    LATERAL (SELECT score, bucket, confidence, has_icp, rationale, model_version, enriched_at, updated_at AS scored_at
               FROM lead_scores WHERE tenant_id = tenant() AND company_id = {of}.company_id LIMIT 1)
"""
_BUCKET = "CASE facet / 2 WHEN 3 THEN 'High' WHEN 2 THEN 'Medium' WHEN 1 THEN 'Low' END AS bucket"
_FIELDS: dict[Item, str] = {
    "candidate": f"""company_id, coalesce(uen, no_uen(name)) AS uen, name, status, industry_code, industry_norm,
                     website_domain, {_BUCKET}, score, facet % 2 = 1 AS has_verified_email, listed_at AS updated_at""",
    "lead": f"""company_id, coalesce(uen, no_uen(name)) AS uen, name, industry_norm, website_domain, score, {_BUCKET},
                confidence, has_icp, rationale, model_version, enriched_at, scored_at AS updated_at""",
}
#: An item, in a select from one source that has the columns of `COMPANY` and `LEAD`, `facet`, `score` and `listed_at`.
MADE: dict[Item, str] = {
    item: f"(SELECT row_to_json(made)::text FROM (SELECT {fields}) AS made)" for item, fields in _FIELDS.items()
}


def _made_now(item: Item) -> str:
    return f"""
    WITH acting AS MATERIALIZED (
        SELECT set_config('request.tenant_id', $1, true)
    ), wanted AS MATERIALIZED (
        SELECT it.* FROM acting CROSS JOIN unnest($2::bigint[]) WITH ORDINALITY AS it (company_id, nth)
    ), listed AS MATERIALIZED (
        SELECT wanted.nth, version.*, company.*, lead.confidence, lead.has_icp, lead.rationale, lead.model_version,
               lead.enriched_at, lead.scored_at
          FROM wanted CROSS JOIN LATERAL (SELECT company_id, facet, score, updated_at AS listed_at FROM listed_companies
                              WHERE tenant_id = tenant() AND company_id = wanted.company_id
                                AND updated_at <= $3 AND until > $3 LIMIT 1) AS version
         CROSS JOIN {COMPANY.format(of="wanted")} AS company
          LEFT JOIN {LEAD.format(of="wanted")} AS lead ON true
    )
    SELECT {MADE[item]} FROM listed ORDER BY nth
"""


_NOW: dict[Item, str] = {"candidate": _made_now("candidate"), "lead": _made_now("lead")}


async def made_now(
    connection: Connection, tenant_id: int, item: Item, company_ids: Sequence[int], as_of: datetime
) -> list[str]:
    """Builds the items of companies as listed at a moment, in their order. One statement, which sets its own tenant."""
    rows = await connection.fetch(_NOW[item], str(tenant_id), company_ids, as_of)
    return [row[0] for row in rows]
