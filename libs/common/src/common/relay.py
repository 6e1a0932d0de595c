"""Sends what stands in a service's outbox to Kafka, in order.

An event leaves the outbox only when every in-sync replica of Kafka has it. One relay per service sends at a time (an
advisory lock on a connection of its own), and of one partition only one batch is under way, so that a key's order
holds within its lane; what someone waits for goes before what the night has piled up. After a failed send its topic
rests for a moment, and the others go on. After a crash a message may be sent twice: consumers know its id.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeAlias
from zlib import crc32

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from common import metrics
from common.cloudevents import Headers
from common.errors import Unavailable
from common.outbox import MAX_MESSAGE, sendables
from common.postgres import Database, Session

log = structlog.get_logger(__name__)

# Topics that rest are passed over, so that what cannot be sent hides nothing else. `interactive` sorts first.
OLDEST = """
    SELECT lane, id, topic, key, value, headers, events
      FROM (SELECT *, sum(coalesce(events, 1)) OVER (ORDER BY lane, id) - coalesce(events, 1) AS before
              FROM (SELECT * FROM outbox
                     WHERE producer = $1 AND topic <> ALL($3::text[]) ORDER BY lane, id LIMIT $2) AS oldest) AS counted
     WHERE before < $2
     ORDER BY lane, id
"""

FORGET = """
    DELETE FROM outbox USING unnest($2::text[], $3::bigint[]) AS sent (lane, id)
     WHERE producer = $1 AND outbox.lane = sent.lane AND outbox.id = sent.id
