-- The gateway's: what reps said became of a lead, and the times to the first byte that chat clients measured.

-- Rows are only added. The latest of a company counts; `leadgen scoring eval` and `fit` learn from it.
CREATE TABLE lead_feedback (
    tenant_id  int NOT NULL REFERENCES tenants,
    company_id bigint NOT NULL REFERENCES companies,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    outcome    text NOT NULL CHECK (outcome IN ('won', 'lost', 'not_a_fit', 'wrong_contact')),
    note       text CHECK (length(note) <= 1000),
    actor      text NOT NULL,                  -- the subject of the token, or key:<id> of an API key
    at         timestamptz NOT NULL DEFAULT now(),
    score      double precision NOT NULL,      -- of the lead at that time
    PRIMARY KEY (tenant_id, company_id, id)
);
CALL keep_tenants_apart('lead_feedback');
GRANT SELECT, INSERT ON lead_feedback TO leadgen_service;

-- Lost in a crash of PostgreSQL, and no harm done. Kept for an hour.
CREATE UNLOGGED TABLE chat_ttfb (
    tenant_id int NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    ttfb_ms   real NOT NULL CHECK (ttfb_ms BETWEEN 0 AND 600000)
) WITH (autovacuum_vacuum_scale_factor = 0.1);
CREATE INDEX chat_ttfb_newest ON chat_ttfb (tenant_id, at) INCLUDE (ttfb_ms);
CALL keep_tenants_apart('chat_ttfb');
GRANT SELECT, INSERT, DELETE ON chat_ttfb TO leadgen_service;

-- Jobs that ended lately.
CREATE INDEX background_jobs_by_end ON background_jobs (tenant_id, ended_at);
