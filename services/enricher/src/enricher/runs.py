"""The visits made, in PostgreSQL: one row per request. A repeat of the request finds its row and leaves it."""

import json
from datetime import datetime
from uuid import UUID

from common.contracts import Lane
from common.postgres import Connection
from enricher.visiting import Visit

SAVE = """
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at)
    VALUES (tenant(), $1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, $10)
    ON CONFLICT (tenant_id, company_id, event_id, replay_id) DO NOTHING
"""


async def save(
    tx: Connection, company_id: int, visit: Visit, *, event_id: UUID, replay_id: UUID, lane: Lane, now: datetime
) -> None:
    """Records the visit that this request led to. May be repeated."""
    pages = [{"url": page.url, "status": page.status, "bytes": page.size} for page in visit.pages]
    await tx.execute(
        SAVE,
        company_id,
        event_id,
        replay_id,
        lane,
        visit.site.outcome,
        json.dumps(pages),
        visit.site.model_dump_json(),
        list(visit.degraded_reasons),
        visit.duration_ms,
        now,
    )
