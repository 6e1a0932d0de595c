-- The enricher's own: what each visit found, and whom one can write to.

CREATE TABLE company_enrichment_runs (
    tenant_id        int NOT NULL REFERENCES tenants,
    company_id       bigint NOT NULL REFERENCES companies,
    event_id         uuid NOT NULL,            -- the request that caused it: a repeat finds its own row
    replay_id        uuid NOT NULL,
    lane             text NOT NULL,
    outcome          text NOT NULL,            -- 'visited', 'no_site_known', 'forbidden', 'unreachable', 'empty'
    pages            jsonb NOT NULL,           -- [{"url", "status", "bytes"}, ...]
    facts            jsonb NOT NULL,
    degraded_reasons text[] NOT NULL,
    duration_ms      int NOT NULL,
    enriched_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, company_id, event_id, replay_id)
);
CREATE INDEX company_enrichment_runs_newest
    ON company_enrichment_runs (tenant_id, enriched_at DESC, company_id DESC);
CALL keep_tenants_apart('company_enrichment_runs');

CREATE TABLE contacts (
    tenant_id  int NOT NULL REFERENCES tenants,
    company_id bigint NOT NULL REFERENCES companies,
    kind       text NOT NULL CHECK (kind IN ('email', 'phone')),
    value      text NOT NULL,                  -- an address in lower case, a number in E.164
    is_role    boolean NOT NULL DEFAULT false, -- info@, sales@: not a person's
    source_url text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, company_id, kind, value)
);
CALL keep_tenants_apart('contacts');

GRANT SELECT, INSERT, UPDATE ON company_enrichment_runs, contacts TO leadgen_service;
