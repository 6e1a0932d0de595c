-- Scores by the tenant's ICP and its own weights, and what is needed to score again without a new enrichment.

-- The scorer's copy of whom each tenant looks for, as the gateway announced it; the newest change wins.
CREATE TABLE scoring_profiles (
    tenant_id  int PRIMARY KEY REFERENCES tenants,
    icp        json NOT NULL,                  -- as in the event icp.changed
    changed_at timestamptz NOT NULL
);
CALL keep_tenants_apart('scoring_profiles');
GRANT SELECT, INSERT, UPDATE ON scoring_profiles TO leadgen_service;

-- A tenant's own weights, written by the operator; what they do not name has the weight of the model's file.
-- Whether a name is a criterion is the file's to know: the scorer looks at that, and uses the model's weights if not.
CREATE TABLE scoring_models (
    tenant_id int PRIMARY KEY REFERENCES tenants,
    weights   jsonb NOT NULL                                           -- {"industry": 0.3, ...}: relative to each other
              CONSTRAINT weights_are_numbers_from_0_to_1000000 CHECK (
                  jsonb_typeof(weights) = 'object'
                  AND NOT jsonb_path_exists(weights, 'strict $.* ? (@.type() != "number" || @ < 0 || @ > 1000000)')),
    version   text NOT NULL CHECK (version <> ''),                     -- becomes a part of model_version
    set_at    timestamptz NOT NULL DEFAULT now()
);
CALL keep_tenants_apart('scoring_models');
GRANT SELECT ON scoring_models TO leadgen_service;

-- NULL in rows from before: those leads are scored by the ICP when they are enriched the next time.
ALTER TABLE lead_features
    ADD COLUMN features_hash text,             -- SHA-256, hex
    ADD COLUMN base     double precision,      -- what a lead scores of which nothing is known
    ADD COLUMN evidence json,                  -- the event company.enriched that was scored
    ADD COLUMN icp_at   timestamptz;           -- changed_at of the ICP that it was scored by; NULL: there was none
ALTER TABLE lead_scores
    ADD COLUMN confidence double precision CHECK (confidence BETWEEN 0 AND 1),
    ADD COLUMN has_icp    boolean;

-- What a language model made of a lead's features, by their hash; NULL: nothing that may be said, the template stands.
CREATE TABLE lead_wordings (
    tenant_id     int NOT NULL REFERENCES tenants,
    features_hash text NOT NULL,
    words         text,
    asked_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, features_hash)
);
CALL keep_tenants_apart('lead_wordings');

-- Tokens that this took, per day of Singapore. The enricher counts its own, in vendor_usage.
CREATE TABLE wording_usage (
    tenant_id int NOT NULL REFERENCES tenants,
    day       date NOT NULL,
    tokens    bigint NOT NULL CHECK (tokens >= 0),
    PRIMARY KEY (tenant_id, day)
);
CALL keep_tenants_apart('wording_usage');
GRANT SELECT, INSERT, UPDATE ON lead_wordings, wording_usage TO leadgen_service;

-- Tenants that had an ICP before the scorer heard of it. Policies bind the tables' owner too, so they rest for this.
ALTER TABLE icp_rules NO FORCE ROW LEVEL SECURITY;
ALTER TABLE scoring_profiles NO FORCE ROW LEVEL SECURITY;
INSERT INTO scoring_profiles (tenant_id, icp, changed_at)
SELECT tenant_id, json_build_object('industries', industries), updated_at FROM icp_rules WHERE industries <> '{}';
ALTER TABLE icp_rules FORCE ROW LEVEL SECURITY;
ALTER TABLE scoring_profiles FORCE ROW LEVEL SECURITY;

-- gateway
-- Whom a tenant looks for, beyond its industries; NULL or empty: not asked for. Ages are full years since incorporation,
-- districts Singapore's postal districts, 01 to 28.
ALTER TABLE icp_rules
    ADD COLUMN employees_from int CHECK (employees_from >= 0),
    ADD COLUMN employees_to   int CHECK (employees_to >= employees_from),
    ADD COLUMN age_from       int CHECK (age_from >= 0),
    ADD COLUMN age_to         int CHECK (age_to >= age_from),
    ADD COLUMN districts      text[] NOT NULL DEFAULT '{}',
    ADD COLUMN technologies   text[] NOT NULL DEFAULT '{}';
