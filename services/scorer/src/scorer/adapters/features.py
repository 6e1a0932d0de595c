"""Lead features in PostgreSQL: the parts of a score, and the event of its enrichment. The newest enrichment wins."""

from collections.abc import Sequence

from common.cloudevents import decode_body, encode_body
from common.contracts import CompanyEnriched
from common.postgres import Connection
from scorer.core.rating import Rating
from scorer.core.scoring_profile import ScoringProfile

SAVE = """
    INSERT INTO lead_features AS known
           (tenant_id, company_id, features, features_hash, base, evidence, model_version, icp_at, enriched_at)
    SELECT tenant(), company_id, features::jsonb, features_hash, $3, evidence::json, $5, $6, enriched_at
      FROM unnest($1::bigint[], $2::text[], $4::text[], $7::timestamptz[], $8::text[])
           AS new (company_id, features, evidence, enriched_at, features_hash)
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET features = excluded.features, features_hash = excluded.features_hash, base = excluded.base,
           evidence = excluded.evidence,
           model_version = excluded.model_version, icp_at = excluded.icp_at, enriched_at = excluded.enriched_at
     WHERE known.enriched_at <= excluded.enriched_at  -- <=: a rerun of the same enrichment may rewrite
       AND (known.features_hash, known.base, known.model_version, known.icp_at, known.enriched_at)
           IS DISTINCT FROM
           (excluded.features_hash, excluded.base, excluded.model_version, excluded.icp_at, excluded.enriched_at)
"""

# Rows from before there was `evidence` are scored again at their next enrichment.
DUE = """
    SELECT company_id FROM lead_features
     WHERE company_id > $1 AND (icp_at, model_version) IS DISTINCT FROM ($2::timestamptz, $3::text)
       AND evidence IS NOT NULL
     ORDER BY company_id LIMIT $4
"""
LOCK = """
    SELECT evidence::text FROM lead_features
     WHERE company_id = ANY($1::bigint[]) AND (icp_at, model_version) IS DISTINCT FROM ($2::timestamptz, $3::text)
     ORDER BY company_id FOR UPDATE
"""

# OFFSET 0 makes each look-up use the primary key. Rows from before there was `evidence` cannot be announced.
NEWER = """
    SELECT evidence
      FROM (SELECT (SELECT known.evidence::text FROM lead_features known
                     WHERE known.company_id = rated.company_id
                       AND known.enriched_at > rated.enriched_at) AS evidence
              FROM unnest($1::bigint[], $2::timestamptz[]) AS rated (company_id, enriched_at) OFFSET 0) AS newer
     WHERE evidence IS NOT NULL
"""

LOCK_UNCHANGED = """
    SELECT evidence::text FROM lead_features
     WHERE company_id = $1 AND features_hash = $2 AND evidence IS NOT NULL FOR UPDATE
"""


async def save(tx: Connection, ratings: Sequence[Rating]) -> int:
    """Saves the features of ratings by one profile, one per company, sorted by company. Returns the number written.

    Rows that are newer or equal are not written, but all rows stay locked until the transaction ends. May be repeated.
    """
    profile = ratings[0].profile
    written = await tx.execute(
        SAVE,
        [rating.event.company.company_id for rating in ratings],
        [rating.features for rating in ratings],
        ratings[0].base,
        [encode_body(rating.event).decode() for rating in ratings],
        profile.model_version,
        profile.icp_at,
        [rating.event.enriched_at for rating in ratings],
        [rating.features_hash for rating in ratings],
    )
    return int(written.rpartition(" ")[2])


async def find_newer(tx: Connection, ratings: Sequence[Rating]) -> list[CompanyEnriched]:
    """Returns the saved enrichments that are newer than those of these ratings."""
    rows = await tx.fetch(
        NEWER,
        [rating.event.company.company_id for rating in ratings],
        [rating.event.enriched_at for rating in ratings],
    )
    return [decode_body(CompanyEnriched, row["evidence"].encode()) for row in rows]


async def find_due(tx: Connection, profile: ScoringProfile, *, after: int, most: int) -> list[int]:
    """Returns the next companies after `after`, in order, that were scored by another ICP or other weights."""
    rows = await tx.fetch(DUE, after, profile.icp_at, profile.model_version, most)
    return [row["company_id"] for row in rows]


async def lock_due(tx: Connection, profile: ScoringProfile, company_ids: Sequence[int]) -> list[CompanyEnriched]:
    """Locks the companies that are still due, and returns the enrichments that they were scored from."""
    rows = await tx.fetch(LOCK, company_ids, profile.icp_at, profile.model_version)
    return [decode_body(CompanyEnriched, row["evidence"].encode()) for row in rows]


async def lock_unchanged(tx: Connection, company_id: int, features_hash: str) -> CompanyEnriched | None:
    """Locks a company's features and returns their event; `None` if their hash has changed."""
    evidence = await tx.fetchval(LOCK_UNCHANGED, company_id, features_hash)
    return None if evidence is None else decode_body(CompanyEnriched, evidence.encode())
