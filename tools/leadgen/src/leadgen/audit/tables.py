"""The temporary tables of the snapshot, and the function that derives the id of an effect from its cause."""

TABLES = """
    CREATE TEMP TABLE audit_scope (
        at timestamptz NOT NULL, since timestamptz NOT NULL, first_id uuid NOT NULL, only_tenant int,
        only_run uuid, services text[], first_day date NOT NULL, transit interval NOT NULL,
        waited_for interval NOT NULL, nightly interval NOT NULL, failing interval NOT NULL, queued interval NOT NULL);
    -- Messages of topics, outboxes and outbox_refused; the latter two have no partition.
    CREATE TEMP TABLE audit_messages (
        place text NOT NULL, topic text NOT NULL, kafka_partition int, kafka_offset bigint, at timestamptz NOT NULL,
        event_id uuid NOT NULL, replay_id uuid NOT NULL, tenant_id int NOT NULL, lane text NOT NULL, key text,
        identity text, correlation text, company_id bigint, content uuid NOT NULL);
    CREATE INDEX ON audit_messages (event_id);
    -- Requests for enrichment that an answer to a rep promises, by the job.progressed that carries the answer.
    CREATE TEMP TABLE audit_heads (
        event_id uuid NOT NULL, replay_id uuid NOT NULL, tenant_id int NOT NULL, identity text NOT NULL,
        key text NOT NULL);
    CREATE TEMP TABLE audit_progress (
        event_id uuid NOT NULL, tenant_id int NOT NULL, job_id uuid NOT NULL, status text NOT NULL,
        processed int NOT NULL, total int NOT NULL);
    CREATE TEMP TABLE audit_letters (
        consumer text NOT NULL, topic text NOT NULL, kafka_partition int NOT NULL, kafka_offset bigint NOT NULL);
    CREATE TEMP TABLE audit_producers (topic text NOT NULL, service text NOT NULL);
    CREATE TEMP TABLE audit_consumers (topic text NOT NULL, service text NOT NULL);
    CREATE TEMP TABLE audit_positions (
        consumer text NOT NULL, topic text NOT NULL, kafka_partition int NOT NULL, committed bigint NOT NULL);
    CREATE TEMP TABLE audit_ranges (
        topic text NOT NULL, kafka_partition int NOT NULL, first_offset bigint NOT NULL, end_offset bigint NOT NULL);
    CREATE TEMP TABLE audit_inbox (
        consumer text NOT NULL, event_id uuid NOT NULL, replay_id uuid NOT NULL, topic text NOT NULL,
        kafka_partition int NOT NULL, kafka_offset bigint NOT NULL, key text, tenant_id int NOT NULL,
        lane text NOT NULL, state text NOT NULL, phase text NOT NULL, received_at timestamptz NOT NULL,
        next_at timestamptz NOT NULL, attempts int NOT NULL, failures int NOT NULL, crashes int NOT NULL,
        first_failed_at timestamptz, error text,
        correlation text, content uuid);
    CREATE INDEX ON audit_inbox (event_id);
    CREATE TEMP TABLE audit_pauses (consumer text, tenant_id int, since timestamptz, reason text);
    CREATE TEMP TABLE audit_runs (
        tenant_id int, company_id bigint, event_id uuid, replay_id uuid, enriched_at timestamptz);
    CREATE INDEX ON audit_runs (event_id);
    CREATE TEMP TABLE audit_candidates (tenant_id int, company_id bigint);
    CREATE TEMP TABLE audit_scores (
        tenant_id int, company_id bigint, model_version text, enriched_at timestamptz,
        features_version text, features_at timestamptz);
    CREATE TEMP TABLE audit_links (
        tenant_id int, company_id bigint, outcome text, place text, lead_id bigint, enriched_at timestamptz);
    CREATE TEMP TABLE audit_jobs (
        tenant_id int, job_id uuid, status text, processed int, total int, error text, continues uuid,
        created_at timestamptz, started_at timestamptz, ended_at timestamptz, is_active boolean);
    CREATE TEMP TABLE audit_usage (tenant_id int, vendor text, used bigint, ever bigint);
    CREATE TEMP TABLE audit_wording (tenant_id int, tokens bigint);
    CREATE TEMP TABLE audit_spent (tenant_id int, vendor text, units bigint, is_short boolean);
    CREATE TEMP TABLE audit_nights (
        tenant_id int, run_id uuid, night date, status text, cap int, window_ends_at timestamptz, company_ids bigint[]);
    CREATE TEMP TABLE audit_night_companies (
        tenant_id int, run_id uuid, company_id bigint, position int, key text, event_id uuid, enriched_id uuid,
        scored_id uuid, state text);
    CREATE TEMP TABLE audit_expected (
        consumer text, cause_topic text, cause_id uuid, replay_id uuid, tenant_id int, key text, state text,
        topic text, event_id uuid);
    CREATE INDEX ON audit_expected (event_id);
    -- The id of the event of a topic and identity that follows from a cause (common/ids.py).
    CREATE FUNCTION pg_temp.effect_id(cause uuid, topic text, identity text) RETURNS uuid LANGUAGE sql STABLE
        RETURN derived_id(left(replace(cause::text, '-', ''), 12),
                          uuid_send(cause) || convert_to(E'\\n' || topic || E'\\n', 'UTF8'), identity)
"""
