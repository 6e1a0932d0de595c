"""Rights of the services' users in Kafka, derived from `deploy/topics.yaml`.

A service may write the topics that it produces and the dead letters of those that it handles, and read those that it
consumes, with the consumer group of its own name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from leadgen.kafka.topics import LISTENER, Topic, Topics

Operation: TypeAlias = Literal["Create", "Describe", "DescribeConfigs", "Read", "Write"]

#: The user of `leadgen topics`, `replay`, `rewind`, `dlq`, `audit` and `trace`.
OPERATOR = "leadgen-operator"


@dataclass(frozen=True, order=True)
class Acl:
    """Operations that a user may execute on the topic or group with exactly this name."""

    resource: Literal["topic", "group"]
    name: str
    operations: tuple[Operation, ...]


def user_of(service: str) -> str:
    """Returns the name of a service's user."""
    return f"leadgen-{service}"


def acls(topics: Topics) -> dict[str, list[Acl]]:
    """Lists the rights of each service's user and of the operator's; everything else is refused."""
    services = {name for topic in topics.topics.values() for name in (*topic.producers, *topic.consumers)}
    rights = {user_of(service): sorted(_of_service(service, topics)) for service in sorted(services)}
    return rights | {OPERATOR: sorted(_of_operator(topics, services))}


def _of_service(service: str, topics: Topics) -> Iterator[Acl]:
    handles = False
    for name, topic in topics.topics.items():
        if operations := _operations(service, topic):
            yield Acl("topic", name, operations)
        if service in topic.consumers and service != LISTENER:
            handles = True
            yield Acl("topic", f"{name}.dlq", ("Describe", "Write"))
    if handles:
        yield Acl("group", service, ("Describe", "Read"))


def _operations(service: str, topic: Topic) -> tuple[Operation, ...]:
    read: tuple[Operation, ...] = ("Read",) if service in topic.consumers else ()
    write: tuple[Operation, ...] = ("Write",) if service in topic.producers else ()
    return ("Describe", *read, *write) if read or write else ()


def _of_operator(topics: Topics, services: Iterable[str]) -> Iterator[Acl]:
    for topic in topics.wanted():
        yield Acl("topic", topic.name, ("Create", "Describe", "DescribeConfigs", "Read", "Write"))
    for service in services:
        yield Acl("group", service, ("Describe", "Read"))
