-- Operators list and retry dead letters in the page too. The gateway may do that and no more: it reads them without their
-- messages, and opens them again by a function that records who did it.
CREATE VIEW dead_letters AS
    SELECT consumer, event_id, replay_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, received_at,
           dead_at, dropped_at, state, attempts, failures, crashes, error, handler
      FROM inbox WHERE state = 'dead';

-- Counts the letters of which a younger event of the key has been handled already, or is being handled.
CREATE FUNCTION count_overtaken_letters(consumers text[], event_ids uuid[], replay_ids uuid[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*)
      FROM unnest(consumers, event_ids, replay_ids) AS asked (consumer, event_id, replay_id)
      JOIN inbox letter ON letter.consumer = asked.consumer AND letter.event_id = asked.event_id
                       AND letter.replay_id = asked.replay_id AND letter.state = 'dead' AND letter.dropped_at IS NULL
     WHERE EXISTS (SELECT FROM inbox younger
                    WHERE younger.consumer = letter.consumer AND younger.topic = letter.topic
                      AND younger.key = letter.key AND younger.kafka_offset > letter.kafka_offset
                      AND (younger.state = 'done' OR younger.in_hand IS NOT NULL))
$$;

-- Opens dead letters again for their consumers, and records it; returns how many. Younger open events of their keys wait.
-- The error of a message that could not be read is the reason that its handler is given: it must not grow.
CREATE FUNCTION retry_dead_letters(consumers text[], event_ids uuid[], replay_ids uuid[], by_operator text, why text)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH chosen AS MATERIALIZED (
        SELECT i.* FROM unnest(consumers, event_ids, replay_ids) AS asked (consumer, event_id, replay_id)
          JOIN inbox i ON i.consumer = asked.consumer AND i.event_id = asked.event_id
                      AND i.replay_id = asked.replay_id AND i.state = 'dead' AND i.dropped_at IS NULL
           FOR UPDATE OF i),
    logged AS (
        INSERT INTO dead_letter_actions (consumer, event_id, replay_id, topic, tenant_id, action, operator, reason, error)
        SELECT consumer, event_id, replay_id, topic, tenant_id, 'retry', by_operator, why, error FROM chosen),
    opened AS (
        UPDATE inbox letter
           SET state = 'open', phase = 'ready', next_at = now(), attempts = letter.attempts + 1, failures = 0,
               first_failed_at = NULL, crashes = 0, solo_crashes = 0, in_hand = NULL, dead_at = NULL, handler = NULL,
               error = regexp_replace(letter.error, '^Undecodable: ', '')
          FROM chosen WHERE letter.consumer = chosen.consumer AND letter.event_id = chosen.event_id
           AND letter.replay_id = chosen.replay_id
        RETURNING 1)
    SELECT count(*) FROM opened
$$;

REVOKE ALL ON FUNCTION count_overtaken_letters(text[], uuid[], uuid[]),
    retry_dead_letters(text[], uuid[], uuid[], text, text) FROM PUBLIC;
GRANT SELECT ON dead_letters TO leadgen_gateway;
GRANT EXECUTE ON FUNCTION count_overtaken_letters(text[], uuid[], uuid[]),
    retry_dead_letters(text[], uuid[], uuid[], text, text) TO leadgen_gateway;
