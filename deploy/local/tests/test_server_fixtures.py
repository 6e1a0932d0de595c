"""The promises of testkit.fixtures to every test: an own database, empty topics, servers that run again."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from common.postgres import Database
from embedded.kafka import Kafka
from embedded.postgres import Postgres

TOPIC = TopicPartition("company.upserted.v1", 0)


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_each_test_has_a_database_of_its_own(
    database: Database, owner: "asyncpg.Connection[asyncpg.Record]", turn: str
) -> None:
    """Migrated, with five tenants, and without what the test before left."""
    async with database.without_tenant() as connection:
        assert await connection.fetchval("SELECT current_user") == "leadgen_service"
        assert await connection.fetchval("SELECT array_agg(tenant_id ORDER BY tenant_id) FROM tenants") == [
            1,
            2,
            3,
            4,
            5,
        ]
    assert await owner.fetchval("SELECT count(*) FROM companies") == 0
    await owner.execute("INSERT INTO companies (uen, name) VALUES ('201912345K', $1)", turn)


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_each_test_finds_the_topics_empty(kafka: str, turn: str) -> None:
    """A new group that starts with the earliest message sees this test's only."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    await producer.send_and_wait(TOPIC.topic, turn.encode(), partition=TOPIC.partition)
    await producer.stop()

    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TOPIC])
    first = (await consumer.beginning_offsets([TOPIC]))[TOPIC]
    end = (await consumer.end_offsets([TOPIC]))[TOPIC]
    await consumer.stop()
    assert end - first == 1


async def test_a_database_survives_its_server_being_killed(
    breakable_postgres: Postgres, owner: "asyncpg.Connection[asyncpg.Record]", database_url: str
) -> None:
    """A database survives its server being killed, and the fixtures clean up all the same."""
    await owner.execute("INSERT INTO companies (uen, name) VALUES ('201912345K', 'Kept')")
    breakable_postgres.kill()
    breakable_postgres.start()

    again = await asyncpg.connect(database_url)
    assert await again.fetchval("SELECT name FROM companies") == "Kept"
    await again.close()


async def test_a_broken_broker_runs_again_for_the_next_test(breakable_kafka: Kafka) -> None:
    """The fixture starts what the test left stopped; the next test proves it."""
    breakable_kafka.kill()
    assert not breakable_kafka.is_running()


async def test_the_next_test_finds_it_running(kafka: str, kafka_server: Kafka) -> None:
    """With all its topics."""
    assert kafka == kafka_server.bootstrap_servers
    assert kafka_server.is_running()


async def test_a_broker_keeps_its_session_through_seconds_without_time(kafka: str) -> None:
    """A busy machine gives it none. A fenced broker is in no metadata, and to unfence it makes the machine busier."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")])
    await admin.close()

    [(*_, settings)] = answer.resources
    session_ms = {name: int(value) for name, value, *_ in settings if name == "broker.session.timeout.ms"}
    assert session_ms["broker.session.timeout.ms"] >= 9_000


async def test_a_broker_may_be_left_stopped(kafka_server: Kafka) -> None:
    """A broker may be left stopped, as by a test that could not start it again; the next test proves that it has a
    broker all the same.
    """
    kafka_server.stop()


async def test_the_next_test_starts_a_broker_that_was_left_stopped(kafka: str, kafka_server: Kafka) -> None:
    """A fault of one test is not that of all later ones."""
    assert kafka_server.is_serving()
