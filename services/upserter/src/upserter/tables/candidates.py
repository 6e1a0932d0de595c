"""A tenant's candidates (`icp_candidate_companies`): companies found by its requests, with the time of enrichment.

`saving` inserts them, together with the companies.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from common.postgres import Connection, as_json
from upserter.icp_criteria import RegisterFilter

ENRICHED_SINCE = """
    SELECT uen FROM companies JOIN icp_candidate_companies USING (company_id)
     WHERE uen = ANY($1::text[]) AND tenant_id = tenant() AND enriched_at > $2
"""

#: $1 entries in order, $2 to $4 the filter. An entry without a UEN is a candidate if a company of its name is.
NOT_YET = """
    SELECT coalesce(array_agg(given.entry ORDER BY given.place), '{}')
      FROM json_array_elements_text($1) WITH ORDINALITY AS given (entry, place)
     CROSS JOIN LATERAL (
           SELECT uen, name, incorporated_on, postal_code FROM registered_companies WHERE entry = given.entry LIMIT 1
           ) AS found
     WHERE (cardinality($2::text[]) = 0 OR left(postal_code, 2) = ANY($2) AND length(postal_code) = 6)
       AND ($3::date IS NULL OR incorporated_on > $3)
       AND ($4::date IS NULL OR incorporated_on <= $4)
       AND NOT EXISTS (SELECT FROM companies JOIN icp_candidate_companies AS known USING (company_id)
                        WHERE companies.uen = found.uen AND known.tenant_id = tenant())
       AND (found.uen IS NOT NULL
            OR NOT EXISTS (SELECT FROM companies JOIN icp_candidate_companies AS known USING (company_id)
                            WHERE companies.uen IS NULL AND lower(companies.name) = lower(found.name)
                              AND known.tenant_id = tenant()))
"""
COUNT_FOUND_BY = "SELECT count(*) FROM icp_candidate_companies WHERE tenant_id = tenant() AND job_id = $1"

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
    """Returns the UENs that the tenant had enriched after `since`; never entries without a UEN."""
    return {row["uen"] for row in await tx.fetch(ENRICHED_SINCE, uens, since)}


async def not_yet(tx: Connection, entries: Sequence[str], wanted: RegisterFilter) -> list[str]:
    """Returns the entries that pass the filter and are no candidates of the tenant yet, in their order."""
    found: list[str] = await tx.fetchval(NOT_YET, as_json(entries), *wanted)
    return found


async def count_found_by(tx: Connection, request: UUID) -> int:
    """Counts the tenant's candidates that this request found first."""
    return int(await tx.fetchval(COUNT_FOUND_BY, request))


async def mark_enriched(tx: Connection, at: Mapping[int, datetime]) -> None:
    """Records the times of enrichment by company for the transaction's tenant; an older time changes nothing."""
    await tx.execute(ENRICHED, list(at), list(at.values()))
