"""A consumer's reads take turns over its partitions."""

from collections import Counter

from aiokafka import TopicPartition

from common.contracts import RequestEnrichment
from common.kafka.consumer import Consumer
from testkit.delivery.record_batches import a_batch, produce
from testkit.stages import until

TOPIC = RequestEnrichment.topic
#: A read's worth of small records.
READ = 500


async def test_a_partition_that_is_always_full_keeps_none_waiting(kafka: str) -> None:
    """Two partitions hold eight reads each; of the first eight reads each has three at least."""
    places = [TopicPartition(TOPIC, number) for number in (0, 1)]
    for place in places:
        assert set(await produce(kafka, TOPIC, place.partition, [a_batch(8 * READ)])) == {0}
    async with Consumer(bootstrap_servers=kafka, auto_offset_reset="earliest") as consumer:
        consumer.assign(places)

        async def both_are_there() -> bool:
            return all(consumer.highwater(place) for place in places) and len(consumer._fetcher._records) == len(places)

        await until(both_are_there)
        read: Counter[TopicPartition] = Counter()
        for _ in range(8):
            for place, records in (await consumer.getmany(timeout_ms=10_000, max_records=READ)).items():
                read[place] += len(records)
    assert sum(read.values()) == 8 * READ
    assert min(read[place] for place in places) >= 3 * READ
