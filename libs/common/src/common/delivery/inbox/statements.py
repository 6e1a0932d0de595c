"""SQL statements of the inbox (table.py). Each reads a bounded number of rows, however long the table is.

{inbox} and {outbox} are the service's own partitions, named directly: over the whole tables, planning a claim takes
ten times as long as running it.
"""

TAKE_IN = """
    INSERT INTO {inbox} (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset,
                         key, tenant_id, lane, value, headers, error)
    SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::bigint[],
                             $7::bytea[], $8::int[], $9::text[], $10::bytea[], $11::text[], $12::text[])
    ON CONFLICT DO NOTHING
"""

# The recursion is a loose index scan: a probe per tenant, however many rows each has. Paused tenants are skipped.
READY_TENANTS = """
    WITH RECURSIVE ready (tenant_id, is_paused, place) AS (
        SELECT $3::int, true, 0
        UNION ALL
        SELECT next.tenant_id, pause.is_on, place + (NOT pause.is_on)::int
          FROM ready
         CROSS JOIN LATERAL (
               SELECT i.tenant_id FROM {inbox} i
                WHERE i.topic = $1 AND i.lane = $2 AND i.state = 'open' AND i.phase = 'ready'
                  AND i.tenant_id > ready.tenant_id ORDER BY i.tenant_id LIMIT 1) AS next
         CROSS JOIN LATERAL (
               SELECT EXISTS (SELECT FROM inbox_pauses p WHERE p.consumer = '{consumer}'
                                 AND p.tenant_id = next.tenant_id AND p.until > now()) AS is_on) AS pause
         WHERE place < $4)
    SELECT tenant_id FROM ready WHERE NOT is_paused
"""

#: Bytes of bodies that a claim brings before it stops: some events are a thousand times as large as others.
CLAIM_BYTES = 8 * 1024 * 1024
#: Ready rows that a claim looks at, beyond those it was asked for, to find some that are not blocked.
WALK = 100

# Plans are kept, also those that were made while the inbox was empty: then all ways look equal to the planner. These
# statements leave it only the one that is quick when the inbox is full. A claim walks the ready rows in order, up to
# $4 and a bound, and looks for an older one of each row's key: not as a join, which would read all that is open, and
# ordered, since without that the wrong index would do as well. The clock is read again: a row that was released since
# the transaction began is due.
_OLDEST_OF_KEY = """
    SELECT older.event_id, older.replay_id FROM {inbox} older
     WHERE older.topic = $1
       AND substring(older.key FROM 1 FOR 512) = substring(i.key FROM 1 FOR 512)
       AND older.state = 'open' AND older.kafka_offset < i.kafka_offset
     ORDER BY older.kafka_offset LIMIT 1
"""
_READY_ROWS = """
    SELECT consumer, event_id, replay_id, key, kafka_offset, next_at, octet_length(value) AS bytes FROM {inbox}
     WHERE topic = $1 AND lane = $2 AND tenant_id = $3 AND state = 'open' AND phase = 'ready'
"""
_OLDEST_FIRST = "ORDER BY received_at, kafka_offset"
CLAIM = f"""
    WITH heads AS MATERIALIZED (
        SELECT consumer, event_id, replay_id,
               coalesce(sum(bytes) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before
          FROM ({_READY_ROWS}
                   AND ($6 OR NOT EXISTS (SELECT FROM inbox_pauses WHERE consumer = '{{consumer}}' AND tenant_id = $3))
                 {_OLDEST_FIRST} LIMIT $4 + {WALK} FOR UPDATE SKIP LOCKED) AS i
         WHERE next_at <= clock_timestamp() AND (SELECT true FROM ({_OLDEST_OF_KEY}) AS any_older) IS NULL
         LIMIT $4)
    UPDATE {{inbox}} claimed
       SET next_at = now() + $5::interval, phase = 'scheduled', attempts = attempts + 1, in_hand = 'shared',
           crashes = crashes + (in_hand IS NOT NULL)::int,
           solo_crashes = solo_crashes + (in_hand IS NOT DISTINCT FROM 'alone')::int
      FROM heads
     WHERE claimed.consumer = heads.consumer AND claimed.event_id = heads.event_id
       AND claimed.replay_id = heads.replay_id AND heads.bytes_before < {CLAIM_BYTES}
    RETURNING claimed.event_id, claimed.replay_id, attempts, topic, kafka_partition,
              kafka_offset, key, tenant_id, lane, value, headers, received_at, failures, error,
              crashes, solo_crashes, now() - first_failed_at
"""

