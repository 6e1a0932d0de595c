-- One relay at a time sends a service's outbox: the one that holds this lease, by the database's clock. A lock of its
-- session alone was kept by a relay that was frozen, and no other could send. `session` is the backend of its connection:
-- without it the lease is free at once.
CREATE TABLE outbox_owners (
    producer   text PRIMARY KEY,
    owner      uuid NOT NULL,                  -- the fencing token: only its bearer deletes what was sent
    session    int NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_owners TO leadgen_service;

-- Messages that Kafka will never take: too large, or not to be encoded. Nothing waits behind them any more, and the
-- operator sees them.
CREATE TABLE outbox_refused (
    producer   text NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    topic      text NOT NULL,
    key        bytea,
    value      bytea,
    headers    text NOT NULL,                  -- as in outbox
    lane       text NOT NULL,
    reason     text NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (producer, id)
);
GRANT INSERT ON outbox_refused TO leadgen_service;

-- The time is not the caller's to say: called with one that is far ahead, it dropped rows that are to be remembered.
-- The function with a time is the owner's, and runs with the rights of whoever calls it.
ALTER FUNCTION keep_inbox_partitions(text, timestamptz) RENAME TO keep_inbox_partitions_at;
ALTER FUNCTION keep_inbox_partitions_at(text, timestamptz) SECURITY INVOKER;
REVOKE EXECUTE ON FUNCTION keep_inbox_partitions_at FROM PUBLIC, leadgen_service;
CREATE FUNCTION keep_inbox_partitions(of_consumer text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'inbox'::regclass
                      AND inhrelid = to_regclass(quote_ident('inbox_' || replace(of_consumer, '-', '_')))) THEN
        RAISE undefined_table USING MESSAGE = format('%s is not a stage', of_consumer);
    END IF;
    PERFORM keep_inbox_partitions_at(of_consumer, now());
END $$;
REVOKE EXECUTE ON FUNCTION keep_inbox_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_inbox_partitions TO leadgen_service;
