"""docs/architecture.md lists every metric with its labels, and no other."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase

ROOT = Path(__file__).resolve().parents[2]


def metrics() -> Iterator[MetricWrapperBase]:
    """All metrics of the modules named `metrics.py`: those of every service, and those of one."""
    for tree in ("libs", "services"):
        for src in sorted((ROOT / tree).glob("*/src")):
            for file in src.rglob("metrics.py"):
                module = importlib.import_module(".".join(file.relative_to(src).with_suffix("").parts))
                yield from (it for it in vars(module).values() if isinstance(it, MetricWrapperBase))


def documented() -> dict[str, list[str]]:
    """The page's table: labels by metric."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(leadgen_\w+)` \| (.*?)\| .+ \|$", page, re.M)
    assert len({name for name, _ in rows}) == len(rows), "a metric is listed twice"
    return {name: [label.strip() for label in labels.split(",") if label.strip()] for name, labels in rows}


def test_the_architecture_page_lists_every_metric_with_its_labels() -> None:
    """A metric or a label that is added or removed changes what dashboards and alerts stand on."""
    defined = {
        f"{metric._name}{'_total' * isinstance(metric, Counter)}": list(metric._labelnames) for metric in metrics()
    }

    assert defined == documented()
    assert not [labels for labels in defined.values() if {"tenant", "tenant_id", "uen", "company_id"} & set(labels)]


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