# No more is counted than is asked for; ordered, so that only the index of ready rows will do.
HAS_READY = f"SELECT count(*) >= $4 FROM ({_READY_ROWS} {_OLDEST_FIRST} LIMIT $4) AS ready"

# A row is blocked only while the row before it is locked here and marked, so that whoever ends that one sees the mark
# (PROMOTE). Nothing is waited for: of a row that someone else has locked nothing is blocked this time. An hour later
# a blocked row is looked at again, in case somebody ended the other by hand.
SET_ASIDE = f"""
    WITH walked AS MATERIALIZED (
        SELECT i.consumer, i.event_id, i.replay_id, i.next_at, head.event_id AS head_id, head.replay_id AS head_replay
          FROM ({_READY_ROWS} {_OLDEST_FIRST} LIMIT $4 FOR UPDATE SKIP LOCKED) AS i
          LEFT JOIN LATERAL ({_OLDEST_OF_KEY}) AS head ON true
         WHERE head.event_id IS NOT NULL OR i.next_at > clock_timestamp()),
    heads AS MATERIALIZED (
        SELECT head.consumer, head.event_id, head.replay_id, head.has_followers
          FROM (SELECT DISTINCT consumer, head_id, head_replay FROM walked WHERE head_id IS NOT NULL) AS wanted
          JOIN {{inbox}} head ON head.consumer = wanted.consumer AND head.event_id = wanted.head_id
                             AND head.replay_id = wanted.head_replay AND head.state NOT IN ('done', 'dead')
           FOR NO KEY UPDATE OF head SKIP LOCKED),
    marked AS (
        UPDATE {{inbox}} head SET has_followers = true FROM heads
         WHERE NOT heads.has_followers AND head.consumer = heads.consumer AND head.event_id = heads.event_id
           AND head.replay_id = heads.replay_id)
    UPDATE {{inbox}} aside
       SET phase = CASE WHEN head_id IS NULL THEN 'scheduled' ELSE 'blocked' END,
           next_at = CASE WHEN head_id IS NULL THEN aside.next_at ELSE now() + interval '1 hour' END
      FROM walked LEFT JOIN heads ON heads.event_id = head_id AND heads.replay_id = head_replay
     WHERE aside.consumer = walked.consumer AND aside.event_id = walked.event_id
       AND aside.replay_id = walked.replay_id AND (head_id IS NULL OR heads.event_id IS NOT NULL)
"""

# The oldest blocked row of each key, which the row that has just ended stood in front of. It takes over the mark: while
# rows of a key are blocked, one that is not has it. Blocked rows are in nobody's hands, so nobody's end is waited for.
PROMOTE = """
    UPDATE {inbox} next SET phase = 'ready', next_at = now(), has_followers = true
      FROM unnest($1::text[], $2::bytea[]) AS ended (topic, key)
     CROSS JOIN LATERAL (
           SELECT consumer, event_id, replay_id FROM {inbox} i
            WHERE i.topic = ended.topic
              AND substring(i.key FROM 1 FOR 512) = substring(ended.key FROM 1 FOR 512)
              AND i.state = 'open' AND i.phase = 'blocked'
            ORDER BY i.kafka_offset LIMIT 1) AS head
     WHERE next.consumer = head.consumer AND next.event_id = head.event_id AND next.replay_id = head.replay_id
       AND next.state NOT IN ('done', 'dead') AND next.phase = 'blocked'
"""

MAKE_DUE_READY = """
    WITH due AS MATERIALIZED (
        SELECT consumer, event_id, replay_id FROM {inbox}
         WHERE state = 'open' AND phase <> 'ready' AND next_at <= now()
         ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    UPDATE {inbox} r SET phase = 'ready' FROM due
     WHERE r.consumer = due.consumer AND r.event_id = due.event_id AND r.replay_id = due.replay_id
"""

OUTLOOK = """
    SELECT asked.topic, asked.lane,
           (SELECT true FROM {inbox} i
             WHERE i.topic = asked.topic AND i.lane = asked.lane AND i.state = 'open' AND i.phase = 'ready'
             LIMIT 1) IS NOT NULL AS is_ready,
           (SELECT extract(epoch FROM i.next_at - now())::float8 FROM {inbox} i
             WHERE i.state = 'open' AND i.phase <> 'ready' ORDER BY i.next_at LIMIT 1) AS next_due_s
      FROM unnest($1::text[], $2::text[]) AS asked (topic, lane)
"""

