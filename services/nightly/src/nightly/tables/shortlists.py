"""The table `shortlist_leads`: each run's scored companies, in their state when the run's progress was read.

A row is written once and never changed, so a list stays the same for the day: leads that are scored after the run has
ended come at its end.
"""

from uuid import UUID

from common.postgres import Connection

# The best contact by the scorer's order: working addresses, persons and verified ones first.
KEEP = """
    INSERT INTO shortlist_leads (tenant_id, run_id, company_id, night, is_late, is_new, score, bucket, confidence,
                                 has_icp, rationale, model_version, enriched_at, base, features, contact)
    SELECT company.tenant_id, company.run_id, company.company_id, company.night,
           coalesce(company.scored_at > run.ended_at, false),
           NOT EXISTS (SELECT FROM shortlist_leads earlier
                        WHERE earlier.tenant_id = company.tenant_id AND earlier.company_id = company.company_id
                          AND earlier.night < company.night),
           lead.score, lead.bucket, lead.confidence, lead.has_icp, lead.rationale, lead.model_version, lead.enriched_at,
           made_of.base, coalesce(made_of.features, '{}')::json, contact.best
      FROM enrichment_runs run
      JOIN run_companies company USING (tenant_id, run_id)
      JOIN lead_scores lead USING (tenant_id, company_id)
      LEFT JOIN lead_features made_of USING (tenant_id, company_id)
      LEFT JOIN LATERAL (
          SELECT json_build_object('kind', kind, 'value', value, 'name', name, 'title', title, 'status', status) AS best
            FROM contacts
           WHERE contacts.tenant_id = company.tenant_id AND contacts.company_id = company.company_id
             AND (status IS NULL OR status NOT IN ('invalid', 'spamtrap', 'abuse', 'do_not_mail')
                  OR sub_status IN ('role_based', 'role_based_catch_all', 'role_based_accept_all'))
           ORDER BY kind <> 'email', is_role, coalesce(status, '') <> 'valid', title IS NULL, value LIMIT 1
      ) contact ON true
     WHERE run.tenant_id = tenant() AND run.run_id = $1 AND company.scored_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM shortlist_leads listed
                        WHERE listed.tenant_id = company.tenant_id AND listed.run_id = company.run_id
                          AND listed.company_id = company.company_id)
    ON CONFLICT DO NOTHING
"""


async def keep_shortlist(tx: Connection, run_id: UUID) -> int:
    """Adds the run's companies that were scored since the last call; returns how many. May be repeated."""
    return int((await tx.execute(KEEP, run_id)).rpartition(" ")[2])
