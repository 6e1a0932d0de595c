"""Checks of delivery: topics, inboxes and outboxes agree; every message exists once and has a cause."""

from leadgen.audit.check import Check

TAKEN_IN = Check(
    "taken-in",
    "Each message before a consumer's position in a topic is in its inbox.",
    "The message was lost on its way into the inbox: set the group back to this offset; what it has is recognised.",
    """
    SELECT tenant_id, service AS consumer, topic, kafka_partition AS "partition", kafka_offset AS "offset",
           event_id, replay_id
      FROM audit_messages AS message
      JOIN audit_consumers USING (topic)
      JOIN audit_positions AS reached USING (topic, kafka_partition)
     WHERE reached.consumer = service AND kafka_offset < committed
       AND NOT EXISTS (SELECT FROM audit_inbox AS taken
                        WHERE taken.event_id = message.event_id AND taken.replay_id = message.replay_id
                          AND taken.consumer = service)
     ORDER BY 1, 2, 3, 4, 5
    """,
)

ONE_CONTENT = Check(
    "one-content",
    "No event id stands for two different contents.",
    "A service announced an event twice, differently, and consumers acted on whichever came first. Report the bug.",
    """
    SELECT min(tenant_id) AS tenant_id, event_id, replay_id, string_agg(DISTINCT topic, ', ') AS topics,
           string_agg(DISTINCT at_place, ', ') AS places
      FROM (SELECT tenant_id, event_id, replay_id, topic, content,
                   place || coalesce(' ' || kafka_partition || ':' || kafka_offset, '') AS at_place
              FROM audit_messages WHERE tenant_id >= 0
             UNION ALL
            SELECT tenant_id, event_id, replay_id, topic, content, 'inbox of ' || consumer
              FROM audit_inbox WHERE tenant_id >= 0) AS copies
     WHERE event_id NOT IN (SELECT event_id FROM dead_letter_actions WHERE action = 'correct')
     GROUP BY event_id, replay_id HAVING count(DISTINCT content) > 1
     ORDER BY 1, 2, 3
    """,
)

FROM_A_TOPIC = Check(
    "from-a-topic",
    "Each inbox row is in its topic, at its offset, or belongs to a rerun.",
    "The topic was cut or created again, or the row was written by hand: compare the offsets, then restore the topic.",
    """
    SELECT tenant_id, consumer, topic, kafka_partition AS "partition", kafka_offset AS "offset",
           event_id, replay_id, state
      FROM audit_inbox AS taken
      JOIN audit_ranges USING (topic, kafka_partition)
     WHERE kafka_offset >= first_offset
       AND NOT EXISTS (SELECT FROM audit_messages AS message
                        WHERE message.event_id = taken.event_id AND message.topic = taken.topic
                          AND message.kafka_partition = taken.kafka_partition
                          AND message.kafka_offset = taken.kafka_offset)
       AND NOT EXISTS (SELECT FROM replays
                        WHERE replays.replay_id = taken.replay_id AND replays.consumer = taken.consumer
                          AND replays.topic = taken.topic AND kafka_offset >= 4611686018427387904)
     ORDER BY 1, 2, 3, 4, 5
    """,
)

ANNOUNCED = Check(
    "announced",
    "Each event that a service has handled is followed by the event that it has to announce.",
    "The announcement was lost: handle the cause once more (a rerun), so that it is announced under the same id.",
    """
    SELECT tenant_id, consumer, cause_topic AS handled, cause_id AS handled_id, replay_id, key, topic AS missing,
           event_id AS missing_id
      FROM audit_expected AS due
     WHERE state = 'done'
       AND NOT EXISTS (SELECT FROM audit_messages AS message
                        WHERE message.event_id = due.event_id AND message.replay_id = due.replay_id
                          AND message.topic = due.topic)
     ORDER BY 1, 2, 3, 6
    """,
)

ANSWERED = Check(
    "answered",
    "Each request for an industry that was handled has an answer.",
    "The answer was lost; the rep has seen a timeout. Handle the request once more (a rerun).",
    """
    SELECT tenant_id, event_id, replay_id, correlation
      FROM audit_inbox AS asked
     WHERE consumer = 'upserter' AND topic = 'industry.requested.v1' AND state = 'done'
       AND NOT EXISTS (SELECT FROM audit_messages AS answer
                        WHERE answer.topic = 'job.progressed.v1' AND answer.tenant_id = asked.tenant_id
                          AND answer.replay_id = asked.replay_id
                          AND answer.event_id = pg_temp.effect_id(asked.event_id, answer.topic, answer.identity))
     ORDER BY 1, 2
    """,
)

# Ids of version 7 begin a chain. One of version 8 follows from an event of the same key, which `audit_expected` knows,
# or from one of the tenant. A cause is in the inbox before the transaction begins that announces its effect. The
# gateway has no inbox: its events begin chains.
CAUSED = Check(
    "caused",
    "Each result follows from an event that its service has taken in.",
    "Something was done that nobody asked for, or under a wrong id. Find its origin by ce_source and traceparent.",
    """
    SELECT tenant_id, topic, kafka_partition AS "partition", kafka_offset AS "offset", place, key, event_id, replay_id
      FROM audit_messages AS effect
      JOIN audit_producers USING (topic)
     CROSS JOIN audit_scope AS scope
     WHERE topic IN ('enrichment.requested.v1', 'company.upserted.v1', 'company.enriched.v1', 'lead.scored.v1',
                     'lead.synced.v1')
       AND service <> 'gateway' AND effect.at < scope.at AND substring(event_id::text, 15, 1) = '8'
       AND NOT EXISTS (SELECT FROM audit_expected AS due
                        WHERE due.event_id = effect.event_id AND due.replay_id = effect.replay_id)
       AND NOT EXISTS (SELECT FROM audit_inbox AS cause
                        WHERE cause.topic IN ('industry.requested.v1', 'upsert.requested.v1', 'candidates.requested.v1',
                                             'icp.changed.v1', 'odoo.resync.requested.v1')
                          AND cause.tenant_id = effect.tenant_id AND cause.replay_id = effect.replay_id
                          AND cause.consumer = service
                          AND cause.correlation IS NOT DISTINCT FROM effect.correlation
                          AND effect.event_id = pg_temp.effect_id(cause.event_id, effect.topic, effect.identity))
     ORDER BY 1, 2, 3, 4
    """,
)

LETTERS = Check(
    "letters",
    "Each event that was given up has its dead letter.",
    "The letter was lost; the inbox still holds the original. Remove the cause, then `leadgen dlq retry`.",
    """
    SELECT tenant_id, consumer, topic, kafka_partition AS "partition", kafka_offset AS "offset",
           event_id, replay_id, error
      FROM audit_inbox AS taken
     WHERE state = 'dead'
       AND NOT EXISTS (SELECT FROM audit_letters AS letter
                        WHERE letter.consumer = taken.consumer AND letter.topic = taken.topic
                          AND letter.kafka_partition = taken.kafka_partition
                          AND letter.kafka_offset = taken.kafka_offset)
     ORDER BY 1, 2, 3, 4, 5
    """,
)

CHECKS = (TAKEN_IN, ONE_CONTENT, FROM_A_TOPIC, ANNOUNCED, ANSWERED, CAUSED, LETTERS)
