"""Settings of every stage's subscriber, read from what FastStream and aiokafka will really use.

That a database which refuses never lets an offset be committed is tested on the real broker, in
libs/common/tests/delivery/inbox/test_intake.py.
"""

import pytest
from aiokafka import AIOKafkaConsumer
from faststream import AckPolicy
from faststream.kafka.message import KafkaAckableMessage

from common.postgres import Database
from common.runtime import Runtime
from leadgen.kafka.topics import LISTENER, read_topics
from testkit.every_stage import STAGES, UNUSED


@pytest.fixture(params=STAGES, ids=lambda make: make().name)
def runtime(request: pytest.FixtureRequest) -> Runtime:
    """A stage as a service wires it, with no server behind it."""
    database: Database = UNUSED
    return Runtime(request.param(), database, "127.0.0.1:1", lanes={"interactive": 1, "nightly": 1})


def test_every_stage_is_looked_at() -> None:
    """All that `deploy/topics.yaml` names as consumers; the listener has no inbox and no group."""
    consumers = {consumer for topic in read_topics().topics.values() for consumer in topic.consumers}
    assert sorted(make().name for make in STAGES) == sorted(consumers - {LISTENER})


def test_a_stage_subscribes_to_exactly_what_it_handles(runtime: Runtime) -> None:
    """By one subscriber, so that one batch holds whatever there is."""
    assert len(runtime.broker.subscribers) == 1
    listed = {name for name, topic in read_topics().topics.items() if runtime.stage.name in topic.consumers}
    assert set(runtime.intake.subscriber.topic_names_for_subscribe) == set(runtime.stage.handlers) == listed


def test_messages_are_acknowledged_by_us_alone(runtime: Runtime) -> None:
    """No policy that commits on its own, neither FastStream's nor the client's; and it comes in batches."""
    subscriber = runtime.intake.subscriber
    assert subscriber.ack_policy is AckPolicy.MANUAL
    assert subscriber.parser.msg_class is KafkaAckableMessage
    assert type(subscriber).__name__ == "BatchSubscriber"
    assert (subscriber.max_records or 0) >= 500


def test_one_batch_at_a_time_in_order(runtime: Runtime) -> None:
    """No pool of workers behind the subscriber: with one, order is lost or commits overtake."""
    assert not hasattr(runtime.intake.subscriber, "max_workers")


async def test_the_client_is_set_to_lose_nothing(runtime: Runtime) -> None:
    """The stage's own group, from the earliest offset, no commit by time, and patience with a slow database."""
    subscriber = runtime.intake.subscriber
    # Made as FastStream makes it when it starts (`LogicSubscriber.start`), but not started.
    client: AIOKafkaConsumer = subscriber.builder(
        group_id=subscriber.group_id, client_id=subscriber.client_id, **subscriber._connection_args
    )
    await client.stop()
    assert client._group_id == runtime.stage.name
    assert client._auto_offset_reset == "earliest"
    assert client._enable_auto_commit is False
    assert client._max_poll_interval_ms >= 300_000
    assert client._session_timeout_ms <= 30_000
