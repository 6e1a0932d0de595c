"""Checks of waiting: nothing is open for longer than its patience, and nothing was dead-lettered."""

from leadgen.audit.check import Check

IN_A_TOPIC = Check(
    "in-a-topic",
    "No message waits in a topic for longer than its lane's patience.",
    "Is the consumer running, and does it take in? See its /readyz and leadgen_consumer_lag.",
    """
    SELECT message.tenant_id, service AS consumer, message.topic, message.kafka_partition AS "partition",
           message.kafka_offset AS "offset", event_id,
           date_trunc('second', scope.at - message.at) AS waits
      FROM audit_messages AS message
      JOIN audit_consumers USING (topic)
     CROSS JOIN audit_scope AS scope
      LEFT JOIN audit_positions AS reached
        ON reached.consumer = service AND reached.topic = message.topic
       AND reached.kafka_partition = message.kafka_partition
     WHERE place = 'topic' AND message.kafka_offset >= coalesce(committed, 0)
       AND scope.at - message.at > CASE WHEN lane = 'nightly' THEN scope.nightly ELSE scope.waited_for END
       AND NOT EXISTS (SELECT FROM audit_inbox AS taken
                        WHERE taken.event_id = message.event_id AND taken.replay_id = message.replay_id
                          AND taken.consumer = service)
     ORDER BY 1, 2, 3, 4, 5
    """,
)

# A failing event is patient for a day (RetryStrategy), so are those behind a pause of their tenant.
OPEN = Check(
    "open",
    "No event in an inbox is open for longer than its patience.",
    "Is the consumer running? `error` is the event's last failure; a pause (inbox_pauses) says why its tenant waits.",
    """
    SELECT taken.tenant_id, taken.consumer, taken.topic, taken.key, taken.event_id, taken.replay_id, taken.phase,
           taken.failures, date_trunc('second', scope.at - taken.received_at) AS open_for,
           coalesce(taken.error, pause.reason) AS error
      FROM audit_inbox AS taken
     CROSS JOIN audit_scope AS scope
      LEFT JOIN audit_pauses AS pause ON pause.consumer = taken.consumer AND pause.tenant_id = taken.tenant_id
     WHERE taken.state = 'open'
       AND scope.at > greatest(
               taken.received_at + CASE taken.lane WHEN 'nightly' THEN scope.nightly ELSE scope.waited_for END,
               taken.first_failed_at + scope.failing, pause.since + scope.failing)
     ORDER BY 1, 2, 3, 4
    """,
)

IN_AN_OUTBOX = Check(
    "in-an-outbox",
    "No announcement waits in an outbox for longer than it takes to send it.",
    "Is Kafka reachable, and is a replica of the service running? See leadgen_outbox_oldest_seconds.",
    """
    SELECT tenant_id, topic, key, event_id, date_trunc('second', scope.at - message.at) AS waits
      FROM audit_messages AS message CROSS JOIN audit_scope AS scope
     WHERE place = 'outbox' AND scope.at - message.at > scope.transit
       AND NOT EXISTS (SELECT FROM audit_messages AS sent
                        WHERE sent.event_id = message.event_id AND sent.replay_id = message.replay_id
                          AND sent.place = 'topic')
     ORDER BY 1, 2, 3
    """,
)

REFUSED = Check(
    "refused",
    "No announcement was refused by Kafka.",
    "See the runbook, Refused messages: raise max.message.bytes of the topic, then send it again.",
    "SELECT tenant_id, topic, key, event_id, replay_id FROM audit_messages WHERE place = 'refused' ORDER BY 1, 2, 3",
)

GIVEN_UP = Check(
    "given-up",
    "No event was given up, unless an operator dropped it.",
    "See the runbook, Dead letters: remove the cause, then `leadgen dlq retry`.",
    """
    SELECT tenant_id, consumer, topic, key, event_id, replay_id, error
      FROM audit_inbox AS taken
     WHERE state = 'dead'
       AND NOT EXISTS (SELECT FROM dead_letter_actions AS done
                        WHERE done.event_id = taken.event_id AND done.replay_id = taken.replay_id
                          AND done.consumer = taken.consumer AND done.action = 'drop')
     ORDER BY 1, 2, 3, 4
    """,
)

ABANDONED = Check(
    "job-abandoned",
    "Each running job is in the hands of a worker, and no job waits for more than two nights.",
    "Running: its event became a dead letter; retry it, or wait for the night. Queued: did the nightly run take place?",
    """
    SELECT job.tenant_id, job.job_id, job.status, job.processed, job.total, job.created_at
      FROM audit_jobs AS job CROSS JOIN audit_scope AS scope
     WHERE is_active
       AND (status = 'queued' AND created_at < scope.at - scope.queued
            OR status = 'running' AND started_at > scope.since + interval '1 day' AND scope.only_run IS NULL
               AND (services IS NULL OR 'upserter' = ANY(services))
               AND NOT EXISTS (SELECT FROM audit_inbox AS taken
                                WHERE taken.consumer = 'upserter' AND taken.topic = 'upsert.requested.v1'
                                  AND taken.tenant_id = job.tenant_id AND taken.state = 'open'))
     ORDER BY 1, 2
    """,
)

CHECKS = (IN_A_TOPIC, OPEN, IN_AN_OUTBOX, REFUSED, GIVEN_UP, ABANDONED)
