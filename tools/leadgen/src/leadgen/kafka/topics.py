"""Creates the topics in `deploy/topics.yaml`, and the dead-letter topics of those that services handle."""

from pathlib import Path
from typing import Literal

import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.errors import Permanent, Unavailable
from common.kafka.clients import running
from common.kafka.record_batches import MAX_MESSAGE
from common.kafka_servers import SecuredServers, Servers, client_settings
from leadgen.deployed_files import deployed

DAY_MS = 24 * 60 * 60 * 1000

#: Only listens, to show what happens: what it cannot read it leaves out, and nothing is dead-lettered.
LISTENER = "gateway"


class TopicsRefused(Permanent):
    """The list of topics is invalid, or the broker refuses to create one."""


class Part(BaseModel):
    """A part of the file. An unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Defaults(Part):
    """Defaults for topics without their own values."""

    partitions: int = Field(ge=1)
    retention_days: int = Field(ge=1)
    dlq_retention_days: int = Field(ge=1)


class Topic(Part):
    """A topic as the file describes it."""

    kind: Literal["command", "fact"]
    key: Literal["tenant", "tenant:uen"]
    producers: tuple[str, ...] = Field(min_length=1)
    consumers: tuple[str, ...]
    lane: Literal["interactive", "nightly"] = "interactive"
    partitions: int | None = Field(default=None, ge=1)
    retention_days: int | None = Field(default=None, ge=1)

    @property
    def has_dead_letters(self) -> bool:
        return any(consumer != LISTENER for consumer in self.consumers)


class Topics(Part):
    """The whole file."""

    defaults: Defaults
    topics: dict[str, Topic]

    def wanted(self) -> list[NewTopic]:
        """Every topic that should exist, with dead-letter topics."""
        wanted = []
        for name, topic in self.topics.items():
            partitions = topic.partitions or self.defaults.partitions
            wanted.append(_new_topic(name, partitions, topic.retention_days or self.defaults.retention_days))
            if topic.has_dead_letters:
                wanted.append(_new_topic(f"{name}.dlq", partitions, self.defaults.dlq_retention_days, MAX_MESSAGE))
        return wanted


def read_topics(file: Path | None = None) -> Topics:
    """Reads the list: the given file, else `LEADGEN_TOPICS`, else the checkout's `deploy/topics.yaml`.

    Raises TopicsRefused.
    """
    file = file or deployed("topics.yaml", "LEADGEN_TOPICS")
    try:
        return Topics.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise TopicsRefused(f"{file} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise TopicsRefused(f"{file}: {where}: {first['msg']}") from error


def no_broker(bootstrap: object, error: Exception) -> str:
    """Describes an unreachable broker, with the likely cause."""
    if "://" in str(bootstrap):
        return f"{bootstrap} is not an address of Kafka: it is host:port, such as 127.0.0.1:9092, without http://"
    if not isinstance(error, KafkaConnectionError | OSError):
        return f"Kafka at {bootstrap}: {type(error).__name__}: {error}"
    is_secured = isinstance(bootstrap, SecuredServers) and bootstrap.protocol != "PLAINTEXT"
    login = ", and does it take this login and certificate" if is_secured else ""
    return f"Kafka does not answer at {bootstrap}: is it running there{login}? ({type(error).__name__})"


async def create_topics(bootstrap: Servers, file: Path | None = None) -> list[str]:
    """Creates missing topics, waits until every topic has its leaders, and returns the new names. May be repeated.

    Topics that exist are left as they are. Raises TopicsRefused, Unavailable.
    """
    wanted = read_topics(file).wanted()
    admin = AIOKafkaAdminClient(**client_settings(bootstrap))
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = [topic for topic in wanted if topic.name not in existing]
        created = await _create(admin, missing) if missing else []
        await _wait_for_leaders(bootstrap, wanted)
    except (KafkaError, OSError) as error:
        raise Unavailable(no_broker(bootstrap, error)) from error
    except ValueError as error:
        raise TopicsRefused(f"{bootstrap} is not an address of Kafka, such as 127.0.0.1:9092: {error}") from error
    finally:
        await admin.close()
    return created


def _new_topic(name: str, partitions: int, retention_days: int, max_bytes: int | None = None) -> NewTopic:
    """Builds a topic with the broker's default replication: aiokafka accepts -1 only with an empty assignment."""
    settings = {"retention.ms": str(retention_days * DAY_MS)}
    if max_bytes is not None:
        settings["max.message.bytes"] = str(max_bytes)
    return NewTopic(name, partitions, -1, replica_assignments={}, topic_configs=settings)


async def _create(admin: AIOKafkaAdminClient, missing: list[NewTopic]) -> list[str]:
    created = []
    response = await admin.create_topics(missing)
    for name, code, *detail in response.topic_errors:
        if code == 0:
            created.append(name)
        elif code != TopicAlreadyExistsError.errno:  # someone else made it just now
            error = for_code(code)
            if error.retriable:
                raise Unavailable(f"Kafka cannot create {name} now: {error.__name__}")
            raise TopicsRefused(f"Kafka refuses to create {name}: {error.__name__} {' '.join(filter(None, detail))}")
    return created


async def _wait_for_leaders(bootstrap: Servers, wanted: list[NewTopic]) -> None:
    """Waits until each partition answers: metadata names a leader before that broker knows of it."""
    consumer = AIOKafkaConsumer(**client_settings(bootstrap), enable_auto_commit=False, retry_backoff_ms=10)
    async with running(consumer):
        await consumer.end_offsets(
            [TopicPartition(topic.name, number) for topic in wanted for number in range(topic.num_partitions)]
        )
