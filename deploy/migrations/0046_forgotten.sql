-- People and companies that asked to be forgotten (ADR 0033). Of what is forgotten only keyed digests are kept, so that it
-- is recognised when a website, a vendor or an old message brings it again. Written by the operator (`leadgen forget`).
CREATE TABLE forgotten (
    subject     bytea PRIMARY KEY,                    -- digest of the e-mail address or UEN that was asked for
    kind        text NOT NULL CHECK (kind IN ('email', 'company')),
    digests     bytea[] NOT NULL,                     -- of all that belongs to it: common/forgotten/digests.py
    company_ids bigint[] NOT NULL,                    -- the companies whose rows are searched: a run that was killed goes on
    operator    text NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT now(),
    done_at     timestamptz                           -- NULL: not all tables were searched yet
);

-- The digests' key, for good: without it the list says nothing. It is here and in no setting, since a lost or wrong
-- setting would bring everyone back.
CREATE TABLE forgotten_key (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    key     bytea NOT NULL
);
INSERT INTO forgotten_key (key)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

-- As before, and the stage may read what is forgotten.
CREATE OR REPLACE PROCEDURE add_service_role(service text) LANGUAGE plpgsql AS $$
DECLARE
    suffix text := replace(service, '-', '_');
    role   text := 'leadgen_' || suffix;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role);
            EXECUTE format('GRANT %I TO leadgen_service WITH INHERIT FALSE, SET TRUE', role);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database's migration made it at this very moment
        END;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION tenant(), keep_inbox_partitions(text) TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO %I', 'inbox_' || suffix, role);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I, outbox TO %I', 'outbox_' || suffix, role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_pauses, outbox_owners TO %I', role);
    EXECUTE format('GRANT INSERT ON outbox_refused TO %I', role);
    EXECUTE format('GRANT SELECT ON replays, forgotten, forgotten_key TO %I', role);
    EXECUTE format('CREATE POLICY %I ON outbox TO %I USING (producer = %L)', suffix, role, service);
    EXECUTE format('CREATE POLICY %I ON outbox_owners TO %I USING (producer = %L)', suffix, role, service);
    EXECUTE format('CREATE POLICY %I ON outbox_refused TO %I USING (producer = %L)', suffix, role, service);
    EXECUTE format('CREATE POLICY %I ON inbox_pauses TO %I USING (consumer = %L)', suffix, role, service);
    EXECUTE format('CREATE POLICY %I ON replays TO %I USING (consumer = %L)', suffix, role, service);
END $$;

GRANT SELECT ON forgotten, forgotten_key TO leadgen_service, leadgen_gateway, leadgen_upserter, leadgen_enricher,
    leadgen_scorer, leadgen_odoo_sync, leadgen_nightly;
