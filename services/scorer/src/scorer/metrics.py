"""Metrics of the scorer only. Every service has those of `common.observability.metrics` as well."""

from prometheus_client import Counter

weights_unusable = Counter(
    "leadgen_scorer_weights_unusable_total",
    "Batches scored by the model's own weights, since those of their tenant cannot be used.",
)
