-- The runs of all tenants behind a place in the list of nights, newest night first in each tenant. It has the rights of
-- its caller: it sets one tenant after the other, since the policy shows one tenant's rows at a time.
CREATE FUNCTION runs_of_all_tenants(
    of_tenant int, of_night date, of_statuses text[], after_night date, after_tenant int, most int
) RETURNS TABLE (tenant_id int, tenant text, run_id uuid, night date) LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT it.tenant_id, it.name FROM tenants AS it WHERE of_tenant IS NULL OR it.tenant_id = of_tenant LOOP
        PERFORM set_config('request.tenant_id', one.tenant_id::text, true);
        RETURN QUERY
            SELECT one.tenant_id, one.name, run.run_id, run.night FROM enrichment_runs AS run
             WHERE run.tenant_id = tenant()
               AND (of_night IS NULL OR run.night = of_night)
               AND (of_statuses IS NULL OR run.status = ANY(of_statuses))
               AND (after_night IS NULL OR run.night < after_night
                    OR run.night = after_night AND one.tenant_id > after_tenant)
             ORDER BY run.night DESC LIMIT most;
    END LOOP;
    PERFORM set_config('request.tenant_id', '', true);
END $$;
REVOKE ALL ON FUNCTION runs_of_all_tenants(int, date, text[], date, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION runs_of_all_tenants(int, date, text[], date, int, int) TO leadgen_gateway, leadgen_service;
