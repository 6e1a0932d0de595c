"""Renders what deploy/k8s has from other files: Strimzi's topics and users, and the Prometheus operator's rule.

The users' rights are those of `leadgen.kafka.acls`. See generate_documents.py.
"""

from pathlib import Path
from typing import Any

import yaml

from leadgen.kafka.acls import Acl, acls
from leadgen.kafka.topics import Topics, read_topics

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
TOPICS, ALERTS = "deploy/topics.yaml", "deploy/prometheus/alerts.yml"
LABELS = {"strimzi.io/cluster": "leadgen"}
API = "kafka.strimzi.io/v1"


def kubernetes_resources() -> dict[str, str]:
    """Returns each file's place below deploy/k8s, and its content."""
    topics = read_topics()
    return {
        "kafka/topics.yaml": _rendered(TOPICS, _topics(topics)),
        "kafka/users.yaml": _rendered(TOPICS, _users(topics)),
        "base/alerts.yaml": _rendered(ALERTS, [_rule()]),
    }


def write_kubernetes_resources() -> None:
    """Writes the files."""
    for name, content in kubernetes_resources().items():
        (DEPLOY / "k8s" / name).write_text(content, encoding="utf-8")


def _rendered(source: str, resources: list[dict[str, Any]]) -> str:
    head = f"# Generated from {source} by `make docs`: change that file.\n"
    return head + yaml.safe_dump_all(resources, sort_keys=False, width=120, allow_unicode=True)


def _rule() -> dict[str, Any]:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "leadgen"},
        "spec": yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8")),
    }


def _topics(topics: Topics) -> list[dict[str, Any]]:
    """Replicated as the broker's default says, as `leadgen topics` does."""
    return [
        {
            "apiVersion": API,
            "kind": "KafkaTopic",
            "metadata": {"name": topic.name, "labels": LABELS},
            "spec": {"partitions": topic.num_partitions, "config": _config(topic.topic_configs)},
        }
        for topic in topics.wanted()
    ]


def _config(settings: dict[str, str]) -> dict[str, int]:
    return {name: int(value) for name, value in settings.items()}


def _users(topics: Topics) -> list[dict[str, Any]]:
    return [_user(name, rights) for name, rights in acls(topics).items()]


def _user(name: str, rights: list[Acl]) -> dict[str, Any]:
    rules = [
        {
            "resource": {"type": it.resource, "name": it.name, "patternType": "literal"},
            "operations": list(it.operations),
        }
        for it in rights
    ]
    return {
        "apiVersion": API,
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": rules},
        },
    }
