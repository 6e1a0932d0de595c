"""Lead scores in PostgreSQL: one row per tenant and company. The newest enrichment wins."""

from collections.abc import Sequence

from common.postgres import Connection
from scorer.rating import Rating

SAVE = """
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)
    SELECT tenant(), company_id, score, bucket, rationale, model_version, enriched_at
      FROM unnest($1::bigint[], $2::float8[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
           AS new (company_id, score, bucket, rationale, model_version, enriched_at)
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET score = excluded.score, bucket = excluded.bucket, rationale = excluded.rationale,
           model_version = excluded.model_version, enriched_at = excluded.enriched_at,
           updated_at = CASE
               WHEN (lead_scores.score, lead_scores.bucket, lead_scores.rationale, lead_scores.model_version)
                    IS DISTINCT FROM (excluded.score, excluded.bucket, excluded.rationale, excluded.model_version)
               THEN now() ELSE lead_scores.updated_at END
     WHERE lead_scores.enriched_at < excluded.enriched_at
        OR lead_scores.enriched_at = excluded.enriched_at  -- a rerun of the same enrichment may rewrite
           AND (lead_scores.score, lead_scores.bucket, lead_scores.rationale, lead_scores.model_version)
               IS DISTINCT FROM (excluded.score, excluded.bucket, excluded.rationale, excluded.model_version)
"""


async def save(tx: Connection, ratings: Sequence[Rating]) -> None:
    """Writes these ratings, one company each, sorted by company. May be repeated.

    `updated_at` moves with what is said of the lead, not with a newer visit that says the same.
    """
    await tx.execute(
        SAVE,
        [rating.event.company.company_id for rating in ratings],
        [rating.score for rating in ratings],
        [rating.bucket for rating in ratings],
        [rating.rationale for rating in ratings],
        [rating.model_version for rating in ratings],
        [rating.event.enriched_at for rating in ratings],
    )
