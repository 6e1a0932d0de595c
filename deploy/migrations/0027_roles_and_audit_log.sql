-- Users of a tenant are named by the subject of their token, whatever the identity provider puts there. The role `rep` is
-- called `sdr` now; viewers only read, and ops are the operators of Leadgen.
ALTER TABLE tenant_users RENAME COLUMN email TO subject;
ALTER TABLE tenant_users DROP CONSTRAINT tenant_users_role_check;
ALTER TABLE tenant_users NO FORCE ROW LEVEL SECURITY; -- for the owner, here
UPDATE tenant_users SET role = 'sdr' WHERE role = 'rep';
ALTER TABLE tenant_users FORCE ROW LEVEL SECURITY;
ALTER TABLE tenant_users
    ALTER COLUMN role SET DEFAULT 'sdr',
    ADD CONSTRAINT tenant_users_role_check CHECK (role IN ('viewer', 'sdr', 'admin', 'ops')),
    ADD COLUMN added_at timestamptz NOT NULL DEFAULT now();
GRANT INSERT, UPDATE, DELETE ON tenant_users TO leadgen_service;

-- Administrative acts, each written in the transaction of the act. Services add rows, and can neither change nor delete
-- them.
CREATE TABLE audit_log (
    tenant_id int NOT NULL REFERENCES tenants,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor     text NOT NULL,                 -- subject of a token, key:<id> of an API key, or the operator's login name
    role      text NOT NULL,
    source    text NOT NULL,                 -- kind of credential, or 'command'
    act       text NOT NULL,
    object    text NOT NULL,
    details   jsonb NOT NULL DEFAULT '{}',   -- never a secret
    PRIMARY KEY (tenant_id, id)
);
CALL keep_tenants_apart('audit_log');
GRANT SELECT, INSERT ON audit_log TO leadgen_service;
