-- odoo-sync's own: where each tenant's Odoo is (written by the operator), and what stands there for which company.

CREATE TABLE odoo_connections (
    tenant_id  int PRIMARY KEY REFERENCES tenants,
    url        text NOT NULL,
    database   text NOT NULL,
    api_key    bytea NOT NULL,                 -- Fernet token; the key is the service's setting, never in the database
    created_at timestamptz NOT NULL DEFAULT now()
);
CALL keep_tenants_apart('odoo_connections');

CREATE TABLE odoo_links (
    tenant_id  int NOT NULL REFERENCES tenants,
    company_id bigint NOT NULL REFERENCES companies,
    outcome    text NOT NULL CHECK (outcome IN ('synced', 'no_connection')),
    partner_id bigint,
    contact_id bigint,
    lead_id    bigint,
    scored_at  timestamptz NOT NULL,           -- of the score that was written: an older one never undoes it
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, company_id)
);
CALL keep_tenants_apart('odoo_links');

GRANT SELECT ON odoo_connections TO leadgen_service;
GRANT SELECT, INSERT, UPDATE ON odoo_links TO leadgen_service;
