"""The topics' part of the snapshot: the consumer groups' positions, and all messages within the scope."""

from datetime import datetime

from aiokafka.admin import AIOKafkaAdminClient

from common.kafka_servers import Servers, client_settings
from leadgen.audit.check import Scope
from leadgen.audit.messages import Facts, add_record
from leadgen.audit.snapshot import ROWS, Owner, copy
from leadgen.kafka.topic_reading import batches, kafka_errors, ranges_of, reading
from leadgen.kafka.topics import LISTENER, Topics


async def take_positions(owner: Owner, bootstrap_servers: Servers, topics: Topics) -> None:
    """Reads the position of each consumer group in its topics."""
    groups = {consumer for topic in topics.topics.values() for consumer in topic.consumers} - {LISTENER}
    rows = []
    with kafka_errors(bootstrap_servers):
        admin = AIOKafkaAdminClient(**client_settings(bootstrap_servers))
        try:
            await admin.start()
            # A broker that has had no group yet has no coordinator to ask for the positions of one.
            known = {group for group, _ in await admin.list_consumer_groups()}
            for group in sorted(groups & known):
                for place, held in (await admin.list_consumer_group_offsets(group)).items():
                    if held.offset >= 0:
                        rows.append((group, place.topic, place.partition, held.offset))
        finally:
            await admin.close()
    await owner.copy_records_to_table("audit_positions", records=rows)


async def take_messages(
    owner: Owner, bootstrap_servers: Servers, topics: Topics, scope: Scope, since: datetime
) -> None:
    """Reads each topic from `since` to its present end. Holds the messages of one read in memory at a time."""
    facts = Facts(scope, since)
    async with reading(bootstrap_servers, [topic.name for topic in topics.wanted()]) as (reader, places):
        ranges = await ranges_of(reader, places, since)
        for place, (first, end) in ranges.items():
            facts.add("audit_ranges", place.topic, place.partition, first, end)
        async for records in batches(reader, ranges):
            for record in records:
                add_record(facts, record)
            if len(facts) >= ROWS:
                await copy(owner, facts)
    await copy(owner, facts)
