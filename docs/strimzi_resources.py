"""Renders deploy/topics.yaml as Strimzi's KafkaTopics and KafkaUsers (deploy/k8s/kafka; see generate_documents.py).

A service's user may do what the list of topics says of it, and no more: write what it produces and the dead letters of
what it consumes, read what it consumes. `operator` is for `leadgen topics`, `replay`, `rewind`, `dlq` and `audit`.
"""

from pathlib import Path
from typing import Any

import yaml

from leadgen.topics import LISTENER, Topics, read_topics

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
    services = sorted({name for topic in topics.topics.values() for name in (*topic.producers, *topic.consumers)})
    everything = [
        _acl("topic", "*", ["Create", "Describe", "DescribeConfigs", "Read", "Write"]),
        _acl("group", "*", ["Describe", "Read", "Delete"]),
    ]
    return [*(_user(name, _acls(topics, name)) for name in services), _user("operator", everything)]


def _acls(topics: Topics, service: str) -> list[dict[str, Any]]:
    written = {name for name, topic in topics.topics.items() if service in topic.producers}
    read = {name for name, topic in topics.topics.items() if service in topic.consumers}
    if service != LISTENER:
        written |= {f"{name}.dlq" for name in read}
    acls = [_acl("topic", name, ["Describe", "Write"]) for name in sorted(written)]
    acls += [_acl("topic", name, ["Describe", "Read"]) for name in sorted(read)]
    if read and service != LISTENER:  # the gateway listens without a group
        acls.append(_acl("group", service, ["Describe", "Read"]))
    return acls


def _acl(kind: str, name: str, operations: list[str]) -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": operations}


def _user(name: str, acls: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": API,
        "kind": "KafkaUser",
        "metadata": {"name": f"leadgen-{name}", "labels": LABELS},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": acls},
        },
    }
