"""A tenant's candidates (`icp_candidate_companies`): companies found by its requests, with the time of enrichment.

`saving` inserts them, together with the companies.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from common.postgres import Connection

ENRICHED_SINCE = """
    SELECT uen FROM companies JOIN icp_candidate_companies USING (company_id)
     WHERE uen = ANY($1::text[]) AND tenant_id = tenant() AND enriched_at > $2
"""

#: Locks rows in one order, so that two batches of one tenant with the same companies do not deadlock.
ENRICHED = """
    WITH locked AS (
        SELECT company_id FROM icp_candidate_companies
         WHERE tenant_id = tenant() AND company_id = ANY($1::bigint[]) ORDER BY company_id FOR UPDATE)
    UPDATE icp_candidate_companies AS known SET enriched_at = greatest(known.enriched_at, fresh.at)
      FROM locked JOIN unnest($1::bigint[], $2::timestamptz[]) AS fresh (company_id, at) USING (company_id)
     WHERE known.tenant_id = tenant() AND known.company_id = locked.company_id
"""


async def enriched_since(tx: Connection, uens: Sequence[str], since: datetime) -> set[str]:
    """Returns those of the UENs that the tenant had enriched after `since`; never entries without a UEN."""
    return {row["uen"] for row in await tx.fetch(ENRICHED_SINCE, uens, since)}


async def mark_enriched(tx: Connection, at: Mapping[int, datetime]) -> None:
    """Notes the times of enrichment by company for the transaction's tenant; an older time changes nothing."""
    await tx.execute(ENRICHED, list(at), list(at.values()))
