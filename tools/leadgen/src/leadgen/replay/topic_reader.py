"""Reads a topic's records between two offsets of each partition, independently of all consumer groups."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from common.kafka.clients import running
from common.kafka.consumer import Consumer
from common.kafka_servers import Servers, client_settings
from leadgen.kafka.topic_reading import Range, batches, kafka_errors, ranges_of, reading


class TopicReader:
    """A topic, read without a group, so that no offsets change. Partitions are named by their numbers."""

    def __init__(
        self, bootstrap_servers: Servers, consumer: Consumer, topic: str, places: Sequence[TopicPartition]
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._consumer = consumer
        self._topic = topic
        self._places = places

    async def bounds(self, since: datetime | None) -> tuple[dict[int, int], dict[int, int]]:
        """Returns each partition's first offset since `since` (`None`: of all), and its end."""
        ranges = await ranges_of(self._consumer, self._places, since)
        starts = {place.partition: it.first for place, it in ranges.items()}
        return starts, {place.partition: it.end for place, it in ranges.items()}

    async def committed(self, group: str) -> dict[int, int]:
        """Returns the group's committed offset of each partition, which it reads next; 0 for none."""
        asking = AIOKafkaConsumer(**client_settings(self._bootstrap_servers), group_id=group, enable_auto_commit=False)
        async with running(asking):  # subscribed to nothing, so it is no member of the group
            return {place.partition: await asking.committed(place) or 0 for place in self._places}

    async def read(
        self, starts: Mapping[int, int], ends: Mapping[int, int]
    ) -> AsyncIterator[list["ConsumerRecord[bytes, bytes]"]]:
        """Reads each partition in order, from its start to its end. Messages that Kafka has deleted are left out."""
        ranges = {
            TopicPartition(self._topic, number): Range(starts.get(number, 0), end) for number, end in ends.items()
        }
        async for records in batches(self._consumer, ranges):
            yield records


@asynccontextmanager
async def topic_reader(bootstrap_servers: Servers, topic: str) -> AsyncIterator[TopicReader]:
    """Opens the topic. Raises Unavailable, also from within the block."""
    with kafka_errors(bootstrap_servers):
        async with reading(bootstrap_servers, [topic]) as (consumer, places):
            yield TopicReader(bootstrap_servers, consumer, topic, places)
