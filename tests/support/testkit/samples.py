"""The value of a metric's sample in this process."""

from prometheus_client import REGISTRY


def sample(name: str, **labels: str) -> float:
    """Returns the value; 0 if there is no such sample yet."""
    return REGISTRY.get_sample_value(name, labels) or 0.0
