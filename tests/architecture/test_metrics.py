"""The metrics are a closed list with bounded labels, all of it in docs/metrics.md."""

import re
from pathlib import Path

from metrics_reference import described

ROOT = Path(__file__).resolve().parents[2]

#: Labels whose values are without bound, or would name somebody.
FORBIDDEN = {"tenant", "tenant_id", "uen", "company_id", "email", "user"}


def test_every_metric_is_listed_once_with_a_meaning_and_bounded_labels() -> None:
    """Two of one name would hide each other; a label of a tenant would make a series per tenant."""
    listed = described()

    names = [it.name for it in listed]
    assert len(names) == len(set(names)) > 30
    assert not [it for it in listed if not it.meaning.endswith(".") or FORBIDDEN & set(it.labels)]
    assert not [name for name in names if not re.fullmatch(r"leadgen_[a-z]+(_[a-z]+)+", name)]


def test_metrics_are_defined_in_modules_of_that_name() -> None:
    """Elsewhere the test above would not find them."""
    found = [
        str(file.relative_to(ROOT))
        for tree in ("libs", "services")
        for file in (ROOT / tree).glob("*/src/**/*.py")
        if file.name != "metrics.py"
        and re.search(r"prometheus_client import .*\b(?:Counter|Gauge|Histogram|Summary)\b", file.read_text("utf-8"))
    ]
    assert not found
