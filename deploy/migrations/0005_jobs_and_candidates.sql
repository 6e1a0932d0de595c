-- The upserter's own: the jobs a request leaves for the night, and which companies a tenant is interested in.

CREATE TABLE background_jobs (
    job_id     uuid PRIMARY KEY,               -- the id of the request that made it
    tenant_id  int NOT NULL REFERENCES tenants,
    job_type   text NOT NULL CHECK (job_type IN ('staging_upsert')),
    status     text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'error')),
    params     jsonb NOT NULL,                 -- {"terms": [...], "codes": [...], "limit": n|null, "after": {...}|null}
    processed  int NOT NULL DEFAULT 0,
    total      int NOT NULL,
    error      text,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at   timestamptz
);
CREATE INDEX background_jobs_by_tenant ON background_jobs (tenant_id, status, created_at);
CALL keep_tenants_apart('background_jobs');

CREATE TABLE icp_candidate_companies (
    tenant_id  int NOT NULL REFERENCES tenants,
    company_id bigint NOT NULL REFERENCES companies,
    job_id     uuid NOT NULL,                  -- the request that found it first
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, company_id)
);
CREATE INDEX icp_candidate_companies_newest ON icp_candidate_companies (tenant_id, updated_at DESC, company_id DESC);
CALL keep_tenants_apart('icp_candidate_companies');

GRANT SELECT, INSERT, UPDATE ON background_jobs, icp_candidate_companies TO leadgen_service;
