"""A Kafka consumer that reads within bounds and never stops at a message that it cannot read.

aiokafka has no seam for how the bytes of a fetch become records, nor for how it fetches: it looks three classes up by
name, and ours take their place (`record_batches.py` says what two of them do). `Consumer` besides bounds what one read
may bring, and fetches seldom while there is nothing.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.client import ConnectionGroup
from aiokafka.consumer import consumer, fetcher
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from common.background import until_tick
from common.kafka.record_batches import offset_after, open_batch, split
from common.observability import metrics

log = structlog.get_logger(__name__)

#: Bytes of memory that a read brings before it stops; a batch more, at most, of each partition that it looks at last.
READ_BYTES = 4 * 1024 * 1024
#: Compressed bytes that wait in the client.
FETCH_BYTES = 8 * 1024 * 1024
#: Milliseconds without a record after which a consumer counts as idle, if it goes on waiting.
IDLE_AFTER_MS = 1000
#: Milliseconds that the broker may hold an idle consumer's fetch back; it answers at once when there is something. What
#: else that broker is asked meanwhile waits for the answer.
IDLE_FETCH_WAIT_MS = 5000
#: Seconds between looks of aiokafka's fetcher at what else to fetch while it asks no broker for anything. Its own 0.2,
#: also while it asks, took most of an idle service's CPU.
FETCHER_LOOKS_S = 2.0
#: Seconds until it looks again when a request has just ended, and still counts as under way.
FETCHER_LOOKS_AGAIN_S = 0.01
#: Milliseconds that a subscriber waits at a time; what comes is there at once.
WAIT_MS = 60_000


class _Fetched:
    """The bytes of a partition from one fetch, in place of aiokafka's `MemoryRecords`."""

    def __init__(self, data: bytes) -> None:
        self._size = len(data)
        self.batches = split(data)

    def has_next(self) -> bool:
        return bool(self.batches)

    def size_in_bytes(self) -> int:
        return self._size


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc] # aiokafka's consumer is not typed
    """The records of a fetch, parsed on demand; ends early when enough of it has been in memory."""

    next_fetch_offset: int

    def _unpack_records(self) -> Iterator["ConsumerRecord[bytes, bytes]"]:
        room = READ_BYTES
        batches = self._records.batches
        for batch, following in zip_longest(batches, batches[1:]):
            if room <= 0:
                return  # the rest is fetched again
            opened = open_batch(batch, self.next_fetch_offset)
            room -= opened.size
            for record in opened.records:
                self.next_fetch_offset = record.offset + 1
                yield self._consumer_record(self._tp, record)
            self.next_fetch_offset = max(self.next_fetch_offset, offset_after(batch, following))


class _Fetcher(fetcher.Fetcher):  # type: ignore[misc] # not typed
    """Fetches at once where aiokafka's own would wait for its next poll, or for a long fetch.

    When other partitions are assigned, the connection of a fetch that the broker still holds back is closed: the broker
    takes one request of a connection after the other, so the new partitions would wait for it.

    A broker's request that has ended counts as under way until the callback of its task has run. A look before that
    (a seek or a read asks for one) finds nothing to ask the broker, and nothing would bring about another.
    """

    #: Milliseconds that the broker may hold fetches back while there is nothing to read; 0 while there may be.
    idle_wait_ms = 0

    def _get_actions_per_node(self, assignment: Any) -> tuple[Any, ...]:
        if self.idle_wait_ms:
            self._fetch_max_wait_ms = int(1000 * until_tick(self.idle_wait_ms / 1000))
        fetches, resets, wait_s, *rest = super()._get_actions_per_node(assignment)
        if len(self._in_flight) > len(self._pending_tasks):
            wait_s = FETCHER_LOOKS_AGAIN_S
        elif wait_s == self._fetcher_timeout and (fetches or resets or self._in_flight):
            wait_s = None  # the end of a request brings the next look; a look before that finds nothing to do
        return fetches, resets, wait_s, *rest

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> bool:
        has_news: bool = await super()._proc_fetch_request(assignment, node_id, request)
        if not assignment.active:
            connection = self._client._conns.get((node_id, ConnectionGroup.DEFAULT))
            if connection is not None and any(answer.cancelled() for _, _, answer in connection._requests):
                connection.close()
        return has_news


fetcher.MemoryRecords = _Fetched
fetcher.PartitionRecords = _PartitionRecords
consumer.Fetcher = _Fetcher


