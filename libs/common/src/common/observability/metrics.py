"""The metrics of every service. Labels are bounded: never a tenant, never a uen.

The stage is a label, not part of the name, so that one dashboard and one alert serve them all. Metrics that only one
service has are in its own `metrics.py`; docs/metrics.md, which is generated, lists all of them.
"""

from prometheus_client import Counter, Gauge, Histogram

_WORK = ["stage", "topic", "lane"]

#: The label of a claim that was released without an outcome. Dashboards know it by this text.
RELEASED = "given_back"
#: The outcomes of handling an event; see common/handling/handler_runner.py.
OUTCOMES = ("done", "retried", "dead", RELEASED, "lease_lost", "waited")

handled = Counter(
    "leadgen_stage_handled_total",
    "Events that were handled or put back, by outcome: done, retried (after a Transient error), dead (dead letters), "
    f"{RELEASED} (released without an outcome, as at a stop), lease_lost (another worker has the event), waited (for "
    "the database).",
    [*_WORK, "outcome"],
)
duration = Histogram(
    "leadgen_stage_handling_seconds",
    "Duration of a handler's runs; a run for a batch or chunk counts once.",
    _WORK,
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
request_age = Histogram(
    "leadgen_stage_request_age_seconds",
    "Time from a rep's request until a stage has ended an event that follows from it, of the interactive lane. The "
    "request's id tells its time: the client's clock, if it sent an Idempotency-Key, or else the gateway's.",
    ["stage", "topic"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600),
)
in_flight = Gauge("leadgen_stage_in_flight", "Events that a handler is working on.", _WORK)
taken_in = Counter(
    "leadgen_inbox_taken_in_total", "Messages written to the inbox, repeats among them.", ["stage", "topic"]
)
unreadable = Counter(
    "leadgen_inbox_unreadable_total",
    "Messages that are damaged or too large to be read; their bytes are kept as dead letters.",
    ["stage", "topic"],
)
inbox_open = Gauge("leadgen_inbox_open", "Events not yet ended.", _WORK)
inbox_age = Gauge("leadgen_inbox_oldest_seconds", "Age of the oldest event not yet ended.", _WORK)
dead_letters = Gauge(
    "leadgen_inbox_dead_letters", "Dead letters that were neither retried nor dropped.", ["stage", "topic"]
)
dead_letters_age = Gauge(
    "leadgen_inbox_dead_letters_oldest_seconds", "Age of the oldest such dead letter.", ["stage", "topic"]
)
intake_paused = Gauge(
    "leadgen_inbox_paused", "1 while a topic's intake waits for the inbox to empty.", ["stage", "topic"]
)
outbox_open = Gauge("leadgen_outbox_open", "Messages not yet in Kafka.", ["stage"])
outbox_age = Gauge("leadgen_outbox_oldest_seconds", "Age of the oldest message not yet in Kafka.", ["stage"])
outbox_sent = Counter("leadgen_outbox_sent_total", "Messages confirmed by Kafka.", ["stage"])
outbox_failed = Counter(
    "leadgen_outbox_failed_total", "Sends that Kafka did not confirm; each is tried again.", ["stage"]
)
outbox_refused = Counter(
    "leadgen_outbox_refused_total",
    "Messages that Kafka rejected permanently; they are in the table outbox_refused.",
    ["stage"],
)
lag = Gauge("leadgen_consumer_lag", "Messages in Kafka that are not in the inbox yet.", ["stage", "topic"])
database_connections = Gauge(
    "leadgen_database_connections",
    "Connections of the replica's pool to PostgreSQL, by state: in_use, idle.",
    ["stage", "state"],
)
database_connections_max = Gauge(
    "leadgen_database_connections_max", "Connections that the replica's pool may have.", ["stage"]
)
