-- A role per service (ADR 0030). Each may write what docs/architecture.md lists as its own, and read what it needs.
-- `leadgen_service` keeps its rights for one version, so that the last version's services work beside this one's. Its
-- members can switch to every service's role: a login that was granted it needs no other grant until then.

-- Makes the role of a service, and gives it its own inbox, outbox, and rows of the shared tables of the plumbing. A role
-- belongs to the whole cluster: it may be there already, made for another database, or by whoever runs the server.
CREATE PROCEDURE add_service_role(service text) LANGUAGE plpgsql AS $$
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
    EXECUTE format('GRANT SELECT ON replays TO %I', role);
    EXECUTE format('CREATE POLICY %I ON outbox TO %I USING (producer = %L)', suffix, role, service);
    EXECUTE format('CREATE POLICY %I ON outbox_owners TO %I USING (producer = %L)', suffix, role, service);
    EXECUTE format('CREATE POLICY %I ON outbox_refused TO %I USING (producer = %L)', suffix, role, service);
    EXECUTE format('CREATE POLICY %I ON inbox_pauses TO %I USING (consumer = %L)', suffix, role, service);
    EXECUTE format('CREATE POLICY %I ON replays TO %I USING (consumer = %L)', suffix, role, service);
END $$;

-- The policies bind services; the owner sees and writes all rows.
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_owners ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_refused ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox_pauses ENABLE ROW LEVEL SECURITY;
ALTER TABLE replays ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_service ON outbox TO leadgen_service USING (true);
CREATE POLICY every_service ON outbox_owners TO leadgen_service USING (true);
CREATE POLICY every_service ON outbox_refused TO leadgen_service USING (true);
CREATE POLICY every_service ON inbox_pauses TO leadgen_service USING (true);
CREATE POLICY every_service ON replays TO leadgen_service USING (true);

-- As before, and with the stage's role.
CREATE OR REPLACE PROCEDURE add_stage(service text) LANGUAGE plpgsql AS $$
DECLARE
    suffix text := replace(service, '-', '_');
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF inbox FOR VALUES IN (%L) PARTITION BY RANGE (event_id)',
                   'inbox_' || suffix, service);
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', 'inbox_' || suffix || '_other', 'inbox_' || suffix);
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF outbox FOR VALUES IN (%L) '
        'WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)', 'outbox_' || suffix, service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO leadgen_service', 'inbox_' || suffix);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO leadgen_service', 'outbox_' || suffix);
    CALL add_service_role(service);
    PERFORM keep_inbox_partitions(service);
END $$;

CALL add_service_role('gateway');
CALL add_service_role('upserter');
CALL add_service_role('enricher');
CALL add_service_role('scorer');
CALL add_service_role('odoo-sync');
CALL add_service_role('nightly');

-- The notes for the lists are written by triggers of other services' tables: with the owner's rights, and no others.
ALTER FUNCTION note_list_changes() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION note_company_change() SECURITY DEFINER SET search_path = public, pg_temp;

GRANT SELECT ON tenants TO leadgen_gateway, leadgen_upserter, leadgen_enricher, leadgen_scorer, leadgen_odoo_sync,
    leadgen_nightly;
GRANT SELECT ON ssic_ref TO leadgen_gateway, leadgen_upserter, leadgen_scorer, leadgen_nightly;

-- gateway
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_users, listed_companies, list_clocks, list_changes TO leadgen_gateway;
GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON api_keys TO leadgen_gateway;
GRANT SELECT, INSERT ON audit_log, lead_feedback TO leadgen_gateway;
GRANT SELECT, INSERT, UPDATE ON icp_rules, request_rates TO leadgen_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON agent_threads, agent_runs TO leadgen_gateway;
GRANT SELECT, INSERT, DELETE ON agent_checkpoints, agent_events, chat_ttfb TO leadgen_gateway;
-- It stores a tenant's Odoo, and cannot read the key back, encrypted or not.
GRANT SELECT (tenant_id, url, database, login, own_fields, set_by, changed_at, lead_settings), INSERT, UPDATE
    ON odoo_connections TO leadgen_gateway;
GRANT SELECT ON background_jobs, companies, company_enrichment_runs, company_facts, company_sites, contacts,
    email_verifications, enrichment_runs, icp_candidate_companies, lead_features, lead_scores, odoo_checks, odoo_links,
    odoo_states, run_companies, run_stage_stats, shortlist_leads, vendor_usage, wording_usage TO leadgen_gateway;
GRANT SELECT (consumer, event_id, replay_id, tenant_id, topic, lane, state, received_at, next_at, failures, error)
    ON inbox_enricher, inbox_scorer, inbox_upserter, inbox_odoo_sync TO leadgen_gateway;
GRANT EXECUTE ON FUNCTION tenants_of(text), name_key(text), no_uen(text) TO leadgen_gateway;

-- upserter
GRANT SELECT, INSERT, UPDATE ON companies, icp_candidate_companies, background_jobs TO leadgen_upserter;
GRANT SELECT, UPDATE ON register_refresh TO leadgen_upserter;
GRANT SELECT ON staging_acra_companies, registered_companies TO leadgen_upserter;
GRANT EXECUTE ON FUNCTION one_line(text), company_status(text), day_of(text), industry_code(text), postal_code(text),
    website_host(text), website_domain(text), no_uen(text), derived_id(text, bytea, text) TO leadgen_upserter;

-- enricher
GRANT SELECT, INSERT, UPDATE ON company_enrichment_runs, contacts, email_verifications, vendor_usage, vendor_answers,
    company_facts, company_sites, crawled_sites TO leadgen_enricher;
GRANT SELECT, INSERT, UPDATE, DELETE ON site_turns TO leadgen_enricher;
GRANT SELECT, UPDATE ON vendor_breakers TO leadgen_enricher;

-- scorer
GRANT SELECT, INSERT, UPDATE ON lead_features, lead_scores, scoring_profiles, lead_wordings, wording_usage
    TO leadgen_scorer;
GRANT SELECT ON scoring_models TO leadgen_scorer;

-- odoo-sync
GRANT SELECT, INSERT, UPDATE ON odoo_links, odoo_checks, odoo_matches, odoo_databases TO leadgen_odoo_sync;
GRANT SELECT, INSERT, UPDATE, DELETE ON odoo_states, odoo_outages TO leadgen_odoo_sync;
GRANT SELECT ON odoo_connections, companies TO leadgen_odoo_sync;

-- nightly
GRANT SELECT, INSERT, UPDATE ON enrichment_runs, run_manifests, run_companies, run_stage_stats TO leadgen_nightly;
GRANT SELECT, INSERT ON shortlist_leads TO leadgen_nightly;
GRANT SELECT (tenant_id, url) ON odoo_connections TO leadgen_nightly;
GRANT SELECT ON background_jobs, companies, company_enrichment_runs, contacts, icp_candidate_companies, icp_rules,
    lead_features, lead_scores, odoo_links, odoo_states, vendor_usage TO leadgen_nightly;
GRANT SELECT (consumer, event_id, replay_id, topic, state, received_at, error)
    ON inbox_upserter, inbox_enricher, inbox_scorer, inbox_odoo_sync TO leadgen_nightly;
CREATE POLICY nightly_reads ON inbox_pauses FOR SELECT TO leadgen_nightly USING (true);
GRANT EXECUTE ON FUNCTION no_uen(text) TO leadgen_nightly;

-- Nothing is everybody's. The old role keeps what it had as a part of PUBLIC.
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO leadgen_service;
REVOKE EXECUTE ON FUNCTION keep_inbox_partitions_at(text, timestamptz) FROM leadgen_service;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
