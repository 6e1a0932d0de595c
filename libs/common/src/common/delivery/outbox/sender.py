"""Sends rows of the outbox to the partitions of their topics, in order, and returns the outcome of each."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from common.cloudevents import pack_headers
from common.delivery.outbox.announcements import sendables
from common.delivery.outbox.lease import OutboxLease
from common.errors import LeaseLost, printable
from common.kafka.partition_batches import PartitionBatches, Sendable, Source, partition_of
from common.observability import metrics

log = structlog.get_logger(__name__)

#: Messages that are put into batches in one go, in half a millisecond.
TURN = 100
#: Seconds that a topic rests after a failed send.
TOPIC_REST_S = 1.0

#: Kafka's answers that no other try will change.
_NEVER = (MessageSizeTooLargeError, RecordListTooLargeError)
#: What is raised where a row cannot be made into messages.
_NOT_A_MESSAGE = (ValueError, TypeError, AttributeError, OverflowError)


class Place(NamedTuple):
    """The position of a row in the outbox."""

    lane: str
    id: int


class Refused(NamedTuple):
    """A message that can never be sent, for a row of `outbox_refused`."""

    lane: str
    topic: str
    key: bytes | None
    value: bytes | None
    headers: str
    reason: str


class Round:
    """The outcome of one send: rows that are neither `unsent` nor permanently `refused` are in Kafka."""

    def __init__(self) -> None:
        self.unsent: set[Place] = set()
        self.refused: dict[Place, list[Refused]] = defaultdict(list)


class Sender:
    """Sends with one Kafka producer, for as long as the lease is held."""

    def __init__(self, kafka: AIOKafkaProducer, lease: OutboxLease) -> None:
        self._kafka = kafka
        self._lease = lease
        self._producer = lease.producer
        #: Topics of which a send has failed, and until when (monotonic) they are left alone.
        self.resting: dict[str, float] = {}

    def backing_off(self) -> list[str]:
        """Returns the topics that have to be skipped now."""
        self.resting = {topic: until for topic, until in self.resting.items() if until > time.monotonic()}
        return list(self.resting)

    async def send(self, rows: Sequence[Any]) -> Round:
        """Sends the rows to all their partitions at once; returns the rows that Kafka did not fully confirm.

        Putting so many into batches takes milliseconds: whoever else is ready gets a turn on the way.
        """
        queues: dict[str, dict[int, PartitionBatches]] = {}
        partitions: dict[str, list[int]] = {}
        done = Round()
        taken = 0
        for row in rows:
            topic = row["topic"]
            if topic not in partitions:
                partitions[topic] = await self._partitions(topic)
                queues[topic] = defaultdict(lambda: PartitionBatches(self._kafka.create_batch))
            there, queue_of = partitions[topic], queues[topic]
            if not there:
                done.unsent.add(_place(row))
                continue
            try:
                for number, message in enumerate(_messages(row)):  # all of a row, or nothing of it
                    key, value, _ = message
                    queue_of[partition_of(key, value, there)].append((row, number), message)
                    taken += 1
                    if taken % TURN == 0:
                        await asyncio.sleep(0)
            except _NOT_A_MESSAGE as error:
                whole = Refused(row["lane"], topic, row["key"], row["value"], row["headers"], printable(repr(error)))
                done.refused[_place(row)].append(whole)
                log.error("message_refused", topic=topic, outbox_id=row["id"], reason=repr(error))
        async with asyncio.TaskGroup() as sending:
            for topic, queue_of in queues.items():
                for partition, queue in queue_of.items():
                    sending.create_task(self._send_in_order(topic, partition, queue, done))
        return done

    async def _partitions(self, topic: str) -> list[int]:
        """Returns the topic's partitions; none if Kafka does not know the topic, or does not answer."""
        try:
            return sorted(await self._kafka.partitions_for(topic))
        except (KafkaError, OSError) as error:
            self._note_failure(topic, error)
            return []

    async def _send_in_order(self, topic: str, partition: int, queue: PartitionBatches, done: Round) -> None:
        """Sends each batch after the last is confirmed. From the first failure on, all is unsent."""
        while queue.waiting:
            batch = queue.waiting.popleft()
            batch.builder.close()
            try:
                if not self._lease.is_held():
                    raise LeaseLost("nothing is sent without the lease")
                await (await self._kafka.send_batch(batch.builder, topic, partition=partition))
            except _NEVER as error:
                if len(batch.sources) > 1:
                    queue.split(batch, _messages)  # one of them alone is too large, or it is only all of them together
                else:
                    self._refuse(topic, batch.sources[0], error, done)
            except (KafkaError, OSError, TimeoutError, LeaseLost) as error:
                self._note_failure(topic, error)
                done.unsent.update(_place(row) for later in (batch, *queue.waiting) for row, _ in later.sources)
                break

    def _refuse(self, topic: str, source: Source, error: Exception, done: Round) -> None:
        row, number = source
        key, value, headers = _messages(row)[number]
        reason = printable(repr(error))
        done.refused[_place(row)].append(Refused(row["lane"], topic, key, value, pack_headers(headers), reason))
        log.error("message_refused", topic=topic, outbox_id=row["id"], size=len(value or b""), reason=reason)

    def _note_failure(self, topic: str, error: Exception) -> None:
        self.resting[topic] = time.monotonic() + TOPIC_REST_S
        metrics.outbox_failed.labels(self._producer).inc()
        log.warning("send_failed", topic=topic, error=repr(error))


def _place(row: Any) -> Place:
    return Place(row["lane"], row["id"])


def _messages(row: Any) -> list[Sendable]:
    """Decodes the messages of a row. Raises one of `_NOT_A_MESSAGE`."""
    return list(sendables(row["key"], row["value"], row["headers"], row["events"]))
