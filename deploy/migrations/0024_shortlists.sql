-- The shortlist of each night, as it was when its companies were scored: a later enrichment, another ICP or another
-- model does not change it. Written by nightly. The order of a list: is_late, score DESC, company_id.
CREATE TABLE shortlist_leads (
    tenant_id     int NOT NULL,
    run_id        uuid NOT NULL,
    company_id    bigint NOT NULL,
    night         date NOT NULL,
    is_late       boolean NOT NULL,            -- scored after the run had ended: it comes after the others
    is_new        boolean NOT NULL,            -- on no earlier shortlist of the tenant
    score         double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
    bucket        text NOT NULL,
    confidence    double precision,
    has_icp       boolean,
    rationale     text NOT NULL,
    model_version text NOT NULL,
    enriched_at   timestamptz NOT NULL,
    base          double precision,
    features      json NOT NULL,               -- as in lead_features
    contact       json,                        -- {"kind", "value", "name", "title", "status"}; NULL: none was found
    listed_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, run_id, company_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES enrichment_runs
);
CREATE INDEX shortlist_leads_by_night ON shortlist_leads (tenant_id, night, is_late, score DESC, company_id);
CREATE INDEX shortlist_leads_by_company ON shortlist_leads (tenant_id, company_id, night);
CALL keep_tenants_apart('shortlist_leads');
GRANT SELECT, INSERT ON shortlist_leads TO leadgen_service;
