"""Checks of results: each company was upserted, enriched, scored and synced once for each request."""

from leadgen.audit.check import Check

UPSERTED = Check(
    "upserted",
    "Each company that was announced or requested is saved, and is its tenant's candidate.",
    "The company is missing in a table: request its industry once more for this tenant.",
    """
    SELECT DISTINCT message.tenant_id, message.topic, message.key, message.company_id,
           company.company_id IS NOT NULL AS is_saved, candidate.company_id IS NOT NULL AS is_candidate
      FROM audit_messages AS message
      JOIN audit_producers USING (topic)
     CROSS JOIN audit_scope AS scope
      LEFT JOIN companies AS company ON company.company_id = message.company_id
      LEFT JOIN audit_candidates AS candidate
        ON candidate.tenant_id = message.tenant_id AND candidate.company_id = message.company_id
     WHERE service = 'upserter' AND topic IN ('company.upserted.v1', 'enrichment.requested.v1')
       AND message.at < scope.at - scope.transit
       AND (company.company_id IS NULL OR candidate.company_id IS NULL)
     ORDER BY 1, 3
    """,
)

ENRICHED = Check(
    "enriched-once",
    "Each request for enrichment that was handled has one run.",
    "No run: handle the request once more (a rerun). Several runs: two companies had one request, which is a bug.",
    """
    SELECT asked.tenant_id, asked.key, asked.event_id, asked.replay_id, count(run.company_id) AS runs
      FROM audit_inbox AS asked LEFT JOIN audit_runs AS run USING (tenant_id, event_id, replay_id)
     WHERE asked.consumer = 'enricher' AND asked.state = 'done'
     GROUP BY 1, 2, 3, 4 HAVING count(run.company_id) <> 1
     ORDER BY 1, 2
    """,
)

REQUESTED = Check(
    "requested",
    "Each run of an enrichment belongs to a request.",
    "A company was enriched, and perhaps paid for, without a request. Find out which program wrote it.",
    """
    SELECT run.tenant_id, run.company_id, run.event_id, run.replay_id
      FROM audit_runs AS run CROSS JOIN audit_scope AS scope
     WHERE scope.only_run IS NULL AND (services IS NULL OR 'enricher' = ANY(services))
       AND NOT EXISTS (SELECT FROM audit_inbox AS asked
                        WHERE asked.event_id = run.event_id AND asked.replay_id = run.replay_id
                          AND asked.tenant_id = run.tenant_id AND asked.consumer = 'enricher')
     ORDER BY 1, 2
    """,
)

SCORED = Check(
    "scored",
    "Each company has the score of its newest enrichment that the scorer has handled.",
    "The score is missing or stale: handle company.enriched of this company once more at the scorer (a rerun).",
    """
    SELECT run.tenant_id, run.company_id, max(run.enriched_at) AS enriched_at, score.enriched_at AS scored
      FROM audit_runs AS run
      JOIN audit_expected AS due ON due.cause_id = run.event_id AND due.replay_id = run.replay_id
                                AND due.consumer = 'enricher'
      JOIN audit_inbox AS handled ON handled.event_id = due.event_id AND handled.replay_id = due.replay_id
                                 AND handled.consumer = 'scorer' AND handled.state = 'done'
      LEFT JOIN audit_scores AS score
        ON score.tenant_id = run.tenant_id AND score.company_id = run.company_id
     GROUP BY run.tenant_id, run.company_id, score.enriched_at
    HAVING max(run.enriched_at) > coalesce(score.enriched_at, '-infinity')
     ORDER BY 1, 2
    """,
)

EXPLAINED = Check(
    "explained",
    "Each score and its features are of one enrichment and one model.",
    "Score the tenant's leads again (`leadgen scoring use`), or rerun company.enriched of this company.",
    """
    SELECT tenant_id, company_id, model_version, enriched_at, features_version, features_at
      FROM audit_scores
     WHERE (model_version, enriched_at) IS DISTINCT FROM (features_version, features_at)
     ORDER BY 1, 2
    """,
)

SYNCED = Check(
    "synced",
    "Each company whose score odoo-sync has handled has one link, as of that score or a newer one.",
    "The lead did not reach Odoo: `leadgen odoo resync`, or handle its lead.scored once more at odoo-sync (a rerun).",
    """
    SELECT run.tenant_id, run.company_id, max(run.enriched_at) AS enriched_at, link.enriched_at AS linked
      FROM audit_runs AS run
      JOIN audit_expected AS enriched ON enriched.cause_id = run.event_id AND enriched.replay_id = run.replay_id
                                     AND enriched.consumer = 'enricher'
      JOIN audit_expected AS scored ON scored.cause_id = enriched.event_id AND scored.replay_id = enriched.replay_id
                                   AND scored.consumer = 'scorer'
      JOIN audit_inbox AS handled ON handled.event_id = scored.event_id AND handled.replay_id = scored.replay_id
                                 AND handled.consumer = 'odoo-sync' AND handled.state = 'done'
      LEFT JOIN audit_links AS link ON link.tenant_id = run.tenant_id AND link.company_id = run.company_id
     GROUP BY run.tenant_id, run.company_id, link.enriched_at
    HAVING max(run.enriched_at) > coalesce(link.enriched_at, '-infinity')
     ORDER BY 1, 2
    """,
)

ONE_LEAD = Check(
    "one-lead",
    "No two companies of a tenant share a lead in Odoo.",
    "Look at the lead in Odoo, then run `leadgen audit odoo` for this tenant.",
    """
    SELECT tenant_id, place, lead_id, string_agg(company_id::text, ', ' ORDER BY company_id) AS companies
      FROM audit_links WHERE lead_id IS NOT NULL
     GROUP BY tenant_id, place, lead_id HAVING count(*) > 1
     ORDER BY 1, 2, 3
    """,
)

CHECKS = (UPSERTED, ENRICHED, REQUESTED, SCORED, EXPLAINED, SYNCED, ONE_LEAD)
