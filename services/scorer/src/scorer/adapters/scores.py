"""Lead scores in PostgreSQL: one row per tenant and company. The newest enrichment wins."""

from collections.abc import Sequence
from datetime import datetime

from common.postgres import Connection
from scorer.core.rating import Rating

SAVE = """
    WITH saved AS (
        INSERT INTO lead_scores AS known
               (tenant_id, company_id, score, bucket, rationale, confidence, has_icp, model_version, enriched_at)
        SELECT tenant(), company_id, score, bucket, rationale, confidence, $6, $7, enriched_at
          FROM unnest($1::bigint[], $2::float8[], $3::text[], $4::text[], $5::float8[], $8::timestamptz[])
               AS new (company_id, score, bucket, rationale, confidence, enriched_at)
        ON CONFLICT (tenant_id, company_id) DO UPDATE
           SET score = excluded.score, bucket = excluded.bucket, rationale = excluded.rationale,
               confidence = excluded.confidence, has_icp = excluded.has_icp,
               model_version = excluded.model_version, enriched_at = excluded.enriched_at,
               updated_at = CASE WHEN
                   (known.score, known.bucket, known.rationale, known.confidence, known.has_icp, known.model_version)
                   IS DISTINCT FROM
                   (excluded.score, excluded.bucket, excluded.rationale, excluded.confidence, excluded.has_icp,
                    excluded.model_version)
                   THEN now() ELSE known.updated_at END
         WHERE known.enriched_at < excluded.enriched_at
            OR known.enriched_at = excluded.enriched_at  -- a rerun of the same enrichment may rewrite
               AND (known.score, known.bucket, known.rationale, known.confidence, known.has_icp, known.model_version)
                   IS DISTINCT FROM
                   (excluded.score, excluded.bucket, excluded.rationale, excluded.confidence, excluded.has_icp,
                    excluded.model_version)
        RETURNING company_id)
    SELECT clock_timestamp(), count(*) FROM saved  -- the count makes the time wait for the rows
"""

# One look-up per company: with `= ANY`, PostgreSQL may take an index that has the score before the company, and reads
# all of it.
FIND = """
    SELECT company_id, score, rationale
      FROM unnest($1::bigint[]) AS these (company_id)
     CROSS JOIN LATERAL (SELECT score, rationale FROM lead_scores
                          WHERE lead_scores.company_id = these.company_id OFFSET 0) AS known
"""


async def save(tx: Connection, ratings: Sequence[Rating]) -> datetime:
    """Saves ratings by one profile, one per company, sorted by company. Returns the database's time after that.

    `updated_at` changes only with the score or its words, not for a newer enrichment with the same result. May be
    repeated.
    """
    profile = ratings[0].profile
    at: datetime = await tx.fetchval(
        SAVE,
        [rating.event.company.company_id for rating in ratings],
        [rating.score for rating in ratings],
        [rating.bucket for rating in ratings],
        [rating.rationale for rating in ratings],
        [rating.confidence for rating in ratings],
        profile.has_icp,
        profile.model_version,
        [rating.event.enriched_at for rating in ratings],
    )
    return at


async def find(tx: Connection, company_ids: Sequence[int]) -> dict[int, tuple[float, str]]:
    """Returns score and rationale by company."""
    rows = await tx.fetch(FIND, company_ids)
    return {row["company_id"]: (row["score"], row["rationale"]) for row in rows}
