"""The gateway's own metrics, besides those that every service has. Labels are bounded."""

from prometheus_client import Counter, Gauge, Histogram

requests_shed = Counter(
    "leadgen_gateway_requests_shed_total",
    "Requests that were answered with 503 because too many were in progress, by kind: request, stream.",
    ["kind"],
)
facts_refused = Counter(
    "leadgen_gateway_facts_refused_total",
    "Facts about a request in progress that its listener did not get, by reason: other_tenant, unreadable, "
    "slow_reader.",
    ["reason"],
)
for kind in ("request", "stream"):  # from 0 on, so that the first of them shows
    requests_shed.labels(kind)
for reason in ("other_tenant", "unreadable", "slow_reader"):
    facts_refused.labels(reason)
request_duration = Histogram(
    "leadgen_gateway_request_seconds",
    "Time from an HTTP request's head to its answer's head, by method, route and status class (2xx). Unknown paths "
    "have the route `other`.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
first_byte = Histogram(
    "leadgen_gateway_first_byte_seconds",
    "Time from a request's head to the first byte of its stream, by route. Refused requests do not count.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30),
)
streams_open = Gauge("leadgen_gateway_streams_open", "Streams of server-sent events that clients read now.", ["route"])
