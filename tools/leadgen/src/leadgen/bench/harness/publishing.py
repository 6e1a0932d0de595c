"""Events of benches, announced like a service's, and the Kafka records for them."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from aiokafka import AIOKafkaProducer

from common.cloudevents import Envelope, encode_body, encode_headers
from common.contracts import Event, Lane
from common.ids import new_id

PARTITIONS = 6


class Record(NamedTuple):
    """The parts of a Kafka record that `common.delivery.inbox.intake.arrival` reads, and the event's id."""

    event_id: UUID
    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    checksum: None = None


def record(event: Event, lane: Lane, offset: int = 0) -> Record:
    """Builds the record of a new event, as if it stood at this offset; sending needs no offset."""
    envelope = Envelope(new_id(), event.tenant_id, lane, correlation_id="bench")
    headers = encode_headers(event, envelope, source="bench")
    key, value = event.key.encode(), encode_body(event)
    return Record(envelope.event_id, event.topic, offset % PARTITIONS, offset, key, value, headers)


async def send(producer: AIOKafkaProducer, it: Record) -> None:
    """Sends the record to a partition of Kafka's choice. Returns before Kafka has confirmed it."""
    await producer.send(it.topic, it.value, key=it.key, headers=it.headers)


async def publish(bootstrap_servers: str, events: Iterable[Event], lane: Lane) -> None:
    """Sends the events, and waits until Kafka has confirmed all of them."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all") as producer:
        for event in events:
            await send(producer, record(event, lane))
        await producer.flush()
