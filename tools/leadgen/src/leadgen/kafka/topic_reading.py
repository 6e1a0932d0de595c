"""Reads our topics from a time to their present ends, for the operator's commands, without a consumer group."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from common.errors import Unavailable
from common.kafka.consumer import Consumer
from common.kafka_servers import Servers, client_settings
from leadgen.kafka.topics import no_broker

#: Messages that one read may bring.
BATCH = 2_000


#: The time of a record whose timestamp no date can hold.
EPOCH = datetime.fromtimestamp(0, UTC)


def time_of(timestamp_ms: int) -> datetime:
    """Converts a record's timestamp. A producer may send any number, and Kafka takes all that lie in the past."""
    try:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return EPOCH


class Range(NamedTuple):
    """Offsets of a partition: the first one to read, and the one after the last."""

    first: int
    end: int


@contextmanager
def kafka_errors(bootstrap_servers: Servers) -> Iterator[None]:
    """Raises Unavailable if the broker does not answer."""
    try:
        yield
    except (KafkaError, OSError) as error:
        raise Unavailable(no_broker(bootstrap_servers, error)) from error


@asynccontextmanager
async def reading(
    bootstrap_servers: Servers, names: Sequence[str]
) -> AsyncIterator[tuple[Consumer, list[TopicPartition]]]:
    """Opens a reader, and lists the partitions of these topics. Raises Unavailable, also if a topic is missing."""
    with kafka_errors(bootstrap_servers):
        reader = Consumer(
            *names,
            **client_settings(bootstrap_servers),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
        )
        try:
            try:
                await reader.start()
            except ValueError as error:
                message = f"{bootstrap_servers} is not an address of Kafka, such as 127.0.0.1:9092: {error}"
                raise Unavailable(message) from error
            partitions = {name: reader.partitions_for_topic(name) for name in names}
            if missing := [name for name, numbers in partitions.items() if not numbers]:
                raise Unavailable(f"Kafka has no topic {missing[0]}: run `leadgen topics`")
            reader.unsubscribe()
            yield (
                reader,
                [TopicPartition(name, number) for name, numbers in partitions.items() for number in sorted(numbers)],
            )
        finally:
            await reader.stop()


async def ranges_of(
    reader: Consumer, places: Sequence[TopicPartition], since: datetime | None = None
) -> dict[TopicPartition, Range]:
    """Finds the partitions' present ranges, from the first message since a time."""
    ends, begins = await reader.end_offsets(places), await reader.beginning_offsets(places)
    if since is None:
        return {place: Range(begins[place], ends[place]) for place in places}
    found = await reader.offsets_for_times(dict.fromkeys(places, int(since.timestamp() * 1000)))
    return {
        place: Range(max(begins[place], found[place].offset) if found.get(place) else ends[place], ends[place])
        for place in places
    }


async def batches(
    reader: Consumer, ranges: Mapping[TopicPartition, Range]
) -> AsyncIterator[list["ConsumerRecord[bytes, bytes]"]]:
    """Yields the messages of the ranges, with one batch per read."""
    left = {place: it for place, it in ranges.items() if it.first < it.end}
    reader.assign(list(left))
    for place, it in left.items():
        reader.seek(place, it.first)
    while left:
        for place, records in (await reader.getmany(*left, timeout_ms=1000, max_records=BATCH)).items():
            yield [record for record in records if record.offset < ranges[place].end]
        left = {place: it for place, it in left.items() if await reader.position(place) < it.end}
