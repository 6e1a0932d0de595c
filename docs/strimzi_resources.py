"""Renders deploy/topics.yaml as Strimzi's KafkaTopics and KafkaUsers (deploy/k8s/kafka; see generate_documents.py).

The users' rights are those of `leadgen.kafka_acls`.
"""

from pathlib import Path
from typing import Any

import yaml

from leadgen.kafka_acls import Acl, acls
from leadgen.topics import Topics, read_topics

FOLDER = Path(__file__).resolve().parents[1] / "deploy" / "k8s" / "kafka"
HEAD = "# Generated from deploy/topics.yaml by `make docs`: change that file.\n"
LABELS = {"strimzi.io/cluster": "leadgen"}
API = "kafka.strimzi.io/v1"


def strimzi_resources() -> dict[str, str]:
    """Returns each file's name and content."""
    topics = read_topics()
    return {"topics.yaml": _rendered(_topics(topics)), "users.yaml": _rendered(_users(topics))}


def write_strimzi_resources() -> None:
    """Writes the files."""
    for name, content in strimzi_resources().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


def _rendered(resources: list[dict[str, Any]]) -> str:
    return HEAD + yaml.safe_dump_all(resources, sort_keys=False, width=120)


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
