"""Writes docs/openapi.json, asyncapi.json, metrics.md, settings.md, dashboards and parts of deploy/k8s: `make docs`.

A test holds the files to the code, so run this after a change to the gateway's routes, the events, the metrics or the
settings.
"""

import json
from pathlib import Path
from typing import Any, cast

from common import asyncapi
from common.contracts import EVENTS
from gateway.api import Dependencies, application
from grafana_dashboards import write_dashboards
from kubernetes_resources import write_kubernetes_resources
from metrics_reference import metrics_page
from settings_reference import settings_page

FOLDER = Path(__file__).parent


def documents() -> dict[str, str]:
    """Returns each file's name and content. The JSON is what a running gateway serves at these names."""
    none = cast(Dependencies, None)  # the document follows from the routes alone
    made: dict[str, Any] = {
        "openapi.json": application(none).openapi(),
        "asyncapi.json": asyncapi.document("Leadgen", EVENTS, EVENTS),
    }
    texts = {name: json.dumps(document, indent=2, ensure_ascii=False) + "\n" for name, document in made.items()}
    return {**texts, "metrics.md": metrics_page(), "settings.md": settings_page()}


def main() -> None:
    """Writes the files."""
    for name, content in documents().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
    write_dashboards()
    write_kubernetes_resources()


if __name__ == "__main__":
    main()
