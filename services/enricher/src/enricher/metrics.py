"""Metrics of the enricher only: calls to vendors, their cost, and the remaining budgets.

Budgets belong to tenants, and no label names a tenant: the gauge is that of the tenant that has least left.
"""

from prometheus_client import Counter, Gauge, Histogram

vendor_calls = Counter(
    "leadgen_enricher_vendor_calls_total",
    "Calls to vendors, by outcome: answered, rejected, account_refused, throttled, failed, and those that were not "
    "made: circuit_open, out_of_budget.",
    ["vendor", "outcome"],
)
vendor_call_duration = Histogram(
    "leadgen_enricher_vendor_call_seconds",
    "Time that a vendor took to answer, or to fail.",
    ["vendor"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60),
)
vendor_units = Counter(
    "leadgen_enricher_vendor_units_total",
    "Units that vendors have charged: credits of Tavily and Lusha, verifications of ZeroBounce, tokens of OpenAI. A "
    "call with an unknown charge counts with its reservation.",
    ["vendor"],
)
budget_left = Gauge(
    "leadgen_enricher_vendor_budget_left_ratio",
    "Share of its budget of the day that the active tenant with least has left.",
    ["vendor"],
)
breaker_open = Gauge(
    "leadgen_enricher_vendor_breaker_open",
    "1 while a vendor's circuit breaker is open.",
    ["vendor"],
)
