"""Finds every metric of the modules named `metrics.py`, and renders docs/metrics.md (see generate_documents.py)."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase

ROOT = Path(__file__).resolve().parents[1]

HEAD = """# Metrics

Generated from the code by `make docs`. The list is complete: dashboards and alerts may use these metrics and no others.

`stage` is the service, `topic` and `lane` as in the [architecture](architecture.md#stages-and-topics). No label names a
tenant or a company. A histogram has the series `_bucket` (with the label `le`), `_sum` and `_count`.

Backlog, age, lag and connections are read every 5 s, and every 30 s while nothing is open; what is counted by tenant
every 30 to 60 s. Backlog, budget, Odoo and night are those of the whole service, so every replica reports the same
value: take the maximum over replicas, not the sum. Above 25,000 open rows of a topic, counts and ages are lower bounds.
"""


class Described(NamedTuple):
    """A metric as the page shows it."""

    module: str
    name: str
    kind: str
    labels: tuple[str, ...]
    unit: str
    meaning: str


def metrics() -> Iterator[tuple[str, MetricWrapperBase]]:
    """Returns each metric with its module."""
    for tree in ("libs", "services"):
        for src in sorted((ROOT / tree).glob("*/src")):
            for file in sorted(src.rglob("metrics.py")):
                name = ".".join(file.relative_to(src).with_suffix("").parts)
                found = vars(importlib.import_module(name)).values()
                yield from ((name, it) for it in found if isinstance(it, MetricWrapperBase))


def described() -> list[Described]:
    """Returns all metrics, those of every service first."""
    found = []
    for module, it in metrics():
        name = f"{it._name}_total" if isinstance(it, Counter) else it._name
        found.append(
            Described(
                module, name, str(it._type), tuple(it._labelnames), _unit(name, it._documentation), it._documentation
            )
        )
    return sorted(found, key=lambda it: (it.module.split(".")[0] != "common", it.module))


def series() -> dict[str, set[str]]:
    """Returns the names by which queries may ask for the metrics, with their labels."""
    found: dict[str, set[str]] = {}
    for _, it in metrics():
        labels = set(it._labelnames)
        if isinstance(it, Histogram):
            found |= {f"{it._name}_bucket": labels | {"le"}, f"{it._name}_sum": labels, f"{it._name}_count": labels}
        else:
            found[f"{it._name}_total" if isinstance(it, Counter) else it._name] = labels
    return found


def _unit(name: str, meaning: str) -> str:
    """The base unit, by the suffix of the name."""
    base = name.removesuffix("_total")
    for suffix, unit in (
        ("_timestamp_seconds", "Unix time, s"),
        ("_seconds", "s"),
        ("_ratio", "0 to 1"),
        ("_units", "units"),
    ):
        if base.endswith(suffix):
            return unit
    return "0 or 1" if meaning.startswith("1 while") else "number"


def metrics_page() -> str:
    """Renders docs/metrics.md: a table per module."""
    lines = [HEAD]
    module = ""
    for it in described():
        if it.module != module:
            module = it.module
            service = module.split(".")[0].replace("_", "-")
            whose = "Every service" if service == "common" else f"{service} alone"
            lines.append(f"\n## {whose}\n\n| metric | type | labels | unit | meaning |\n|---|---|---|---|---|\n")
        labels = ", ".join(it.labels)
        lines.append(f"| `{it.name}` | {it.kind} | {labels} | {it.unit} | {it.meaning} |\n")
    return "".join(lines)
