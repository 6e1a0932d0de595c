"""Delivers the facts of other services to the requests of this replica that wait for them.

Every replica reads all facts, without a consumer group, from shortly before it started. The feed keeps its own
positions: after a reconnect it resumes where it was, so an open request misses no fact (it may get one twice). A
listener gets facts of its own tenant only, without what is forgotten. Of facts that are read together, an enrichment
comes before its score, and that before its sync. A fact is decoded only if a request here listens for it.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Self
from uuid import UUID

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from common.cloudevents import Undecodable, decode_body, decode_headers
from common.contracts import CompanyEnriched, Event, JobProgressed, LeadScored, LeadSynced
from common.errors import Unavailable
from common.forgotten.redaction import redacted_body
from common.forgotten.suppression import Suppression
from common.kafka.clients import running
from common.kafka.consumer import Consumer, is_unreadable
from common.kafka_servers import Servers, client_settings
from gateway import metrics

log = structlog.get_logger(__name__)

#: By topic, in the order in which a request's facts come about.
FACTS: dict[str, type[Event]] = {fact.topic: fact for fact in (JobProgressed, CompanyEnriched, LeadScored, LeadSynced)}

#: Facts that wait for a listener. A request has some hundred at most; a reader that lets more wait gets no others.
MAX_WAITING = 1000

#: The feed begins this long before its own start, by the producers' clocks, which may be behind.
CLOCK_MARGIN_S = 60

#: The most time that reading the facts of a request once more may take.
REPLAY_S = 60.0

#: How often the feed looks whether a topic has got more partitions, while no facts come.
PARTITIONS_EVERY_MS = 10_000


async def next_fact(facts: asyncio.Queue[Event], *, within_s: float) -> Event | None:
    """Returns the next fact; `None` after a timeout."""
    try:
        async with asyncio.timeout(within_s):
            return await facts.get()
    except TimeoutError:
        return None


class _Listener(NamedTuple):
    tenant_id: int
    facts: asyncio.Queue[Event]


class Feed:
    """Listeners by request. Inside its `async with`, one task reads Kafka for all of them."""

    def __init__(self, bootstrap_servers: Servers, suppression: Suppression) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._suppression = suppression
        self._listeners: dict[bytes, list[_Listener]] = {}
        self._followers: dict[tuple[int, UUID], set[asyncio.Event]] = {}
        self._reading = asyncio.Event()
        self._begins_ms = 0
        self._positions: dict[TopicPartition, int] = {}
        #: Set after each read that brought facts, of whichever tenant; whoever waits for it clears it.
        self.facts_came = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    @contextmanager
    def listen(self, tenant_id: int, request_id: UUID) -> Iterator[asyncio.Queue[Event]]:
        """Yields a queue of the facts that follow from this tenant's request, from now on."""
        listener = _Listener(tenant_id, asyncio.Queue(MAX_WAITING))
        name = str(request_id).encode()
        self._listeners.setdefault(name, []).append(listener)
        try:
            yield listener.facts
        finally:
            left = [other for other in self._listeners.pop(name) if other is not listener]
            if left:
                self._listeners[name] = left

    @contextmanager
    def follow(self, tenant_id: int, job_id: UUID) -> Iterator[asyncio.Event]:
        """Yields an event that is set at each change of this tenant's job, from now on. The table has the details."""
        changed = asyncio.Event()
        followers = self._followers.setdefault((tenant_id, job_id), set())
        followers.add(changed)
        try:
            yield changed
        finally:
            followers.discard(changed)
            if not followers:
                self._followers.pop((tenant_id, job_id), None)

    async def replay(self, tenant_id: int, request_id: UUID, since: datetime) -> list[Event]:
        """Reads the facts of a request since that time again, in any order.

        Reads all facts since then, so it is for requests of the last minutes. Raises Unavailable.
        """
        facts: asyncio.Queue[Event] = asyncio.Queue()
        try:
            async with asyncio.timeout(REPLAY_S):
                await self._replay(_Listener(tenant_id, facts), str(request_id).encode(), since)
        except (KafkaError, OSError, TimeoutError) as error:
            raise Unavailable(f"Kafka does not answer: {error!r}") from error
        return [facts.get_nowait() for _ in range(facts.qsize())]

    async def _replay(self, listener: _Listener, name: bytes, since: datetime) -> None:
        consumer = Consumer(*FACTS, **client_settings(self._bootstrap_servers), group_id=None, enable_auto_commit=False)
        async with running(consumer):
            partitions = _partitions(consumer)
            consumer.unsubscribe()
            consumer.assign(list(partitions))
            ends = await consumer.end_offsets(partitions)
            begins_ms = int(since.timestamp() * 1000) - CLOCK_MARGIN_S * 1000
            found = await consumer.offsets_for_times(dict.fromkeys(partitions, begins_ms))
            left = {it for it in partitions if (first := found.get(it)) and first.offset < ends[it]}
            for partition in partitions - left:
                consumer.pause(partition)
            for partition in left:
                consumer.seek(partition, found[partition].offset)
            while left:
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    for record in records:
                        await self._deliver(record, {name: [listener]})
                left = {it for it in left if await consumer.position(it) < ends[it]}

    @property
    def listeners(self) -> int:
        """The number of listeners and followers on this replica."""
        return sum(map(len, self._listeners.values())) + sum(map(len, self._followers.values()))

    async def is_connected(self) -> str | None:
        """Checks health: a fact that is announced now would arrive."""
        return None if self._reading.is_set() else "the feed of facts is not connected to Kafka"

    async def __aenter__(self) -> Self:
        self._begins_ms = int((time.time() - CLOCK_MARGIN_S) * 1000)
        self.task = asyncio.create_task(self._run(), name="feed")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.task is not None  # noqa: S101 # set on entering
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self._read()
            except (KafkaError, OSError) as error:
                log.warning("feed_waits_for_kafka", error=repr(error))
                await asyncio.sleep(1)
            except Unavailable as error:
                log.warning("feed_waits_for_database", error=str(error))
                await asyncio.sleep(1)

    async def _read(self) -> None:
        """Reads until the connection fails or a topic has got more partitions."""
        consumer = Consumer(
            *FACTS,
            **client_settings(self._bootstrap_servers),
            group_id=None,
            auto_offset_reset="earliest",  # where a kept position is gone, and in partitions that are new
            enable_auto_commit=False,
            fetch_max_wait_ms=100,
        )
        try:
            async with running(consumer):
                await self._follow(consumer)
        finally:
            self._reading.clear()

    async def _follow(self, consumer: Consumer) -> None:
        partitions = _partitions(consumer)
        # A subscription forgets its positions whenever the broker's metadata lacks a topic for a moment, as it
        # does while it starts. An assignment does not.
        consumer.unsubscribe()
        consumer.assign(list(partitions))
        await self._resume(consumer)
        self._reading.set()
        while _partitions(consumer) <= partitions:
            came = await consumer.getmany(timeout_ms=PARTITIONS_EVERY_MS)
            for partition in sorted(came, key=lambda it: list(FACTS).index(it.topic)):
                for record in came[partition]:
                    await self._deliver(record, self._listeners)
                self._positions[partition] = came[partition][-1].offset + 1
                self.facts_came.set()

    async def _resume(self, consumer: Consumer) -> None:
        """Moves the consumer to the saved positions; the first time, to the moment when the feed began."""
        if not self._positions:
            partitions = consumer.assignment()
            ends = await consumer.end_offsets(partitions)
            found = await consumer.offsets_for_times(dict.fromkeys(partitions, self._begins_ms))
            self._positions = {it: first.offset if (first := found.get(it)) else ends[it] for it in partitions}
        for partition in consumer.assignment() & self._positions.keys():
            consumer.seek(partition, self._positions[partition])

    async def _deliver(
        self, record: "ConsumerRecord[bytes, bytes]", listening: Mapping[bytes, Sequence[_Listener]]
    ) -> None:
        """Delivers the fact to its request's listeners and its job's followers, if they belong to its tenant.

        Raises Unavailable if it is not known what is forgotten.
        """
        if is_unreadable(record, "gateway"):
            return
        listeners = listening.get(dict(record.headers).get("ce_correlationid", b""), ())
        if not listeners and not (self._followers and record.topic == JobProgressed.topic):
            return
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        forgotten = await self._suppression.current()
        try:
            envelope = decode_headers(record.headers)
            body = redacted_body(record.value, forgotten) if forgotten and record.value else record.value
            fact = decode_body(FACTS[record.topic], body)
        except Undecodable as error:
            metrics.facts_refused.labels("unreadable").inc()
            log.warning("fact_not_understood", **place, error=str(error))
            return
        for listener in listeners:
            if envelope.tenant_id == fact.tenant_id == listener.tenant_id:
                if listener.facts.full():
                    metrics.facts_refused.labels("slow_reader").inc()
                else:
                    listener.facts.put_nowait(fact)
            else:
                metrics.facts_refused.labels("other_tenant").inc()
                log.warning("fact_of_other_tenant", **place, tenant_id=fact.tenant_id, listener=listener.tenant_id)
        if isinstance(fact, JobProgressed) and fact.job_id is not None and envelope.tenant_id == fact.tenant_id:
            for changed in self._followers.get((fact.tenant_id, fact.job_id), ()):
                changed.set()


def _partitions(consumer: Consumer) -> set[TopicPartition]:
    """Lists the partitions of all topics of facts that the client knows."""
    return {TopicPartition(topic, number) for topic in FACTS for number in consumer.partitions_for_topic(topic) or ()}
