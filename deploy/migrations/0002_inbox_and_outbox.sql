-- The durable list of work (inbox) and of what is still to be told (outbox), partitioned by service.
-- Neither has row-level security: they are the plumbing's own, a relay and a claim look across tenants.

CREATE TABLE inbox (
    consumer        text NOT NULL,             -- the service whose work this is
    event_id        uuid NOT NULL,             -- its first 48 bits are a time (see common/ids.py): weeks are ranges of it
    replay_id       uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    topic           text NOT NULL,
    kafka_partition int NOT NULL,
    kafka_offset    bigint NOT NULL,           -- a key stays in one partition, so this is its order
    key             bytea,                     -- messages without a key have no order
    tenant_id       int NOT NULL,              -- 0: the message names none that can be read
    lane            text NOT NULL CHECK (lane IN ('interactive', 'nightly')),
    value           bytea,                     -- as it came, undecodable or not
    headers         text NOT NULL,             -- JSON [[name, value|null], ...], each byte one character (latin-1)
    received_at     timestamptz NOT NULL DEFAULT now(),
    state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dead')),
    attempts        int NOT NULL DEFAULT 0,    -- claims so far; also the fencing token of the one who holds it
    failures        int NOT NULL DEFAULT 0,    -- transient failures so far
    next_at         timestamptz NOT NULL DEFAULT now(), -- not to be claimed before: a lease, a backoff, or the past
    error           text,
    PRIMARY KEY (consumer, event_id, replay_id)
) PARTITION BY LIST (consumer);

-- The claim walks the first, oldest arrival first; the second answers "is there an older open one of this key".
-- Neither holds next_at, so that a claim (which moves it) rewrites no index.
CREATE INDEX inbox_ready ON inbox (topic, lane, tenant_id, received_at, kafka_offset) WHERE state = 'open';
-- Of a key only the beginning counts: an index entry has a largest size, a key has not.
CREATE INDEX inbox_order ON inbox (topic, substring(key FROM 1 FOR 512), kafka_offset) WHERE state = 'open';

CREATE TABLE outbox (
    producer   text NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    topic      text NOT NULL,
    key        bytea,
    value      bytea,
    headers    text NOT NULL,                  -- as in inbox
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (producer, id)
) PARTITION BY LIST (producer);

-- The smallest event id of an instant: RFC 9562 puts the milliseconds of the Unix epoch into the first 48 bits.
CREATE FUNCTION first_event_id(at timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT
    RETURN (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;

-- Makes the inbox partitions of a consumer for the coming weeks and drops those past keeping that hold no open work.
-- Kept for 4 weeks, longer than any topic, so that whatever Kafka can still deliver again is recognised.
CREATE FUNCTION keep_inbox_partitions(of_consumer text, at timestamptz DEFAULT now()) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent  text := 'inbox_' || replace(of_consumer, '-', '_');
    week    timestamptz;
    part    text;
    is_busy boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('keep_inbox_partitions'), hashtext(of_consumer));
    FOR week IN SELECT date_trunc('week', at, 'UTC') + n * interval '7 days' FROM generate_series(0, 2) n LOOP
        part := parent || '_' || to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD');
        IF to_regclass(part) IS NULL THEN
            -- Whatever came for this week before it had a partition stands in the default one, and moves.
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_other');
            EXECUTE format(
                'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) '
                'WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)',
                part, parent);
            EXECUTE format(
                'WITH moved AS (DELETE FROM %I WHERE event_id >= %L AND event_id < %L RETURNING *) '
                'INSERT INTO %I SELECT * FROM moved',
                parent || '_other', first_event_id(week), first_event_id(week + interval '7 days'), part);
            EXECUTE format(
                'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                parent, part, first_event_id(week), first_event_id(week + interval '7 days'));
        END IF;
    END LOOP;
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = parent::regclass AND c.relname ~ '_\d{8}$'
           AND to_timestamp(right(c.relname, 8) || ' UTC', 'YYYYMMDD TZ') < at - interval '5 weeks'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE state = ''open'')', part) INTO is_busy;
        IF NOT is_busy THEN
            EXECUTE format('DROP TABLE %I', part);
        END IF;
    END LOOP;
    -- Ids that carry no time of ours (a foreign producer's) live in the default partition, and leave it by age.
    EXECUTE format('DELETE FROM %I WHERE state <> ''open'' AND received_at < %L', parent || '_other', at - interval '5 weeks');
END $$;

-- Gives a service its inbox and outbox. The next new stage calls this in a migration of its own.
CREATE PROCEDURE add_stage(service text) LANGUAGE plpgsql AS $$
DECLARE
    suffix text := replace(service, '-', '_');
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF inbox FOR VALUES IN (%L) PARTITION BY RANGE (event_id)',
                   'inbox_' || suffix, service);
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', 'inbox_' || suffix || '_other', 'inbox_' || suffix);
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF outbox FOR VALUES IN (%L) '
        'WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)', 'outbox_' || suffix, service);
    -- Each service works on its own partitions by name, which saves the planner looking at everyone's.
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO leadgen_service', 'inbox_' || suffix);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO leadgen_service', 'outbox_' || suffix);
    PERFORM keep_inbox_partitions(service);
END $$;

CALL add_stage('gateway');
CALL add_stage('upserter');
CALL add_stage('enricher');
CALL add_stage('scorer');
CALL add_stage('odoo-sync');
CALL add_stage('nightly');

GRANT SELECT, INSERT, UPDATE ON inbox TO leadgen_service;
GRANT SELECT, INSERT, DELETE ON outbox TO leadgen_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO leadgen_service;
REVOKE EXECUTE ON FUNCTION keep_inbox_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_inbox_partitions TO leadgen_service;
