-- A tenant's admin may store its connection over the gateway. odoo-sync calls such an address only if it is public.
ALTER TABLE odoo_connections
    ADD COLUMN set_by     text NOT NULL DEFAULT 'operator' CHECK (set_by IN ('operator', 'admin')),
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
GRANT INSERT, UPDATE ON odoo_connections TO leadgen_service;

-- The latest check of a tenant's connection; odoo-sync's own.
CREATE TABLE odoo_checks (
    tenant_id  int PRIMARY KEY REFERENCES tenants,
    checked_at timestamptz NOT NULL,
    problems   text[] NOT NULL                 -- in words; empty: leads would go through
);
CALL keep_tenants_apart('odoo_checks');
GRANT SELECT, INSERT, UPDATE ON odoo_checks TO leadgen_service;
