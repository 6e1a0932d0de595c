"""The table `company_enrichment_runs`: one row per request. A repeat of the request changes nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.contracts import Company, CompanyFact, Lane
from common.postgres import Connection
from enricher.enrichment.result import Enrichment, inputs_hash

#: Lists of texts travel as JSON: PostgreSQL's arrays of arrays must have rows of one length.
SAVE = """
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at, inputs_hash, steps, sources,
                                         corpus)
    SELECT tenant(), company_id, event_id, replay_id, lane, outcome, pages::jsonb, facts::jsonb,
           ARRAY(SELECT jsonb_array_elements_text(reasons::jsonb)), duration_ms, enriched_at, inputs_hash, steps::jsonb,
           ARRAY(SELECT jsonb_array_elements_text(sources::jsonb)), corpus
      FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::int[], $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::text[])
           AS run (company_id, event_id, replay_id, lane, outcome, pages, facts, reasons, duration_ms, enriched_at,
                   inputs_hash, steps, sources, corpus)
    ON CONFLICT (tenant_id, company_id, event_id, replay_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished enrichment with the request that caused it."""

    company: Company
    done: Enrichment
    facts: Sequence[CompanyFact]
    event_id: UUID
    replay_id: UUID
    lane: Lane
    now: datetime
    keeps_corpus: bool


async def save(tx: Connection, runs: Sequence[Run]) -> list[None]:
    """Records the runs. May be repeated."""
    await tx.execute(SAVE, *zip(*map(_row, runs), strict=True))
    return [None] * len(runs)


def _row(run: Run) -> tuple[object, ...]:
    profile, steps = run.done.profile, run.done.steps
    pages = [{"url": page.url, "status": page.status, "bytes": page.size} for page in profile.visit.pages]
    facts = ",".join(fact.model_dump_json() for fact in run.facts)
    found = f'{{"site":{profile.site.model_dump_json()},"facts":[{facts}]}}'
    return (
        run.company.company_id,
        run.event_id,
        run.replay_id,
        run.lane,
        profile.site.outcome,
        json.dumps(pages),
        found,
        json.dumps(steps.reasons),
        steps.duration_ms,
        run.now,
        inputs_hash(run.company),
        json.dumps(steps.as_json()),
        json.dumps(profile.sources),
        profile.corpus.text if run.keeps_corpus else None,
    )
