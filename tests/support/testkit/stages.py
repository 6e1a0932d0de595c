"""Parts that the tests of every stage share: builders of events, delivery through the real Kafka, bounded patience."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from common.cloudevents import Envelope, encode_body, encode_headers
from common.contracts import Company, Event, Lane, RequestEnrichment
from common.handling.stage import Stage
from common.handling.work import Work
from common.ids import NO_REPLAY, new_id
from common.kafka.clients import running
from common.postgres import Database
from common.runtime import Runtime

T = TypeVar("T")
LANES: Mapping[Lane, int] = {"interactive": 4, "nightly": 4}


def a_company(uen: str = "201912345K", **other: Any) -> Company:
    """A company of the register; say only what matters."""
    return Company.model_validate({"company_id": 1, "name": f"Company {uen}", "uen": uen, **other})


def a_stage() -> Stage:
    """Returns a stage `toy` that ends what comes, doing nothing."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        return

    return stage


def envelope_for(
    event: Event, event_id: UUID | None = None, *, lane: Lane = "interactive", replay_id: UUID = NO_REPLAY
) -> Envelope:
    """An envelope as a producer would write it."""
    return Envelope(event_id or new_id(), event.tenant_id, lane, correlation_id="request-1", replay_id=replay_id)


async def until(condition: Callable[[], Awaitable[T]], *, within_s: float = 150) -> T:
    """Waits for `condition` to come true and returns what it gave; fails with its last value at the deadline.

    It looks often at first, and ever less often: looks take the time of what is waited for.
    """
    deadline = time.monotonic() + within_s
    pause = 0.02
    while True:
        value = await condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within_s} s: {condition} gives {value!r}"
        await asyncio.sleep(pause)
        pause = min(pause * 1.1, 0.1)


async def has_committed_all(consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> bool:
    """Whether the consumer's group has committed all that stands there; of an emptied partition, nothing need be."""
    begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    committed = await committed_offsets(consumer, places)
    return all(begins[it] == ends[it] or committed.get(it, 0) == ends[it] for it in places)


async def committed_offsets(consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """What the consumer's group has committed, in one request: aiokafka's own `committed` makes one for each place."""
    found = await consumer._coordinator.fetch_committed_offsets(list(places))
    return {place: it.offset for place, it in found.items()}


async def publish(bootstrap_servers: str, events: Sequence[tuple[Event, Envelope]]) -> None:
    """Sends events to their topics, in order."""
    raw = [
        (event.topic, event.key.encode(), encode_body(event), encode_headers(event, envelope, source="test"))
        for event, envelope in events
    ]
    await publish_raw(bootstrap_servers, raw)


async def publish_raw(
    bootstrap_servers: str,
    messages: Sequence[tuple[str, bytes | None, bytes | None, Sequence[tuple[str, bytes | None]]]],
) -> None:
    """Sends topic, key, value and headers as they are."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all") as producer:
        sent = [
            await producer.send(topic, value, key=key, headers=list(headers)) for topic, key, value, headers in messages
        ]
        await asyncio.gather(*sent)


async def read_topic(bootstrap_servers: str, topic: str) -> list["ConsumerRecord[bytes, bytes]"]:
    """All that stands in the topic now."""
    return (await records_of(bootstrap_servers, [topic]))[topic]


async def records_of(bootstrap_servers: str, topics: Iterable[str]) -> dict[str, list["ConsumerRecord[bytes, bytes]"]]:
    """All that stands in each of the topics now, read by one client: each further one takes tens of milliseconds."""
    records: dict[str, list[ConsumerRecord[bytes, bytes]]] = {topic: [] for topic in topics}
    reader = AIOKafkaConsumer(
        *records, bootstrap_servers=bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    async with running(reader) as consumer:
        partitions = list(consumer.assignment())  # without a group: of every topic all
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for partition, found in (await consumer.getmany(timeout_ms=200)).items():
                records[partition.topic] += found
    return records


@asynccontextmanager
async def at_work(stage: Stage, database: Database, bootstrap_servers: str, **settings: Any) -> AsyncIterator[Runtime]:
    """The stage as it runs in production, on the real parts."""
    async with Runtime(stage, database, bootstrap_servers, **{"lanes": LANES, "grace_s": 5, **settings}) as runtime:
        yield runtime


async def ended(database: Database, consumer: str, count: int, *, within_s: float = 150) -> None:
    """Waits until the consumer's inbox holds `count` rows and none of them is open, and its outbox is empty."""

    table = f"inbox_{consumer.replace('-', '_')}"

    async def is_quiet() -> bool:
        async with database.statement() as tx:
            row = await tx.fetchrow(
                "SELECT count(*) AS rows, count(*) FILTER (WHERE state = 'open') AS open,"
                f" (SELECT count(*) FROM outbox WHERE producer = $1) AS untold FROM {table} WHERE consumer = $1",
                consumer,
            )
        return row is not None and row["rows"] >= count and not row["open"] and not row["untold"]

    await until(is_quiet, within_s=within_s)


async def is_all_taken_in(runtime: Runtime) -> bool:
    """Whether the group has committed all that is in its topics."""
    consumer = runtime.consumer
    if not consumer or not consumer.assignment():
        return False
    ends = await consumer.end_offsets(consumer.assignment())
    committed = await committed_offsets(consumer, ends)
    return all(committed.get(place, 0) == end for place, end in ends.items())
