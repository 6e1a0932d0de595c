"""Messages in Kafka with forgotten values: they cannot be deleted one by one, and expire with their retention."""

from datetime import datetime, timedelta
from typing import NamedTuple

from common.delivery.dead_letters import SUFFIX
from common.forgotten.digests import ForgottenList
from common.forgotten.redaction import redacted_body
from common.kafka_servers import Servers
from leadgen.kafka.topic_reading import batches, ranges_of, reading, time_of
from leadgen.kafka.topics import Topics, read_topics


class Held(NamedTuple):
    """The number of messages of a topic, and the time when the last of them expires."""

    messages: int
    ends_at: datetime


async def held(bootstrap_servers: Servers, wanted: ForgottenList) -> dict[str, Held]:
    """Reads all topics and counts the messages, by topic. Raises Unavailable."""
    topics = read_topics()
    found: dict[str, Held] = {}
    async with reading(bootstrap_servers, [topic.name for topic in topics.wanted()]) as (reader, places):
        async for records in batches(reader, await ranges_of(reader, places)):
            for record in records:
                if not record.value or redacted_body(record.value, wanted) == record.value:
                    continue
                ends_at = time_of(record.timestamp) + retention_of(topics, record.topic)
                known = found.get(record.topic, Held(0, ends_at))
                found[record.topic] = Held(known.messages + 1, max(known.ends_at, ends_at))
    return found


def retention_of(topics: Topics, name: str) -> timedelta:
    """Returns how long Kafka keeps the topic's messages."""
    if name.endswith(SUFFIX):
        return timedelta(days=topics.defaults.dlq_retention_days)
    return timedelta(days=topics.topics[name].retention_days or topics.defaults.retention_days)
