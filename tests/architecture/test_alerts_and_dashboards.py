"""Alerts and dashboards stand on metrics that exist; each alert has a section in the runbook and cases of its own."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from grafana_dashboards import FOLDER, dashboard_files, queries
from metrics_reference import series

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"

#: Labels that Prometheus adds to every series.
SCRAPED = {"job", "instance"}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def cases() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load((PROMETHEUS / "alert_cases.yaml").read_text("utf-8"))
    return found


@cache
def known() -> dict[str, set[str]]:
    """All series that a query may name, with their labels."""
    recorded = {rule["record"]: set[str]() for rule in rules() if "record" in rule}
    return {**series(), **recorded, "up": set()}


def unknown_parts(query: str) -> list[str]:
    """Finds the parts of a query that do not exist: a metric, or a label of one."""
    wrong = []
    for name, selector in re.findall(r"\b(up|leadgen[\w:]+)\b(?:\{([^}]*)\})?", query):
        labels = known().get(name)
        if labels is None:
            wrong.append(name)
            continue
        asked = set(re.findall(r"(\w+)\s*[!=]?[=~]", re.sub(r'"[^"]*"', '""', selector)))
        wrong += [f"{name}: {label}" for label in sorted(asked - labels - SCRAPED)]
    return wrong


@pytest.mark.parametrize("query", [rule["expr"] for rule in rules()] + [query for *_, query in queries()])
def test_queries_ask_for_metrics_and_labels_that_exist(query: str) -> None:
    """A metric that is renamed would leave an empty panel, or an alert that never fires."""
    assert re.search(r"\b(up|leadgen[\w:]+)\b", query)
    assert not unknown_parts(query)


def test_a_query_for_what_is_not_there_is_found_out() -> None:
    """The test above would notice."""
    assert unknown_parts("rate(leadgen_gone_total[5m])") == ["leadgen_gone_total"]
    assert unknown_parts('leadgen_inbox_open{lane="nightly", tenant=~"1"}') == ["leadgen_inbox_open: tenant"]
    assert unknown_parts("leadgen_stage_handling_seconds") == ["leadgen_stage_handling_seconds"]


def test_each_alert_has_a_section_in_the_runbook_and_no_section_is_without_an_alert() -> None:
    """Each alert has a section in the runbook and no section is without an alert: whoever is woken up finds what to do
    under the alert's name.
    """
    page = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    [section] = re.findall(r"^## Alerts\n(.*?)(?=^## )", page, re.M | re.S)
    headings = re.findall(r"^### (\w+)$", section, re.M)

    assert len(headings) == len(set(headings))
    assert set(headings) == {alert["alert"] for alert in alerts()}
    for alert in alerts():
        assert alert["annotations"]["runbook"] == f"docs/runbook.md#{alert['alert'].lower()}"
        assert alert["annotations"]["summary"]
        assert alert["labels"]["severity"] in ("page", "ticket")


def test_each_alert_has_cases_in_which_it_fires_and_in_which_it_does_not() -> None:
    """For each of its severities; `make test-dashboards` runs them."""
    assert set(cases()) == {alert["alert"] for alert in alerts()}
    for name, its in cases().items():
        firing = {labels["severity"] for case in its for labels in case["fires"]}
        assert firing == {alert["labels"]["severity"] for alert in alerts() if alert["alert"] == name}, name
        assert any(not case["fires"] for case in its), f"{name} has no case in which it does not fire"


def test_the_dashboards_are_what_their_list_generates() -> None:
    """When this fails: `make docs`."""
    written = {file.name: file.read_text(encoding="utf-8") for file in (FOLDER / "dashboards").glob("*.json")}

    assert written == dashboard_files()
