"""Writes every batch that Kafka delivers into the inbox, and only then commits its offsets.

No handler runs here, so a poll is never late, and a message that cannot be read blocks nobody: it becomes a row with
its flaw, and from there a dead letter. What people asked us to forget is removed from messages. While a topic has too
many open rows its partitions are paused, and the backlog stays in Kafka.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog
from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from common.cloudevents import Undecodable, decode_headers, pack_headers
from common.contracts import Lane
from common.delivery.inbox.redacted_arrivals import redacted
from common.delivery.inbox.reruns import Rewind, rewinds
from common.delivery.inbox.rows import NO_TENANT, Arrival
from common.delivery.inbox.table import Inbox
from common.errors import Unavailable, printable
from common.forgotten.suppression import ReadSuppression, Suppression
from common.ids import NO_REPLAY, derived_id
from common.kafka.consumer import flaw_of, is_unreadable
from common.observability import metrics
from common.postgres import Database

log = structlog.get_logger(__name__)

#: Records per batch, which is committed to Kafka as one.
BATCH = 2000
#: Records, and bytes, per statement.
PART, PART_BYTES = 500, 2 * 1024 * 1024
#: Seconds at least between looks whether a paused topic may go on.
LOOK_AGAIN_S = 0.2


class Intake:
    """One subscriber for all topics of a stage."""

    def __init__(
        self,
        broker: KafkaBroker,
        topics: Sequence[str],
        inbox: Inbox,
        database: Database,
        *,
        bound: int,
        arrived: Callable[[Collection[tuple[str, Lane]]], None],
        suppression: Suppression | None = None,
    ) -> None:
        """`arrived` is called with the topics and lanes of the rows that were written."""
        self._inbox = inbox
        self._bound = bound
        self._arrived = arrived
        self._database = database
        self._suppression = suppression or ReadSuppression(database)
        self._rewinds: Mapping[str, Rewind] = {}
        self._paused: set[str] = set()
        self._is_paused = asyncio.Event()
        self._since_count: dict[str, int] = dict.fromkeys(topics, 0)
        for topic in topics:  # from 0 on, so that the first of them shows
            metrics.taken_in.labels(inbox.consumer, topic)
            metrics.unreadable.labels(inbox.consumer, topic)
            metrics.intake_paused.labels(inbox.consumer, topic).set(0)
        self.subscriber = broker.subscriber(
            *topics,
            group_id=inbox.consumer,
            batch=True,
            max_records=BATCH,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            max_poll_interval_ms=600_000,
            session_timeout_ms=10_000,
            parser=_leave_headers_alone,
            decoder=_leave_body_alone,
        )
        self.subscriber(self.take_in)

    async def read_rewinds(self) -> None:
        """Reads the topics whose events are to be handled again after a rewind. Raises Unavailable."""
        async with self._database.statement() as tx:
            self._rewinds = await rewinds(tx, self._inbox.consumer)

    async def take_in(self, message: KafkaMessage) -> None:
        """Writes the batch, however long the database takes to answer, then commits its offsets."""
        records: tuple[ConsumerRecord[bytes, bytes], ...] = message.raw_message
        if any(it.topic in self._rewinds and self._rewinds[it.topic].covers(it.partition, it.offset) for it in records):
            with suppress(Unavailable):  # `_write` waits for the database
                await self.read_rewinds()  # it may have been abandoned
        writing: asyncio.Task[None] | None = None
        places: set[tuple[str, Lane]] = set()
        try:
            # The next part is read while PostgreSQL writes the last: one at a time, so that a key's order holds.
            for part in parts(records):
                arrivals = self._arrivals(part)
                places.update((it.topic, it.lane) for it in arrivals)
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._write(arrivals))
                await asyncio.sleep(0)  # lets it send its statement before we go on reading
            if writing is not None:
                await writing
        finally:
            if writing is not None:
                writing.cancel()
        for record in records:
            is_unreadable(record, self._inbox.consumer)
        taken = Counter(record.topic for record in records)
        for topic, count in taken.items():
            metrics.taken_in.labels(self._inbox.consumer, topic).inc(count)
        self._arrived(places)  # the rows are there: the work need not wait for Kafka to note it
        await message.ack()
        for topic, count in taken.items():
            await self._hold_back(topic, count, message.consumer)

    def _arrivals(self, records: Sequence["ConsumerRecord[bytes, bytes]"]) -> list[Arrival]:
        if not self._rewinds:
            return [arrival(record) for record in records]
        found = (arrival(record) for record in records)
        return [self._rewinds[it.topic].applied(it) if it.topic in self._rewinds else it for it in found]

    async def _write(self, arrivals: Sequence[Arrival]) -> None:
        pause = 0.1
        while True:
            try:
                allowed = redacted(arrivals, await self._suppression.current())
                async with self._database.statement() as tx:
                    await self._inbox.take_in(tx, allowed)
            except Unavailable as error:
                log.warning("intake_waits_for_database", error=str(error))
            except Exception as error:
                # A right that is missing, a fault of ours: whatever it is, giving up here would lose the batch.
                log.exception("intake_cannot_write", error=repr(error))
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5)

    async def _hold_back(self, topic: str, taken: int, consumer: Any) -> None:
        """Pauses the topic when its inbox is full. Counts rarely: a count costs as much as it counts."""
        self._since_count[topic] += taken
        if self._since_count[topic] < self._bound // 10:
            return
        self._since_count[topic] = 0
        try:
            is_full = await self._is_full(topic, self._bound)
        except Unavailable:
            return  # asked again with the next batch; `_write` reports the outage
        if is_full:
            consumer.pause(*(partition for partition in consumer.assignment() if partition.topic == topic))
            self._paused.add(topic)
            self._is_paused.set()
            metrics.intake_paused.labels(self._inbox.consumer, topic).set(1)
            log.info("intake_paused", topic=topic, bound=self._bound)

    async def resume_when_drained(self) -> None:
        """Resumes each paused topic once half of its bound is free. Runs until it is cancelled.

        During a large outage a count takes a tenth of a second, and a topic may be paused for hours: counting takes a
        twentieth of the time at most.
        """
        took_s = 0.0
        while True:
            await self._is_paused.wait()
            await asyncio.sleep(max(LOOK_AGAIN_S, 19 * took_s))
            began = time.perf_counter()
            for topic in tuple(self._paused):
                try:
                    if await self._is_full(topic, self._bound // 2):
                        continue
                except Unavailable:
                    continue  # asked again in a moment; the workers report the outage
                self._paused.discard(topic)
                consumer = self.subscriber.consumer
                if consumer is not None:
                    consumer.resume(*(partition for partition in consumer.paused() if partition.topic == topic))
                metrics.intake_paused.labels(self._inbox.consumer, topic).set(0)
                log.info("intake_resumed", topic=topic)
            took_s = time.perf_counter() - began
            if not self._paused:
                self._is_paused.clear()

    async def _is_full(self, topic: str, bound: int) -> bool:
        async with self._database.statement() as tx:
            return await self._inbox.is_full(tx, topic, bound)


def parts(records: Sequence["ConsumerRecord[bytes, bytes]"]) -> Iterator[Sequence["ConsumerRecord[bytes, bytes]"]]:
    """Splits a batch into parts that fit one statement."""
    start, size = 0, 0
    for at, record in enumerate(records):
        size += max(0, record.serialized_value_size)
        if at - start == PART or (size > PART_BYTES and at > start):
            yield records[start:at]
            start, size = at, max(0, record.serialized_value_size)
    yield records[start:]


def arrival(record: "ConsumerRecord[bytes, bytes]") -> Arrival:
    """Turns the record into a row of the inbox. An unreadable one has no tenant, and an id made from its offset."""
    try:
        if (flaw := flaw_of(record)) is not None:
            raise Undecodable(flaw)
        envelope = decode_headers(record.headers)
    except Undecodable as error:
        return _flawed(record, error)
    place = (record.topic, record.partition, record.offset)
    identity = (envelope.event_id, envelope.replay_id)
    headers = pack_headers(record.headers)
    return Arrival(*identity, *place, record.key, envelope.tenant_id, envelope.lane, record.value, headers, None)


def _flawed(record: "ConsumerRecord[bytes, bytes]", error: Undecodable) -> Arrival:
    at = record.offset if record.checksum is None else record.checksum  # see Unreadable
    event_id = derived_id(NO_REPLAY, record.topic, f"{record.partition}:{at}")
    place = (record.topic, record.partition, record.offset)
    lane: Lane = "interactive"
    headers = pack_headers(record.headers)
    return Arrival(event_id, NO_REPLAY, *place, record.key, NO_TENANT, lane, record.value, headers, printable(error))


async def _leave_headers_alone(records: Any, original: Any) -> KafkaMessage:
    """Hides the headers from FastStream's own parser, which loses the whole batch when one of them is not UTF-8."""
    parsed: KafkaMessage = await original((replace(records[0], headers=(), value=b""),))
    parsed.raw_message = records
    return parsed


async def _leave_body_alone(message: KafkaMessage) -> None:
    """Leaves the body undecoded: it is decoded when it is handled, where a bad one becomes a dead letter."""
