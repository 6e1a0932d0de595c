"""A consumer with nothing to read asks the broker seldom, and goes back to asking often once something has come."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition

from common.contracts import RequestEnrichment
from common.kafka.consumer import IDLE_AFTER_MS, IDLE_FETCH_WAIT_MS, Consumer
from testkit.delivery.record_batches import a_batch, produce
from testkit.stages import until

TOPIC = RequestEnrichment.topic
FETCH_WAIT_MS = 100


async def test_fetches_are_long_while_nothing_comes(kafka: str) -> None:
    """The record that ends the idle time is there although the fetch under way was to last for seconds."""
    place = TopicPartition(TOPIC, 0)
    async with Consumer(bootstrap_servers=kafka, fetch_max_wait_ms=FETCH_WAIT_MS) as consumer:
        consumer.assign([place])
        await consumer.seek_to_end(place)
        reading = asyncio.create_task(consumer.getmany(timeout_ms=150_000))

        async def is_idle() -> bool:
            return bool(consumer._fetcher.idle_wait_ms == IDLE_FETCH_WAIT_MS)

        await until(is_idle)
        await produce(kafka, TOPIC, place.partition, [a_batch(1)])
        assert [len(records) for records in (await reading).values()] == [1]
        assert consumer._fetcher._fetch_max_wait_ms == FETCH_WAIT_MS


async def test_a_paused_partition_does_not_wait_for_a_long_fetch(kafka: str) -> None:
    """It is in no fetch, so that the one under way when it goes on has to be a short one."""
    places = [TopicPartition(TOPIC, number) for number in (0, 1)]
    async with Consumer(bootstrap_servers=kafka, fetch_max_wait_ms=FETCH_WAIT_MS) as consumer:
        consumer.assign(places)
        await consumer.seek_to_end(*places)
        consumer.pause(places[0])
        assert await consumer.getmany(timeout_ms=IDLE_AFTER_MS + 1) == {}
        assert consumer._fetcher.idle_wait_ms == IDLE_AFTER_MS
        consumer.resume(places[0])
        assert await consumer.getmany(timeout_ms=1) == {}
        assert consumer._fetcher.idle_wait_ms == IDLE_FETCH_WAIT_MS


async def test_new_partitions_do_not_wait_for_the_fetch_of_the_old_ones(kafka: str) -> None:
    """The broker would answer it first: the connection on which it holds it back is left."""
    old, new = [TopicPartition(TOPIC, number) for number in (0, 1)]
    async with Consumer(bootstrap_servers=kafka, fetch_max_wait_ms=FETCH_WAIT_MS) as consumer:
        consumer.assign([old])
        assert await consumer.getmany(timeout_ms=IDLE_AFTER_MS + 1) == {}  # idle from now on

        async def fetching() -> Any:
            for connection in consumer._client._conns.values():
                requests = [request for _, request, _ in connection._requests]
                if any(getattr(it, "max_wait_time", 0) > FETCH_WAIT_MS for it in requests):
                    return connection
            return None

        held = await until(fetching)
        consumer.assign([new])

        async def is_left() -> bool:
            return not held.connected()

        await until(is_left)
        await consumer.seek_to_end(new)
        await produce(kafka, TOPIC, new.partition, [a_batch(1)])
        assert list(await consumer.getmany(timeout_ms=150_000)) == [new]


async def test_a_seek_that_meets_the_end_of_a_request_is_followed_by_a_fetch(
    kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fetcher looks for what to ask while the request that has ended counts as under way, and has to look again."""
    monkeypatch.setattr("common.kafka.consumer.FETCHER_LOOKS_S", 600.0)
    place = TopicPartition(TOPIC, 0)
    async with Consumer(bootstrap_servers=kafka, fetch_max_wait_ms=FETCH_WAIT_MS) as consumer:
        fetcher = consumer._fetcher
        asked = fetcher._update_fetch_positions

        async def ended_behind_a_seek(*given: Any) -> bool:
            """Ends in the step of the loop in which the fetcher looks, before the callbacks of its task."""
            has_news: bool = await asked(*given)
            first, loop = asyncio.Event(), asyncio.get_running_loop()
            loop.call_soon(first.set)
            loop.call_soon(consumer.seek, place, begin)
            await first.wait()
            await asyncio.sleep(0)
            return has_news

        fetcher._update_fetch_positions = ended_behind_a_seek
        begin = (await consumer.end_offsets([place]))[place]
        await produce(kafka, TOPIC, place.partition, [a_batch(1)])
        consumer.assign([place])
        assert list(await consumer.getmany(timeout_ms=150_000)) == [place]
