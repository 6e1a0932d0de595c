"""The language model's rationales (`lead_wordings`) and its token budget (`wording_usage`), in PostgreSQL."""

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
#: The best leads whose features the model was not asked about. The subquery is a look-up per lead, never a join.
UNASKED = """
    SELECT f.features_hash, f.features::text AS features, f.evidence::text AS evidence, s.rationale
      FROM lead_scores s JOIN lead_features f USING (tenant_id, company_id)
     WHERE s.tenant_id = tenant() AND s.score >= $2 AND f.evidence IS NOT NULL AND f.features_hash IS NOT NULL
       AND (SELECT true FROM lead_wordings w
             WHERE w.tenant_id = s.tenant_id AND w.features_hash = f.features_hash) IS NULL
     ORDER BY s.score DESC, s.company_id DESC LIMIT $1
"""

#: Counts $2 tokens unless they would exceed the cap $3. The upsert locks the row before it checks.
RESERVE = """
    INSERT INTO wording_usage AS usage (tenant_id, day, tokens) SELECT tenant(), $1, $2 WHERE $2 <= $3::bigint
    ON CONFLICT (tenant_id, day) DO UPDATE SET tokens = usage.tokens + excluded.tokens
     WHERE usage.tokens + excluded.tokens <= $3
    RETURNING tokens
"""
SETTLE = "UPDATE wording_usage SET tokens = greatest(tokens - $2::bigint + $3::bigint, 0) WHERE day = $1"


class UnaskedLead(NamedTuple):
    """A lead with the template's rationale, for whose features the model was not asked yet."""

    features_hash: str
    features: str
    event: CompanyEnriched
    rationale: str


async def find(tx: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """Returns accepted rationales by the hash of their features."""
    return {row["features_hash"]: row["words"] for row in await tx.fetch(FIND, hashes)}


async def save(tx: Connection, features_hash: str, words: str | None, now: datetime) -> None:
    """Saves the model's answer; `None`: the answer was refused, do not ask again."""
    await tx.execute(SAVE, features_hash, words, now)


async def find_unasked(tx: Connection, most: int, *, score_from: float) -> list[UnaskedLead]:
    """Returns up to `most` leads for which the model was not asked yet, best score first."""
    return [
        UnaskedLead(
            row["features_hash"],
            row["features"],
            decode_body(CompanyEnriched, row["evidence"].encode()),
            row["rationale"],
        )
        for row in await tx.fetch(UNASKED, most, score_from)
    ]


async def reserve_tokens(tx: Connection, day: date, tokens: int, *, cap: int) -> bool:
    """Reserves tokens of the day's cap. Returns False and reserves nothing if fewer are left."""
    return await tx.fetchval(RESERVE, day, tokens, cap) is not None


async def settle_tokens(tx: Connection, day: date, *, reserved: int, used: int) -> None:
    """Replaces a reservation by the tokens used."""
    await tx.execute(SETTLE, day, reserved, used)
