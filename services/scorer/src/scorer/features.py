"""Lead features in PostgreSQL: what a score was made of, and what it takes to score again. The newest one wins."""

from collections.abc import Sequence

from common.cloudevents import decode_body, encode_body
from common.contracts import CompanyEnriched
from common.postgres import Connection
from scorer.rating import Rating
from scorer.yardstick import Yardstick

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

# Rows from before there was `evidence` wait for their next enrichment.
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

# Each by the primary key, however the statement was planned. Rows from before there was `evidence` cannot be told of.
NEWER = """
    SELECT evidence
      FROM (SELECT (SELECT known.evidence::text FROM lead_features known
                     WHERE known.company_id = rated.company_id
                       AND known.enriched_at > rated.enriched_at) AS evidence
              FROM unnest($1::bigint[], $2::timestamptz[]) AS rated (company_id, enriched_at) OFFSET 0) AS newer
     WHERE evidence IS NOT NULL
"""

LOCK_ONE = "SELECT true FROM lead_features WHERE company_id = $1 AND features_hash = $2 FOR UPDATE"


async def save(tx: Connection, ratings: Sequence[Rating]) -> int:
    """Writes the features of these ratings by one yardstick, one company each, sorted by company; how many were news.

    All rows are locked until the transaction ends, also those that say the same already, or are newer. May be repeated.
    """
    yardstick = ratings[0].yardstick
    written = await tx.execute(
        SAVE,
        [rating.event.company.company_id for rating in ratings],
        [rating.features for rating in ratings],
        ratings[0].base,
        [encode_body(rating.event).decode() for rating in ratings],
        yardstick.model_version,
        yardstick.icp_at,
        [rating.event.enriched_at for rating in ratings],
        [rating.features_hash for rating in ratings],
    )
    return int(written.rpartition(" ")[2])


async def newer(tx: Connection, ratings: Sequence[Rating]) -> list[CompanyEnriched]:
    """The enrichments that stand in the place of these, being newer."""
    rows = await tx.fetch(
        NEWER,
        [rating.event.company.company_id for rating in ratings],
        [rating.event.enriched_at for rating in ratings],
    )
    return [decode_body(CompanyEnriched, row["evidence"].encode()) for row in rows]


async def due(tx: Connection, yardstick: Yardstick, *, after: int, most: int) -> list[int]:
    """The next companies, in order, whose score was made by another ICP or other weights than this yardstick's."""
    rows = await tx.fetch(DUE, after, yardstick.icp_at, yardstick.model_version, most)
    return [row["company_id"] for row in rows]


async def lock(tx: Connection, yardstick: Yardstick, company_ids: Sequence[int]) -> list[CompanyEnriched]:
    """What was scored of those that are still due, ours alone to change until the transaction ends."""
    rows = await tx.fetch(LOCK, company_ids, yardstick.icp_at, yardstick.model_version)
    return [decode_body(CompanyEnriched, row["evidence"].encode()) for row in rows]


async def lock_one(tx: Connection, company_id: int, features_hash: str) -> bool:
    """Whether a company still has these features; they stay as they are until the transaction ends."""
    return await tx.fetchval(LOCK_ONE, company_id, features_hash) is not None
