"""The gateway's own metrics, besides those that every service has. Labels are bounded."""

from prometheus_client import Counter

facts_refused = Counter(
    "leadgen_gateway_facts_refused_total",
    "Facts about a request in progress that its listener did not get, by reason: other_tenant, unreadable.",
    ["reason"],
)
