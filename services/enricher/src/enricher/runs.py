"""The enrichments made, in PostgreSQL: one row per request. A repeat of the request finds its row and leaves it."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from common.contracts import Company, CompanyFact, Lane
from common.postgres import Connection
from enricher.waterfall import Enrichment, inputs_hash

SAVE = """
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at, inputs_hash, steps, sources,
                                         corpus)
    VALUES (tenant(), $1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, $10, $11, $12::jsonb, $13, $14)
    ON CONFLICT (tenant_id, company_id, event_id, replay_id) DO NOTHING
"""


async def save(
    tx: Connection,
    company: Company,
    done: Enrichment,
    facts: Sequence[CompanyFact],
    *,
    event_id: UUID,
    replay_id: UUID,
    lane: Lane,
    now: datetime,
    keeps_corpus: bool,
) -> None:
    """Records the enrichment that this request led to, and the facts that it found. May be repeated."""
    pages = [{"url": page.url, "status": page.status, "bytes": page.size} for page in done.profile.visit.pages]
    found = {"site": done.profile.site.model_dump(mode="json"), "facts": [fact.model_dump() for fact in facts]}
    await tx.execute(
        SAVE,
        company.company_id,
        event_id,
        replay_id,
        lane,
        done.profile.site.outcome,
        json.dumps(pages),
        json.dumps(found),
        done.steps.reasons,
        done.steps.duration_ms,
        now,
        inputs_hash(company),
        json.dumps(done.steps.as_json()),
        done.profile.sources,
        done.profile.corpus.text if keeps_corpus else None,
    )
