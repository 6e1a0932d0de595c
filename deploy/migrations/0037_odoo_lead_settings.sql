-- A tenant's wishes for new leads in Odoo: type, team, salesperson, tags, source, has_priority. Missing: as before.
ALTER TABLE odoo_connections ADD COLUMN lead_settings json NOT NULL DEFAULT '{}';
