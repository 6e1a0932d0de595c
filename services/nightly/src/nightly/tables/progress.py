"""The progress of a run's companies (`run_companies`), read from the stages' inboxes in one statement.

The ids of all events of a run are known from its manifest, so each stage's row is found by its primary key.
"""

from datetime import timedelta
from uuid import UUID

from common.ids import NO_REPLAY
from common.postgres import Connection

#: All states of a company in a run.
STATES = (
    "requested", "enriching", "scoring", "syncing", "odoo_waiting",
    "synced", "no_connection", "held_back", "unsynced", "dead",
)  # fmt: skip

#: A look at the same run within this time, by whatever process, only reads what the last one wrote.
SPACING = timedelta(seconds=0.9)

# Companies at their end are not looked at again, except dead letters, which an operator may have retried. Each stage's
# row is looked up by its key: LIMIT keeps the look-up from becoming a join over all of an inbox. What is written is
# found by all of its key as well, since the planner does not know how many companies a run has.
OBSERVE = """
    WITH turn AS MATERIALIZED (
        UPDATE enrichment_runs SET observed_at = clock_timestamp()
         WHERE tenant_id = tenant() AND run_id = $1 AND observed_at <= clock_timestamp() - $3::interval
     RETURNING skip),
    odoo AS MATERIALIZED (
        SELECT reason FROM inbox_pauses
         WHERE consumer = 'odoo-sync' AND tenant_id = tenant() AND since <= clock_timestamp() - $4::interval),
    seen AS MATERIALIZED (
        SELECT it.tenant_id, it.run_id, it.company_id,
               (it.state, it.error, it.taken_in_at, it.enriched_at, it.scored_at, it.enrich_ms) AS before,
               visit.received_at AS taken_in_at, score.received_at AS enriched_at, sync.received_at AS scored_at,
               CASE WHEN sync.state = 'done' THEN
                         CASE WHEN 'odoo' = ANY(turn.skip) OR link.outcome IS NULL OR link.outcome = 'deleted'
                              THEN 'unsynced'
                              WHEN link.outcome IN ('synced', 'no_connection') THEN link.outcome
                              ELSE 'held_back' END
                    WHEN 'dead' IN (sync.state, score.state, visit.state) THEN 'dead'
                    WHEN sync.state = 'open' AND EXISTS (SELECT FROM odoo) THEN 'odoo_waiting'
                    WHEN sync.state = 'open' OR score.state = 'done' THEN 'syncing'
                    WHEN score.state = 'open' OR visit.state = 'done' THEN 'scoring'
                    WHEN visit.state = 'open' THEN 'enriching'
                    ELSE 'requested' END AS state,
               CASE WHEN sync.state = 'dead' THEN 'sync' WHEN score.state = 'dead' THEN 'score'
                    WHEN visit.state = 'dead' THEN 'enrich' END AS dead_at,
               left(CASE WHEN sync.state IS DISTINCT FROM 'done' THEN
                         coalesce(sync.error, score.error, visit.error,
                                  (SELECT reason FROM odoo WHERE sync.state = 'open'))
                    WHEN link.outcome IN ('blocked', 'refused', 'deleted') THEN link.outcome || ': ' || link.reason
                    END, 1000) AS error,
               extract(epoch FROM sync.received_at - score.received_at) * 1000 AS score_ms,
               CASE WHEN sync.state = 'done' AND link.updated_at >= sync.received_at
                    THEN extract(epoch FROM link.updated_at - sync.received_at) * 1000 END AS sync_ms,
               run.duration_ms AS enrich_ms, run.degraded_reasons
          FROM turn
         CROSS JOIN run_companies AS it
          LEFT JOIN LATERAL (SELECT state, received_at, error FROM inbox_enricher
                              WHERE consumer = 'enricher' AND event_id = it.event_id AND replay_id = $2
                              LIMIT 1) AS visit ON true
          LEFT JOIN LATERAL (SELECT state, received_at, error FROM inbox_scorer
                              WHERE consumer = 'scorer' AND event_id = it.enriched_id AND replay_id = $2
                              LIMIT 1) AS score ON true
          LEFT JOIN LATERAL (SELECT state, received_at, error FROM inbox_odoo_sync
                              WHERE consumer = 'odoo-sync' AND event_id = it.scored_id AND replay_id = $2
                              LIMIT 1) AS sync ON true
          LEFT JOIN LATERAL (SELECT duration_ms, degraded_reasons FROM company_enrichment_runs
                              WHERE tenant_id = tenant() AND company_id = it.company_id AND event_id = it.event_id
                                AND replay_id = $2 LIMIT 1) AS run ON true
          LEFT JOIN LATERAL (SELECT outcome, reason, updated_at FROM odoo_links
                              WHERE tenant_id = tenant() AND company_id = it.company_id LIMIT 1) AS link ON true
         WHERE it.tenant_id = tenant() AND it.run_id = $1
           AND it.state NOT IN ('synced', 'no_connection', 'held_back', 'unsynced')),
    written AS (
        UPDATE run_companies AS it
           SET state = seen.state, dead_at = seen.dead_at, error = seen.error,
               taken_in_at = seen.taken_in_at, enriched_at = seen.enriched_at, scored_at = seen.scored_at,
               enrich_ms = seen.enrich_ms, score_ms = seen.score_ms, sync_ms = seen.sync_ms,
               degraded_reasons = coalesce(seen.degraded_reasons, it.degraded_reasons),
               ended_at = CASE WHEN seen.state IN ('synced', 'no_connection', 'held_back', 'unsynced', 'dead')
                               THEN coalesce(it.ended_at, clock_timestamp()) END
          FROM (SELECT * FROM seen
                 WHERE before IS DISTINCT FROM (state, error, taken_in_at, enriched_at, scored_at, enrich_ms)) AS seen
         WHERE it.tenant_id = seen.tenant_id AND it.run_id = seen.run_id AND it.company_id = seen.company_id)
    SELECT state, sum(companies)::int AS companies
      FROM (SELECT state, count(*) AS companies FROM seen GROUP BY state
             UNION ALL
            SELECT state, count(*) FROM run_companies
             WHERE tenant_id = tenant() AND run_id = $1
               AND (state IN ('synced', 'no_connection', 'held_back', 'unsynced') OR NOT EXISTS (SELECT FROM turn))
             GROUP BY state) AS counted
     GROUP BY state
"""

STATES_OF = """
    SELECT state, count(*)::int AS companies FROM run_companies
     WHERE tenant_id = tenant() AND run_id = $1 GROUP BY state
"""


async def observe(tx: Connection, run_id: UUID, odoo_patience: timedelta) -> dict[str, int]:
    """Brings the states of a run's companies up to date and counts them. May be repeated.

    A look too soon after the last one, whoever looked, only counts. `odoo_patience`: an Odoo that has been away for
    longer is waited for no more.
    """
    rows = await tx.fetch(OBSERVE, run_id, NO_REPLAY, SPACING, odoo_patience)
    return {row["state"]: row["companies"] for row in rows}


async def states(tx: Connection, run_id: UUID) -> dict[str, int]:
    """Counts a run's companies by state, as they were last observed."""
    return {row["state"]: row["companies"] for row in await tx.fetch(STATES_OF, run_id)}
