"""Lead features in PostgreSQL: what the score of each tenant's company was made of. The newest enrichment wins."""

import json
from collections.abc import Sequence

from common.postgres import Connection
from scorer.rating import Feature, Rating

SAVE = """
    INSERT INTO lead_features (tenant_id, company_id, features, model_version, enriched_at)
    SELECT tenant(), company_id, features::jsonb, model_version, enriched_at
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[])
           AS new (company_id, features, model_version, enriched_at)
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET features = excluded.features, model_version = excluded.model_version, enriched_at = excluded.enriched_at
     WHERE lead_features.enriched_at <= excluded.enriched_at  -- <=: a rerun of the same enrichment may rewrite
       AND (lead_features.features, lead_features.model_version, lead_features.enriched_at)
           IS DISTINCT FROM (excluded.features, excluded.model_version, excluded.enriched_at)
"""

LONGEST_EVIDENCE = 200


async def save(tx: Connection, ratings: Sequence[Rating]) -> None:
    """Writes the features of these ratings, one company each, sorted by company. May be repeated."""
    await tx.execute(
        SAVE,
        [rating.event.company.company_id for rating in ratings],
        [_as_json(rating.features) for rating in ratings],
        [rating.model_version for rating in ratings],
        [rating.event.enriched_at for rating in ratings],
    )


def _as_json(features: Sequence[Feature]) -> str:
    return json.dumps(
        {
            feature.signal.name: {
                "value": feature.signal.value,
                "contribution": feature.contribution,
                "evidence": feature.signal.evidence.replace("\0", "")[:LONGEST_EVIDENCE],
            }
            for feature in features
        },
    )
