-- People's decisions about which of several partners in Odoo a company is.
CREATE TABLE odoo_matches (
    tenant_id  int NOT NULL REFERENCES tenants,
    company_id bigint NOT NULL REFERENCES companies,
    place      text NOT NULL,                  -- the Odoo that the number is of, as in odoo_links
    partner_id bigint,                         -- NULL: none of the candidates, so a new one is made
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, company_id)
);
CALL keep_tenants_apart('odoo_matches');
GRANT SELECT, INSERT, UPDATE ON odoo_matches TO leadgen_service;