"""

#: Bytes. Kafka takes batches of a megabyte by default; a single message may fill one.
BATCH_BYTES = 512 * 1024


class Place(NamedTuple):
    """Where a row stands in the outbox."""

    lane: str
    id: int


#: Batches for a partition, in order, each with the rows that its messages are of.
_Batches: TypeAlias = deque[tuple[BatchBuilder, set[Place]]]


class _Queue:
    """Puts the messages for a partition into batches."""

    __slots__ = ("_batch", "_new_batch", "_rows", "batches")

    def __init__(self, new_batch: Callable[[], BatchBuilder]) -> None:
        self._new_batch = new_batch
        self.batches: _Batches = deque()
        self._begin()

    def append(self, row: Place, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        if self._batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            self._begin()
            taken = self._batch.append(timestamp=None, key=key, value=value, headers=headers)
            assert taken is not None  # noqa: S101 # an empty batch takes a message of any size
        self._rows.add(row)

    def _begin(self) -> None:
        self._batch, self._rows = self._new_batch(), set[Place]()
        self.batches.append((self._batch, self._rows))


def partition_of(key: bytes | None, value: bytes | None, partitions: Sequence[int]) -> int:
    """Where a message belongs: by the CRC-32 of its key, as librdkafka's `consistent` partitioner has it.

    Java's murmur2 took a third of the time that sending an event takes in Python. One without a key goes by its value.
    """
    return partitions[crc32((value if key is None else key) or b"") % len(partitions)]


class Relay:
    """Sends a service's outbox to Kafka. Runs inside its `async with`; at the end it sends what is left, then stops."""

    #: Messages sent before the next look (the last bundle goes whole); a look finds what another replica or a handler's
    #: step wrote within `POLL` seconds.
    BATCH = 2000
    #: Messages that are put into batches in one go, in half a millisecond.
    TURN = 100
    POLL = 0.1
    #: Seconds between looks: what is announced meanwhile goes out together, and what comes alone goes at once.
    SPACING = 0.005
    #: Seconds that a topic rests after a failed send.
    TOPIC_REST = 1.0
    #: After this many rounds without a success the producer is made anew: it may hold a broken connection for ever.
    FAILURES_BEFORE_RENEWAL = 3

    def __init__(self, database: Database, bootstrap_servers: str, producer: str, *, drain_s: float = 5.0) -> None:
        self._database = database
        self._bootstrap_servers = bootstrap_servers
        self._producer = producer
        self._drain_s = drain_s
        self._resting: dict[str, float] = {}
        self._looked_at = 0.0
        self._wake = asyncio.Event()
        self._stopping = False
        self.task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """There is something to send: no need to wait for the next look."""
        self._wake.set()

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self._run(), name="relay")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.task is not None  # noqa: S101 # set on entering
        self._stopping = True
        self._wake.set()
        _, late = await asyncio.wait([self.task], timeout=self._drain_s)
        if late:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            log.warning("outbox_left_for_the_next_relay", producer=self._producer)

    async def _run(self) -> None:
        """Owns the outbox whenever no other replica does; survives the database and the broker being away."""
        while True:
            try:
                async with self._database.lock(f"outbox:{self._producer}") as session:
                    if session is not None:
                        await self._relay(session)
                        return
            except Unavailable as error:
                log.warning("relay_waits_for_database", error=str(error))
            if self._stopping:
                return
            await asyncio.sleep(1)

    async def _relay(self, session: Session) -> None:
        failures = 0
        kafka = await self._connect()
        try:
            while True:
                self._wake.clear()
                self._looked_at = time.monotonic()
                self._resting = {topic: until for topic, until in self._resting.items() if until > time.monotonic()}
                rows = await session.fetch(OLDEST, self._producer, self.BATCH, list(self._resting))
                if not rows:
                    if self._stopping and not self._resting:
                        return
                    await self._rest()
                    continue
                unsent = await self._send(kafka, rows)
                sent = [row for row in rows if (row["lane"], row["id"]) not in unsent]
                if sent:
                    await session.execute(
                        FORGET, self._producer, [it["lane"] for it in sent], [it["id"] for it in sent]
                    )
                    metrics.outbox_sent.labels(self._producer).inc(sum(row["events"] or 1 for row in sent))
                if self._can_gather(rows):
                    await self._rest()
                failures = 0 if sent else failures + 1
                if failures and failures % self.FAILURES_BEFORE_RENEWAL == 0:
                    await kafka.stop()
                    kafka = await self._connect()
        finally:
            await kafka.stop()

    def _can_gather(self, rows: Sequence[Any]) -> bool:
        """Nobody waits for what the night announces: a few large sends cost Kafka and us half of what many small do."""
        return (
            not self._stopping and rows[0]["lane"] == "nightly" and sum(row["events"] or 1 for row in rows) < self.BATCH
        )

    async def _rest(self) -> None:
        """Until the next look is due, or somebody wakes us."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self.POLL)
            await asyncio.sleep(max(0.0, self._looked_at + self.SPACING - time.monotonic()))

    async def _connect(self) -> AIOKafkaProducer:
        """A started producer, however long Kafka takes to answer."""
        pause = 0.2
        while True:
            kafka = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                client_id=f"{self._producer}-relay",
                acks="all",
                compression_type="snappy",  # a quarter of the bytes; zstd's eighth takes four times as long
                max_batch_size=BATCH_BYTES,
                max_request_size=2 * MAX_MESSAGE,
                request_timeout_ms=10_000,
            )
            try:
                await kafka.start()
            except (KafkaError, OSError) as error:
                await kafka.stop()
                log.warning("relay_waits_for_kafka", error=repr(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)
            else:
                return kafka

    async def _send(self, kafka: AIOKafkaProducer, rows: Sequence[Any]) -> set[Place]:
        """Sends the rows to all their partitions at once; returns those of which Kafka did not confirm everything.

        Putting so many into batches takes milliseconds: whoever else is ready gets a turn on the way.
        """
        queues: dict[str, dict[int, _Queue]] = {}
        partitions: dict[str, list[int]] = {}
        unsent: set[Place] = set()
        taken = 0
        for lane, row_id, topic, *message in rows:
            row = Place(lane, row_id)
            if topic not in partitions:
                partitions[topic] = await self._partitions(kafka, topic)
                queues[topic] = defaultdict(lambda: _Queue(kafka.create_batch))
            there, queue_of = partitions[topic], queues[topic]
            if not there:
                unsent.add(row)
                continue
            for key, value, headers in sendables(*message):
                queue_of[partition_of(key, value, there)].append(row, key, value, headers)
                taken += 1
                if taken % self.TURN == 0:
                    await asyncio.sleep(0)
        async with asyncio.TaskGroup() as sending:
            for topic, queue_of in queues.items():
                for partition, queue in queue_of.items():
                    sending.create_task(self._send_in_order(kafka, topic, partition, queue.batches, unsent))
        return unsent

    async def _partitions(self, kafka: AIOKafkaProducer, topic: str) -> list[int]:
        """The topic's partitions; none where Kafka does not know it, or does not answer."""
        try:
            return sorted(await kafka.partitions_for(topic))
        except (KafkaError, OSError) as error:
            self._note_failure(topic, error)
            return []

    async def _send_in_order(
        self, kafka: AIOKafkaProducer, topic: str, partition: int, batches: _Batches, unsent: set[Place]
    ) -> None:
        """A batch at a time, the next only when the last is confirmed; from the first that fails on, all is unsent."""
        while batches:
            batch, rows = batches.popleft()
            batch.close()
            try:
                await (await kafka.send_batch(batch, topic, partition=partition))
            except (KafkaError, OSError, TimeoutError) as error:
                self._note_failure(topic, error)
                unsent.update(rows, *(later for _, later in batches))
                break

    def _note_failure(self, topic: str, error: Exception) -> None:
        self._resting[topic] = time.monotonic() + self.TOPIC_REST
        metrics.outbox_failed.labels(self._producer).inc()
        log.warning("send_failed", topic=topic, error=repr(error))
