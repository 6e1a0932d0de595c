"""Checks of nights: each planned company was requested once, within the cap, and each run has its outcome recorded."""

from leadgen.audit.check import Check

MANIFEST = Check(
    "night-manifest",
    "Each night's manifest names its companies in order, each once, and no more than the cap.",
    "The plan was changed after it was written: compare run_manifests with run_companies of this run.",
    """
    SELECT tenant_id, run_id, night, cap, coalesce(cardinality(company_ids), 0) AS in_manifest,
           coalesce(cardinality(planned), 0) AS planned
      FROM audit_nights
      LEFT JOIN (SELECT tenant_id, run_id, array_agg(company_id ORDER BY position) AS planned
                   FROM audit_night_companies GROUP BY 1, 2) AS companies USING (tenant_id, run_id)
     WHERE coalesce(company_ids, '{}') <> coalesce(planned, '{}') OR cardinality(company_ids) > cap
     ORDER BY 1, 3
    """,
)

ASKED = Check(
    "night-asked",
    "Each company of a night's manifest was requested, under the id that the manifest names.",
    "The request was lost: start the tenant's night again (`leadgen nightly --tenant N --date D`).",
    """
    SELECT planned.tenant_id, planned.run_id, planned.key, planned.event_id
      FROM audit_night_companies AS planned
     WHERE NOT EXISTS (SELECT FROM audit_messages AS asked
                        WHERE asked.event_id = planned.event_id AND asked.key = planned.key
                          AND asked.topic = 'enrichment.requested.nightly.v1')
     ORDER BY 1, 2, 3
    """,
)

PLANNED = Check(
    "night-planned",
    "Each nightly request belongs to a night's manifest.",
    "A company was requested beyond the night's plan and cap. Find out who announced it, by ce_source.",
    """
    SELECT asked.tenant_id, asked.correlation AS run_id, asked.key, asked.event_id
      FROM audit_messages AS asked
      JOIN audit_producers AS announced ON announced.topic = asked.topic
     CROSS JOIN audit_scope AS scope
     WHERE asked.topic = 'enrichment.requested.nightly.v1' AND substring(asked.event_id::text, 15, 1) = '8'
       AND asked.at < scope.at - scope.transit
       AND NOT EXISTS (SELECT FROM audit_night_companies AS planned
                        WHERE planned.event_id = asked.event_id AND planned.tenant_id = asked.tenant_id)
     ORDER BY 1, 2, 3
    """,
)

# What a night records of a company is looked up by these ids.
CHAIN = Check(
    "night-chain",
    "The ids in a manifest are those of the company's events.",
    "The night looks for other event ids than the services use, so its report is wrong. Report it as a bug.",
    """
    SELECT tenant_id, run_id, key, event_id, enriched_id, scored_id
      FROM audit_night_companies
     WHERE enriched_id <> pg_temp.effect_id(event_id, 'company.enriched.v1', key)
        OR scored_id <> pg_temp.effect_id(enriched_id, 'lead.scored.v1', key)
     ORDER BY 1, 2, 3
    """,
)

TRUE_ENDS = Check(
    "night-ends",
    "A company that a night counts as ended was handled by odoo-sync; in a night that is done, every company was.",
    "The report of this night is wrong about these companies. `leadgen trace` shows where they are.",
    """
    SELECT company.tenant_id, company.run_id, night.status, company.key, company.state, handled.state AS at_odoo_sync
      FROM audit_night_companies AS company
      JOIN audit_nights AS night USING (tenant_id, run_id)
     CROSS JOIN audit_scope AS scope
      LEFT JOIN audit_inbox AS handled
        ON handled.event_id = company.scored_id AND handled.consumer = 'odoo-sync'
       AND handled.replay_id = '00000000-0000-0000-0000-000000000000'
     WHERE (services IS NULL OR 'odoo-sync' = ANY(services))
       AND CASE WHEN company.state IN ('synced', 'no_connection', 'held_back', 'unsynced')
                THEN handled.state IS DISTINCT FROM 'done'
                ELSE night.status = 'done' END
     ORDER BY 1, 2, 4
    """,
)

OVER = Check(
    "night-over",
    "Each run has ended by the end of its window.",
    "The run was left in the middle: start it again (`leadgen nightly --tenant N --date D`); it resumes.",
    """
    SELECT tenant_id, run_id, night, status, window_ends_at
      FROM audit_nights CROSS JOIN audit_scope AS scope
     WHERE status IN ('planning', 'publishing', 'running') AND window_ends_at < scope.at - scope.waited_for
     ORDER BY 1, 3
    """,
)

CHECKS = (MANIFEST, ASKED, PLANNED, CHAIN, TRUE_ENDS, OVER)
