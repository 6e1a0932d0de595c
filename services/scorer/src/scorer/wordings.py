"""What a language model made of leads' features, and the tokens that it took, in PostgreSQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from common.cloudevents import decode_body
from common.contracts import CompanyEnriched
from common.postgres import Connection

FIND = "SELECT features_hash, words FROM lead_wordings WHERE features_hash = ANY($1::text[]) AND words IS NOT NULL"
SAVE = """
    INSERT INTO lead_wordings (tenant_id, features_hash, words, asked_at) VALUES (tenant(), $1, $2, $3)
    ON CONFLICT DO NOTHING
"""
#: The best leads of which the model was not asked yet. Looked up lead by lead, however many there are of either.
UNWORDED = """
    SELECT f.features_hash, f.features::text AS features, f.evidence::text AS evidence, s.rationale
      FROM lead_scores s JOIN lead_features f USING (tenant_id, company_id)
     WHERE s.tenant_id = tenant() AND s.score >= $2 AND f.evidence IS NOT NULL AND f.features_hash IS NOT NULL
       AND (SELECT true FROM lead_wordings w
             WHERE w.tenant_id = s.tenant_id AND w.features_hash = f.features_hash) IS NULL
     ORDER BY s.score DESC, s.company_id DESC LIMIT $1
"""

#: $2 tokens are counted or, where they would go beyond the cap $3, none are. The row is locked before it is looked at.
RESERVE = """
    INSERT INTO wording_usage AS usage (tenant_id, day, tokens) SELECT tenant(), $1, $2 WHERE $2 <= $3::bigint
    ON CONFLICT (tenant_id, day) DO UPDATE SET tokens = usage.tokens + excluded.tokens
     WHERE usage.tokens + excluded.tokens <= $3
    RETURNING tokens
"""
SETTLE = "UPDATE wording_usage SET tokens = greatest(tokens - $2::bigint + $3::bigint, 0) WHERE day = $1"


class Unworded(NamedTuple):
    """A lead in the template's words."""

    features_hash: str
    features: str
    event: CompanyEnriched
    rationale: str


async def find(tx: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """The words for features with these hashes, where there are any."""
    return {row["features_hash"]: row["words"] for row in await tx.fetch(FIND, hashes)}


async def save(tx: Connection, features_hash: str, words: str | None, now: datetime) -> None:
    """None: the model was asked, and said nothing that may be said."""
    await tx.execute(SAVE, features_hash, words, now)


async def unworded(tx: Connection, most: int, *, score_from: float) -> list[Unworded]:
    """The best leads that have only the template's words, and whose features the model has not been asked about."""
    return [
        Unworded(
            row["features_hash"],
            row["features"],
            decode_body(CompanyEnriched, row["evidence"].encode()),
            row["rationale"],
        )
        for row in await tx.fetch(UNWORDED, most, score_from)
    ]


async def reserve(tx: Connection, day: date, tokens: int, *, cap: int) -> bool:
    """Counts the most that a question can take as used. False, and nothing counted, if that is more than is left."""
    return await tx.fetchval(RESERVE, day, tokens, cap) is not None


async def settle(tx: Connection, day: date, *, reserved: int, used: int) -> None:
    """Puts the reservation right."""
    await tx.execute(SETTLE, day, reserved, used)
