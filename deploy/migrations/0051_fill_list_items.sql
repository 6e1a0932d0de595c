-- The items of what is in the lists already. A tenant's lists stand still meanwhile: whoever changes them holds its clock.
DO $$
DECLARE
    its int;
BEGIN
    FOR its IN SELECT tenant_id FROM tenants ORDER BY tenant_id LOOP
        PERFORM set_config('request.tenant_id', its::text, true);
        PERFORM FROM list_clocks WHERE tenant_id = its FOR UPDATE;
        UPDATE listed_companies AS listed
           SET candidate = CASE WHEN is_candidate THEN (
                   SELECT row_to_json(made)::text FROM (
                       SELECT listed.company_id, coalesce(company.uen, no_uen(company.name)) AS uen, company.name,
                              company.status, company.industry_code, company.industry_norm, company.website_domain,
                              CASE facet / 2 WHEN 3 THEN 'High' WHEN 2 THEN 'Medium' WHEN 1 THEN 'Low' END AS bucket,
                              listed.score, facet % 2 = 1 AS has_verified_email, listed.updated_at) AS made) END,
               lead = CASE WHEN listed.score IS NOT NULL THEN (
                   SELECT row_to_json(made)::text FROM (
                       SELECT listed.company_id, coalesce(company.uen, no_uen(company.name)) AS uen, company.name,
                              company.industry_norm, company.website_domain, listed.score,
                              CASE facet / 2 WHEN 3 THEN 'High' WHEN 2 THEN 'Medium' WHEN 1 THEN 'Low' END AS bucket,
                              lead.confidence, lead.has_icp, lead.rationale, lead.model_version, lead.enriched_at,
                              lead.updated_at
                         FROM lead_scores AS lead
                        WHERE lead.tenant_id = its AND lead.company_id = listed.company_id) AS made) END
          FROM companies AS company
         WHERE listed.tenant_id = its AND company.company_id = listed.company_id;
    END LOOP;
END $$;
