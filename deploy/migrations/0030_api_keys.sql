-- API keys of a tenant. Of the key itself only its SHA-256 is kept: its secret has 256 random bits.
CREATE TABLE api_keys (
    tenant_id    int NOT NULL REFERENCES tenants,
    key_id       text NOT NULL,                                  -- the second part of the key's text
    name         text NOT NULL,
    role         text NOT NULL CHECK (role IN ('viewer', 'sdr', 'admin', 'ops')),
    digest       bytea NOT NULL CHECK (octet_length(digest) = 32),
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,                                    -- written every few seconds, for all keys in use
    revoked_at   timestamptz,
    PRIMARY KEY (tenant_id, key_id)
);
CALL keep_tenants_apart('api_keys');
GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON api_keys TO leadgen_service;

-- Finds the tenants of a subject, whatever tenant is set. One look into the primary key per active tenant: each tenant's
-- rows are seen only while that tenant is set, here as everywhere.
CREATE FUNCTION tenants_of(given text) RETURNS TABLE (tenant_id int, name text, role text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    before text := current_setting('request.tenant_id', true);
    each   record;
BEGIN
    FOR each IN SELECT t.tenant_id, t.name FROM tenants t WHERE t.active ORDER BY t.tenant_id LOOP
        PERFORM set_config('request.tenant_id', each.tenant_id::text, true);
        RETURN QUERY SELECT u.tenant_id, each.name, u.role FROM tenant_users u
                      WHERE u.tenant_id = each.tenant_id AND u.subject = given;
    END LOOP;
    PERFORM set_config('request.tenant_id', coalesce(before, ''), true);
END $$;
REVOKE EXECUTE ON FUNCTION tenants_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_of(text) TO leadgen_service;
