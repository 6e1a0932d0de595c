"""Statistics of each stage of a run (`run_stage_stats`): counts, durations, vendors' units, reasons and errors."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.ids import NO_REPLAY
from common.postgres import Connection

SAVE = """
    INSERT INTO run_stage_stats (tenant_id, run_id, stage, counts, errors) VALUES (tenant(), $1, $2, $3, $4)
    ON CONFLICT (tenant_id, run_id, stage) DO UPDATE
       SET counts = excluded.counts, errors = excluded.errors, updated_at = now()
"""

# Reasons and errors by the number of companies that have them, the most frequent 30. A stage has had the companies
# that came as far. Which vendor a step pays is the enricher's to know: those of `$3`.
SUMMARISE = """
    WITH stages (stage, waiting, ended, milliseconds) AS (
        VALUES ('enrich', ARRAY['requested', 'enriching'], ARRAY['requested', 'enriching'], 'enrich_ms'),
               ('score', ARRAY['scoring'], ARRAY['requested', 'enriching', 'scoring'], 'score_ms'),
               ('sync', ARRAY['syncing', 'odoo_waiting'], ARRAY['requested', 'enriching', 'scoring', 'syncing',
                                                                'odoo_waiting'], 'sync_ms')),
    companies AS MATERIALIZED (
        SELECT company_id, event_id, state, dead_at, error, degraded_reasons, enrich_ms, score_ms, sync_ms
          FROM run_companies WHERE tenant_id = tenant() AND run_id = $1),
    each AS (
        SELECT stage, company_id, state, error, degraded_reasons,
               CASE stage WHEN 'enrich' THEN enrich_ms WHEN 'score' THEN score_ms ELSE sync_ms END AS ms,
               CASE WHEN dead_at = stage THEN 'dead'
                    WHEN state = ANY(waiting) THEN CASE WHEN state = 'odoo_waiting' THEN 'odoo_waiting' ELSE 'open' END
                    WHEN state = 'dead' THEN CASE WHEN (dead_at, stage) IN (('score', 'enrich'), ('sync', 'enrich'),
                                                                            ('sync', 'score')) THEN 'done' END
                    WHEN state = ANY(ended) THEN NULL
                    WHEN stage = 'sync' THEN state
                    ELSE 'done' END AS outcome
          FROM companies CROSS JOIN stages),
    spent AS (
        SELECT vendor, sum(units) AS units
          FROM companies
          JOIN company_enrichment_runs AS run
            ON run.tenant_id = tenant() AND run.company_id = companies.company_id
           AND run.event_id = companies.event_id AND run.replay_id = $2
         CROSS JOIN LATERAL (
               SELECT $3::jsonb ->> (step ->> 'step') AS vendor, (step ->> 'units')::bigint AS units
                 FROM jsonb_array_elements(run.steps) AS step) AS paid
         WHERE vendor IS NOT NULL AND units > 0 GROUP BY vendor)
    INSERT INTO run_stage_stats AS known (tenant_id, run_id, stage, counts, p50_ms, p95_ms, p99_ms, spend, degraded,
                                          errors)
    SELECT tenant(), $1, stages.stage,
           coalesce((SELECT jsonb_object_agg(outcome, companies)
                       FROM (SELECT outcome, count(*) AS companies FROM each
                              WHERE each.stage = stages.stage AND outcome IS NOT NULL GROUP BY outcome) AS it), '{}'),
           (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM each WHERE each.stage = stages.stage),
           (SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FROM each WHERE each.stage = stages.stage),
           (SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) FROM each WHERE each.stage = stages.stage),
           CASE WHEN stages.stage = 'enrich' THEN
                coalesce((SELECT jsonb_object_agg(vendor, units) FROM spent), '{}') ELSE '{}' END,
           CASE WHEN stages.stage = 'enrich' THEN
                coalesce((SELECT jsonb_object_agg(reason, companies)
                            FROM (SELECT reason, count(*) AS companies
                                    FROM companies CROSS JOIN LATERAL unnest(degraded_reasons) AS reason
                                   GROUP BY reason ORDER BY companies DESC, reason LIMIT 30) AS it), '{}')
                ELSE '{}' END,
           coalesce((SELECT jsonb_object_agg(error, companies)
                       FROM (SELECT error, count(*) AS companies FROM each
                              WHERE each.stage = stages.stage AND error IS NOT NULL
                                AND outcome IN ('dead', 'open', 'odoo_waiting', 'held_back')
                              GROUP BY error ORDER BY companies DESC, error LIMIT 30) AS it), '{}')
      FROM stages
    ON CONFLICT (tenant_id, run_id, stage) DO UPDATE
       SET counts = excluded.counts, p50_ms = excluded.p50_ms, p95_ms = excluded.p95_ms, p99_ms = excluded.p99_ms,
           spend = excluded.spend, degraded = excluded.degraded, errors = excluded.errors, updated_at = now()
"""
FIND = """
    SELECT stage, counts, p50_ms, p95_ms, p99_ms, spend, degraded, errors FROM run_stage_stats
     WHERE tenant_id = tenant() AND run_id = $1
     ORDER BY array_position(ARRAY['upsert', 'enrich', 'score', 'sync'], stage)
"""
#: The steps of an enrichment that cost something, with the vendor that is paid.
PAID_STEPS = {
    "find_site": "tavily",
    "tavily": "tavily",
    "understand": "openai",
    "lusha": "lusha",
    "zerobounce": "zerobounce",
}


async def save_upsert(tx: Connection, run_id: UUID, counts: Mapping[str, int], errors: Mapping[str, int]) -> None:
    """Records the upserter's results for the run before the selection. May be repeated."""
    await tx.execute(SAVE, run_id, "upsert", json.dumps(counts), json.dumps(errors))


async def summarise(tx: Connection, run_id: UUID) -> dict[str, dict[str, Any]]:
    """Writes the statistics of the other stages from the run's companies, and returns all. May be repeated."""
    await tx.execute(SUMMARISE, run_id, NO_REPLAY, json.dumps(PAID_STEPS))
    texts = ("counts", "spend", "degraded", "errors")
    return {
        row["stage"]: {
            name: json.loads(value) if name in texts else value for name, value in row.items() if name != "stage"
        }
        for row in await tx.fetch(FIND, run_id)
    }
