-- A request that is repeated while its job waits or runs gets the same job: `asked` tells what was asked for.
ALTER TABLE background_jobs ADD COLUMN asked text, ADD COLUMN continues uuid;
ALTER TABLE background_jobs NO FORCE ROW LEVEL SECURITY; -- for the owner, here
UPDATE background_jobs SET asked = job_id::text;
ALTER TABLE background_jobs ALTER COLUMN asked SET NOT NULL;
CREATE UNIQUE INDEX background_jobs_asked ON background_jobs (tenant_id, asked) WHERE status IN ('queued', 'running');

-- A job's codes now come in bands, those nearest to the tenant's ICP first, each with its version.
UPDATE background_jobs
   SET params = params - 'codes' || jsonb_build_object('bands', jsonb_build_array(
           (SELECT coalesce(jsonb_agg(jsonb_build_array('2020', code)), '[]') FROM jsonb_array_elements_text(params -> 'codes') code)))
 WHERE params ? 'codes';
ALTER TABLE background_jobs FORCE ROW LEVEL SECURITY;

-- When the tenant last had the company enriched: it is not done again for every search within the week.
ALTER TABLE icp_candidate_companies ADD COLUMN enriched_at timestamptz;
-- Companies and tenants are never deleted, and ids come from the statement that wrote the company: looking each of them
-- up again cost a job as much as saving the company.
ALTER TABLE icp_candidate_companies
    DROP CONSTRAINT icp_candidate_companies_company_id_fkey, DROP CONSTRAINT icp_candidate_companies_tenant_id_fkey;

-- A tenant's own caps, set by the operator (`leadgen tenant limit`): the smaller of it and the global setting holds.
ALTER TABLE tenants
    ADD COLUMN upsert_sync_limit   int CHECK (upsert_sync_limit >= 0),
    ADD COLUMN upsert_max_per_job  int CHECK (upsert_max_per_job > 0),
    ADD COLUMN requests_per_minute int CHECK (requests_per_minute > 0);

-- Whom a tenant looks for; the gateway's. Codes of any level with their version: 2020:K.
CREATE TABLE icp_rules (
    tenant_id  int PRIMARY KEY REFERENCES tenants,
    industries text[] NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now()
);
CALL keep_tenants_apart('icp_rules');
GRANT SELECT, INSERT, UPDATE ON icp_rules TO leadgen_service;

-- How fast each tenant asks, over all replicas of the gateway: the generic cell rate algorithm's one number, the time
-- at which its next request would be due at a steady rate. Lost in a crash of PostgreSQL, and no harm done. It is
-- plumbing, without row-level security: tenant 0 stands for all of them together.
CREATE UNLOGGED TABLE request_rates (
    tenant_id int PRIMARY KEY,
    due_at    timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON request_rates TO leadgen_service;
