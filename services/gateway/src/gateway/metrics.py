"""The gateway's own metrics, besides those that every service has. Labels are bounded."""

from prometheus_client import Counter

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
