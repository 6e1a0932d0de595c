"""Renders deploy/grafana/dashboards/*.json, which Grafana reads, from dashboards.yaml (see generate_documents.py)."""

import json
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "deploy/grafana"

#: The name of the data source in deploy/grafana/provisioning/datasources.
SOURCE = {"type": "prometheus", "uid": "prometheus"}
#: Grafana's grid is 24 wide.
GRAPH, STAT = (12, 8), (6, 4)


def dashboards() -> dict[str, Any]:
    """Reads the list of dashboards."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / "dashboards.yaml").read_text(encoding="utf-8"))
    return found


def queries() -> list[tuple[str, str, str]]:
    """Returns each query, with the titles of its dashboard and its panel."""
    return [
        (title, panel["title"], query)
        for title, dashboard in dashboards().items()
        for panel in dashboard["panels"]
        for query in panel["queries"].values()
    ]


def dashboard_files() -> dict[str, str]:
    """Returns each file's name and content."""
    return {
        f"{_uid(title)}.json": json.dumps(_dashboard(title, given), indent=1, ensure_ascii=False) + "\n"
        for title, given in dashboards().items()
    }


def _uid(title: str) -> str:
    return "leadgen-" + title.lower().replace(" ", "-")


def _dashboard(title: str, given: dict[str, Any]) -> dict[str, Any]:
    panels, x, y, row_height = [], 0, 0, 0
    for number, panel in enumerate(given["panels"], start=1):
        width, height = STAT if panel.get("stat") else GRAPH
        if x + width > 24:
            x, y, row_height = 0, y + row_height, 0
        panels.append(_panel(number, panel, {"x": x, "y": y, "w": width, "h": height}))
        x, row_height = x + width, max(row_height, height)
    return {
        "uid": _uid(title),
        "title": f"Leadgen: {title}",
        "description": given["description"],
        "tags": ["leadgen"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "Asia/Singapore",
        "links": [{"type": "dashboards", "tags": ["leadgen"], "title": "Leadgen", "asDropdown": True}],
        "panels": panels,
    }


def _panel(number: int, given: dict[str, Any], place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "title": given["title"],
        "type": "stat" if given.get("stat") else "timeseries",
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": given.get("unit", "short")}, "overrides": []},
        "targets": [
            {"refId": "ABCDEFGH"[nth], "datasource": SOURCE, "expr": query, "legendFormat": legend}
            for nth, (legend, query) in enumerate(given["queries"].items())
        ],
    }


def write_dashboards() -> None:
    """Writes the files."""
    for name, content in dashboard_files().items():
        (FOLDER / "dashboards" / name).write_text(content, encoding="utf-8")
