"""The topics' part of the snapshot: positions of the consumer groups, and all messages within the scope."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from common.consumer import Consumer
from common.errors import Unavailable
from leadgen.audit.check import Scope
from leadgen.audit.messages import Facts, add_record
from leadgen.audit.snapshot import ROWS, Owner, copy
from leadgen.topics import LISTENER, Topics

#: Messages that one read may bring.
BATCH = 2_000


async def take_positions(owner: Owner, bootstrap_servers: str, topics: Topics) -> None:
    """Notes how far each consumer group has committed its topics."""
    groups = {consumer for topic in topics.topics.values() for consumer in topic.consumers} - {LISTENER}
    facts = []
    async with _translated(bootstrap_servers):
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
        try:
            await admin.start()
            for group in sorted(groups):
                for place, held in (await admin.list_consumer_group_offsets(group)).items():
                    if held.offset >= 0:
                        facts.append((group, place.topic, place.partition, held.offset))
        finally:
            await admin.close()
    await owner.copy_records_to_table("audit_positions", records=facts)


async def take_messages(owner: Owner, bootstrap_servers: str, topics: Topics, scope: Scope, since: datetime) -> None:
    """Reads each topic from `since` up to its present end. Holds one read's messages in memory at a time."""
    facts = Facts(scope, since)
    async with _translated(bootstrap_servers):
        names = [topic.name for topic in topics.wanted()]
        reader = Consumer(
            *names,
            bootstrap_servers=bootstrap_servers,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
        )
        try:
            await reader.start()
            ends = await _assign(reader, names, since)
            for place, (first, end) in ends.items():
                facts.add("audit_ranges", place.topic, place.partition, first, end)
            left = {place: end for place, (first, end) in ends.items() if first < end}
            while left:
                for records in (await reader.getmany(*left, timeout_ms=1000, max_records=BATCH)).values():
                    for record in records:
                        if record.offset < ends[TopicPartition(record.topic, record.partition)][1]:
                            add_record(facts, record)
                if len(facts) >= ROWS:
                    await copy(owner, facts)
                left = {place: end for place, end in left.items() if await reader.position(place) < end}
        finally:
            await reader.stop()
    await copy(owner, facts)


async def _assign(reader: Consumer, names: Sequence[str], since: datetime) -> dict[TopicPartition, tuple[int, int]]:
    """Assigns all partitions of our topics, each from the first message since then. Returns their ranges of offsets."""
    partitions = {name: reader.partitions_for_topic(name) for name in names}
    if missing := [name for name, numbers in partitions.items() if not numbers]:
        raise Unavailable(f"Kafka has no topic {missing[0]}: run `leadgen topics`")
    places = [TopicPartition(name, number) for name, numbers in partitions.items() for number in sorted(numbers)]
    ends = await reader.end_offsets(places)
    begins = await reader.beginning_offsets(places)
    found = await reader.offsets_for_times(dict.fromkeys(places, int(since.timestamp() * 1000)))
    reader.unsubscribe()
    reader.assign(places)
    ranges = {}
    for place in places:
        first = max(begins[place], found[place].offset) if found.get(place) else ends[place]
        ranges[place] = (first, ends[place])
        reader.seek(place, first)
    return ranges


@asynccontextmanager
async def _translated(bootstrap_servers: str) -> AsyncIterator[None]:
    """Raises Unavailable for a broker that does not answer, or lacks a topic."""
    try:
        yield
    except (KafkaError, OSError) as error:
        raise Unavailable(f"Kafka at {bootstrap_servers}: {type(error).__name__}: {error}") from error
    except ValueError as error:
        raise Unavailable(f"{bootstrap_servers} is no address of Kafka, such as 127.0.0.1:9092: {error}") from error
