-- The scorer's own: each lead's features, and the score they come to. The newest enrichment wins.

CREATE TABLE lead_features (
    tenant_id     int NOT NULL REFERENCES tenants,
    company_id    bigint NOT NULL REFERENCES companies,
    features      jsonb NOT NULL,              -- {"has_email": {"value": 1.0, "contribution": 0.25, "evidence": "..."}, ...}
    model_version text NOT NULL,
    enriched_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, company_id)
);
CALL keep_tenants_apart('lead_features');

CREATE TABLE lead_scores (
    tenant_id     int NOT NULL REFERENCES tenants,
    company_id    bigint NOT NULL REFERENCES companies,
    score         double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
    bucket        text NOT NULL CHECK (bucket IN ('High', 'Medium', 'Low')),
    rationale     text NOT NULL,
    model_version text NOT NULL,
    enriched_at   timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, company_id)
);
CREATE INDEX lead_scores_best ON lead_scores (tenant_id, score DESC, company_id DESC);
CREATE INDEX lead_scores_newest ON lead_scores (tenant_id, updated_at DESC, company_id DESC);
CALL keep_tenants_apart('lead_scores');

GRANT SELECT, INSERT, UPDATE ON lead_features, lead_scores TO leadgen_service;