# Each row by its primary key: `consumer` is a column here, and `state` put another way, or the planner would find that
# an index over all of a consumer's rows, or over all that are open, does as well.
_HELD = """
      FROM (SELECT $1::text AS consumer, * FROM unnest($2::uuid[], $3::uuid[], $4::int[])
                AS tokens (event_id, replay_id, attempts) OFFSET 0) AS token
     WHERE held.consumer = token.consumer AND held.event_id = token.event_id AND held.replay_id = token.replay_id
       AND held.attempts = token.attempts AND held.state NOT IN ('done', 'dead')
"""
# One round trip for the last two things of a transaction: what is announced, and the end of its cause.
_ANNOUNCE = """
    announced AS (
        INSERT INTO {outbox} (producer, topic, key, value, headers, lane)
        SELECT $1, * FROM unnest($5::text[], $6::bytea[], $7::bytea[], $8::text[], $9::text[]))
"""
# A row for each that was ended, with topic and key where others of the key may wait for this. Not aggregated: that
# would add a tenth to what the end of a single event takes.
_ENDED = "RETURNING CASE WHEN held.has_followers THEN held.topic END, CASE WHEN held.has_followers THEN held.key END"
FINISH = f"WITH {_ANNOUNCE} UPDATE {{inbox}} held SET state = 'done', error = NULL, in_hand = NULL {_HELD} {_ENDED}"
DEAD_LETTER = f"""
    WITH {_ANNOUNCE}
    UPDATE {{inbox}} held SET state = 'dead', error = $10, handler = $11, dead_at = now(), in_hand = NULL
    {_HELD} {_ENDED}
"""
STEP = f"WITH {_ANNOUNCE} UPDATE {{inbox}} held SET next_at = now() + $10::interval, phase = 'scheduled'" + _HELD

EXTEND = "UPDATE {inbox} held SET next_at = greatest(next_at, now() + $5::interval), phase = 'scheduled'" + _HELD
_LET_GO = """
    UPDATE {inbox} held
       SET next_at = now() + $5::interval, phase = CASE WHEN $5 > interval '0' THEN 'scheduled' ELSE 'ready' END,
           attempts = held.attempts + 1, in_hand = NULL
"""
RELEASE = _LET_GO + _HELD
RETRY = (
    _LET_GO
    + """
         , failures = failures + 1, error = $6, first_failed_at = coalesce(first_failed_at, now()),
           crashes = 0, solo_crashes = 0
"""
    + _HELD
)
HOLD_ALONE = "UPDATE {inbox} held SET in_hand = 'alone', next_at = now() + $5::interval, phase = 'scheduled'" + _HELD

# Open rows by lane, counted up to a bound for each topic.
BACKLOG = """
    SELECT asked.topic, open.lane, count(*) AS open,
           extract(epoch FROM now() - min(open.received_at))::float8 AS oldest_s
      FROM unnest($1::text[]) AS asked (topic)
     CROSS JOIN LATERAL (
           SELECT lane, received_at FROM {inbox} i WHERE i.topic = asked.topic AND i.state = 'open' LIMIT $2) AS open
     GROUP BY asked.topic, open.lane
"""

# Dead letters that await the operator.
DEAD_LETTERS = """
    SELECT topic, count(*) AS letters, extract(epoch FROM now() - min(dead_at))::float8 AS oldest_s
      FROM (SELECT topic, dead_at FROM {inbox} WHERE state = 'dead' AND dropped_at IS NULL LIMIT $1) AS dead
     GROUP BY topic
"""

#: Bounds' worth of open rows that a topic may have while tenants are paused.
MOST_WAITING = 10

# Rows of paused tenants do not count, or one tenant's outage would stop the intake for all. NOT IN is looked up in a
# hash table; an array would be searched through for each row.
IS_FULL = f"""
    SELECT (SELECT count(*) FROM (
                SELECT 1 FROM {{inbox}} WHERE topic = $1 AND state = 'open'
                   AND tenant_id NOT IN (SELECT tenant_id FROM inbox_pauses WHERE consumer = '{{consumer}}')
                 LIMIT $2) AS others) >= $2
        OR EXISTS (SELECT FROM inbox_pauses WHERE consumer = '{{consumer}}')
           AND (SELECT count(*) FROM (
                SELECT 1 FROM {{inbox}} WHERE topic = $1 AND state = 'open' LIMIT {MOST_WAITING} * $2) AS open
               ) >= {MOST_WAITING} * $2
"""
