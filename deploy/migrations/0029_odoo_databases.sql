-- The Odoo databases that we write to, by address and name: tenants may share one, so no tenant owns a row. Database ids
-- in odoo_links hold only until a database is restored from a backup or replaced.
CREATE TABLE odoo_databases (
    place       text PRIMARY KEY,              -- address and name; in odoo_links followed by ` (replaced N)` if N > 0
    uuid        text,                          -- Odoo's `database.uuid`, where the key's user may read it
    created     text,                          -- creation date of the first company, where it may not
    replaced    int NOT NULL DEFAULT 0,        -- restores and replacements that were noticed
    replaced_at timestamptz                    -- the last one
);
GRANT SELECT, INSERT, UPDATE ON odoo_databases TO leadgen_service;
