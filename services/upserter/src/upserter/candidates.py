"""A tenant's candidates (`icp_candidate_companies`): the companies that one of its requests has found."""

from collections.abc import Sequence
from uuid import UUID

from common.postgres import Connection

#: Written after the companies themselves, and in one order: see `companies.UPSERT`.
ADD = """
    INSERT INTO icp_candidate_companies AS known (tenant_id, company_id, job_id)
    SELECT tenant(), company_id, $2
      FROM unnest($1::bigint[]) AS found (company_id)
     ORDER BY company_id
    ON CONFLICT (tenant_id, company_id) DO UPDATE SET updated_at = now()
"""


async def add(tx: Connection, company_ids: Sequence[int], *, job_id: UUID) -> None:
    """Makes the companies candidates of the transaction's tenant, found by this request.

    Of one that is a candidate already only `updated_at` moves; `job_id` stays that of the request that found it first.
    """
    await tx.execute(ADD, sorted(set(company_ids)), job_id)
