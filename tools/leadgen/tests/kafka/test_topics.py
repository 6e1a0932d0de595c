"""The list of topics, and their creation on the real broker."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from common.errors import Unavailable
from embedded.ports import free_port
from leadgen.kafka.topics import TopicsRefused, create_topics, read_topics

LIST = """
defaults: {partitions: 3, retention_days: 7, dlq_retention_days: 30}
topics:
  test.worked.on.v1: {kind: command, key: tenant, producers: [gateway], consumers: [upserter]}
  test.watched.v1:   {kind: fact, key: "tenant:uen", producers: [upserter], consumers: [gateway], partitions: 1}
"""


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A file with two topics: one a service works on, one that is only watched."""
    file = tmp_path / "topics.yaml"
    file.write_text(LIST)
    return file


@pytest.fixture
async def admin(kafka_address: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client to look at the broker with; takes the test's topics away afterwards."""
    client = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
    await client.start()
    yield client
    await client.delete_topics([name for name in await client.list_topics() if name.startswith("test.")])
    await client.close()


async def test_missing_topics_are_created_once(kafka_address: str, admin: AIOKafkaAdminClient, listed: Path) -> None:
    """With dead letters only where a service works on the topic; a second run finds nothing to do."""
    names = ["test.worked.on.v1", "test.worked.on.v1.dlq", "test.watched.v1"]

    assert await create_topics(kafka_address, listed) == names
    assert await create_topics(kafka_address, listed) == []

    described = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics(names)}
    assert described == {"test.worked.on.v1": 3, "test.worked.on.v1.dlq": 3, "test.watched.v1": 1}


async def test_dead_letters_are_kept_longer(kafka_address: str, admin: AIOKafkaAdminClient, listed: Path) -> None:
    """Each kind as long as the file says, in milliseconds."""
    await create_topics(kafka_address, listed)

    kept = {}
    for name in ("test.worked.on.v1", "test.worked.on.v1.dlq"):
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        kept[name] = {key: value for key, value, *_ in answer.resources[0][4]}["retention.ms"]
    assert kept == {"test.worked.on.v1": "604800000", "test.worked.on.v1.dlq": "2592000000"}


def test_the_real_list_is_well_formed() -> None:
    """The real list is well formed, and has dead letters for each command, none for what only the gateway watches."""
    topics = read_topics()
    names = {topic.name for topic in topics.wanted()}

    assert all(f"{name}.dlq" in names for name, topic in topics.topics.items() if topic.kind == "command")
    assert "lead.synced.v1" in names
    assert "lead.synced.v1.dlq" not in names


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("partitions: 3", "partitions: 0", "defaults.partitions: Input should be greater than or equal to 1"),
        ("kind: command", "kind: order", r"topics.test.worked.on.v1.kind: Input should be 'command' or 'fact'"),
        ("kind: command", "sort: x, kind: command", "topics.test.worked.on.v1.sort: Extra inputs are not permitted"),
        ("topics:", "topics: [", "cannot be read"),
    ],
)
def test_a_malformed_list_is_refused(listed: Path, old: str, new: str, message: str) -> None:
    """With the place and the reason in the message."""
    listed.write_text(LIST.replace(old, new, 1))

    with pytest.raises(TopicsRefused, match=message):
        read_topics(listed)


async def test_a_broker_that_is_away_is_said_so(listed: Path) -> None:
    """A broker that is away is said so, as Unavailable, which callers know how to wait for."""
    with pytest.raises(Unavailable, match=r"Kafka does not answer at 127\.0\.0\.1"):
        await create_topics(f"127.0.0.1:{free_port()}", listed)
