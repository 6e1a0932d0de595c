-- without transaction
-- The tenants of a subject (GET /me) are found by this index, see the next file.
CREATE INDEX CONCURRENTLY IF NOT EXISTS tenant_users_by_subject ON tenant_users (subject, tenant_id);