class Consumer(AIOKafkaConsumer):  # type: ignore[misc] # not typed
    """aiokafka's consumer with bounds: a read ends at `READ_BYTES`, and the client's buffers are bounded.

    Partitions take turns: each read begins behind the partition that the last one ended with, so that one that is
    always full keeps none waiting.
    """

    def __init__(self, *topics: str, **settings: Any) -> None:
        super().__init__(*topics, **{**settings, "fetch_max_bytes": FETCH_BYTES})
        self._last_read = TopicPartition("", -1)

    async def start(self) -> None:
        await super().start()
        self._fetcher._fetcher_timeout = FETCHER_LOOKS_S

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list["ConsumerRecord[bytes, bytes]"]]:
        """Waits up to `timeout_ms` for records; reads one partition after the other until it has enough."""
        left = max_records or 2**31
        found = await self._first(partitions, timeout_ms)
        if not found:
            return found
        taken, size = 1, _bytes_of(next(iter(found.values())))
        places = sorted(self.assignment())
        turn = bisect_right(places, self._last_read)
        for place in places[turn:] + places[:turn]:
            if taken >= left or size >= READ_BYTES:
                break
            if partitions and place not in partitions:
                continue
            try:
                more = (await super().getmany(place, max_records=left - taken)).get(place, [])
            except KafkaError as error:
                # What is in hand is not lost over it: the error comes again with the next read.
                log.warning("kafka_read_ends_early", error=repr(error))
                break
            if more:
                self._last_read = place
                found.setdefault(place, []).extend(more)
                taken += len(more)
                size += _bytes_of(more)
        return found

    async def _first(
        self, partitions: Sequence[TopicPartition], timeout_ms: int
    ) -> dict[TopicPartition, list["ConsumerRecord[bytes, bytes]"]]:
        """Waits up to `timeout_ms` for a record. While none arrives, fetches become longer, and so fewer."""
        found: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]
        awake_ms = 0 if self._fetcher.idle_wait_ms else min(timeout_ms, IDLE_AFTER_MS)
        found = await super().getmany(*partitions, timeout_ms=awake_ms, max_records=1)
        if not found and timeout_ms > awake_ms:
            # A partition that is paused is in no fetch: when it goes on, it waits for the end of the one under way.
            self._fetcher.idle_wait_ms = IDLE_AFTER_MS if self.paused() else IDLE_FETCH_WAIT_MS
            found = await super().getmany(*partitions, timeout_ms=timeout_ms - awake_ms, max_records=1)
        if found:
            self._fetcher.idle_wait_ms, self._fetcher._fetch_max_wait_ms = 0, self._fetch_max_wait_ms
        return found


class _SubscribersConsumer(Consumer):
    """The consumer of FastStream's subscribers. It waits for records where FastStream sleeps, and logs errors."""

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list["ConsumerRecord[bytes, bytes]"]]:
        try:
            while not (found := await super().getmany(*partitions, timeout_ms=WAIT_MS, max_records=max_records)):
                pass
        except KafkaError as error:
            log.warning("intake_waits_for_kafka", error=repr(error))
            raise
        return found


class Broker(KafkaBroker):
    """FastStream's broker for subscribers only, which read with a `Consumer`."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, consumer_only=True, **settings)
        self._set_builder()

    async def _connect(self) -> Callable[..., AIOKafkaConsumer]:
        await super()._connect()
        return self._set_builder()

    def _set_builder(self) -> Callable[..., AIOKafkaConsumer]:
        config = self.config.broker_config
        if isinstance(config.builder, partial):
            config.builder = partial(_SubscribersConsumer, **config.builder.keywords)
        return config.builder


def _bytes_of(records: list["ConsumerRecord[bytes, bytes]"]) -> int:
    return sum(max(0, record.serialized_key_size) + max(0, record.serialized_value_size) for record in records)


def flaw_of(record: "ConsumerRecord[bytes, bytes]") -> str | None:
    """Returns the reason if the record is a placeholder for an unreadable message, else `None`."""
    if record.checksum is None:
        return None
    return (record.headers[0][1] or b"").decode(errors="replace")


def is_unreadable(record: "ConsumerRecord[bytes, bytes]", stage: str) -> bool:
    """Whether the record is a placeholder for an unreadable message. Logs and counts it."""
    flaw = flaw_of(record)
    if flaw is not None:
        metrics.unreadable.labels(stage, record.topic).inc()
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.warning("message_unreadable", **place, flaw=flaw)
    return flaw is not None
