-- Odoos that do not answer, by place: tenants may share one, so no tenant owns a row.
CREATE TABLE odoo_outages (
    place    text PRIMARY KEY,                 -- address and database, as in odoo_links
    since    timestamptz NOT NULL DEFAULT now(),
    probe_at timestamptz NOT NULL,             -- no call before; then one, which ends the outage or prolongs it
    failures int NOT NULL DEFAULT 1,
    reason   text NOT NULL                     -- the last failure
);
GRANT SELECT, INSERT, UPDATE, DELETE ON odoo_outages TO leadgen_service;
