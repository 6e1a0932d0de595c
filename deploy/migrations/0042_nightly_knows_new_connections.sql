-- The report on a night misses tenants that had an Odoo when it began, and no run.
GRANT SELECT (created_at) ON odoo_connections TO leadgen_nightly;
