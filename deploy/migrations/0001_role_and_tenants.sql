-- The role every service works as, and the tenants. The role owns nothing and cannot bypass row-level security;
-- a service's own login (or the superuser of a local cluster) steps down into it when it connects.
DO $$
BEGIN
    -- A role belongs to the whole cluster: another database of it may have made this one, even at this very moment.
    CREATE ROLE leadgen_service NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO leadgen_service;

-- The tenant of the running transaction, NULL when none is set: then a policy shows no row and takes none.
-- nullif, because a setting that was once set in a session reads as '' afterwards, not as NULL.
CREATE FUNCTION tenant() RETURNS int
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('request.tenant_id', true), '')::int;

CREATE TABLE tenants (
    tenant_id  int PRIMARY KEY CHECK (tenant_id > 0),
    name       text NOT NULL,
    active     boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tenant_users (
    tenant_id int NOT NULL REFERENCES tenants,
    email     text NOT NULL,
    role      text NOT NULL DEFAULT 'rep' CHECK (role IN ('rep', 'admin')),
    PRIMARY KEY (tenant_id, email)
);

-- Gives a table of a tenant's own rows its policy. The comparison is typed: a text cast here once made a query
-- ten thousand times slower. FORCE binds the owner too.
CREATE PROCEDURE keep_tenants_apart(owned regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', owned);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', owned);
    EXECUTE format(
        'CREATE POLICY one_tenant ON %s '
        'USING (tenant_id = nullif(current_setting(''request.tenant_id'', true), '''')::int) '
        'WITH CHECK (tenant_id = nullif(current_setting(''request.tenant_id'', true), '''')::int)', owned);
END $$;

CALL keep_tenants_apart('tenant_users');

-- Who the tenants are is no tenant's own: the nightly run lists them all.
GRANT SELECT ON tenants, tenant_users TO leadgen_service;
