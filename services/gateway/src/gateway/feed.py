"""The facts that services announce, handed to whoever waits here for the request they follow from.

Every replica reads all of them, without a consumer group and from now on: they are for people who look on, and whoever
comes back later asks for the state. Nothing is decoded unless its request has a listener here.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from common.cloudevents import Undecodable, decode_body
from common.contracts import CompanyEnriched, Event, JobProgressed, LeadScored, LeadSynced

log = structlog.get_logger(__name__)

FACTS: dict[str, type[Event]] = {fact.topic: fact for fact in (JobProgressed, CompanyEnriched, LeadScored, LeadSynced)}


async def next_fact(facts: asyncio.Queue[Event], *, within_s: float) -> Event | None:
    """The next fact that comes; None when none came in time."""
    try:
        return await asyncio.wait_for(facts.get(), within_s)
    except TimeoutError:
        return None


class Feed:
    """Listeners by request. Inside its `async with`, one task reads Kafka for them all."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._listeners: dict[bytes, asyncio.Queue[Event]] = {}
        self._reading = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    @contextmanager
    def listen(self, request_id: UUID) -> Iterator[asyncio.Queue[Event]]:
        """The facts of this request, from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        name = str(request_id).encode()
        self._listeners[name] = queue
        try:
            yield queue
        finally:
            del self._listeners[name]

    @property
    def listeners(self) -> int:
        """How many requests someone waits for here."""
        return len(self._listeners)

    async def is_connected(self) -> str | None:
        """A health check: whether a fact announced now would be heard."""
        return None if self._reading.is_set() else "the feed of facts is not connected to Kafka"

    async def __aenter__(self) -> Self:
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
            consumer = AIOKafkaConsumer(
                *FACTS,
                bootstrap_servers=self._bootstrap_servers,
                group_id=None,
                auto_offset_reset="latest",
                enable_auto_commit=False,
                fetch_max_wait_ms=100,
            )
            try:
                await consumer.start()
                # "latest" is otherwise looked up at the first fetch: what is announced until then would be missed.
                await consumer.seek_to_end()
                for partition in consumer.assignment():
                    await consumer.position(partition)
                self._reading.set()
                while True:
                    for records in (await consumer.getmany(timeout_ms=1000)).values():
                        for record in records:
                            self._hand_over(record.topic, record.headers, record.value)
            except (KafkaError, OSError) as error:
                log.warning("feed_waits_for_kafka", error=repr(error))
                await asyncio.sleep(1)
            finally:
                self._reading.clear()
                await consumer.stop()

    def _hand_over(self, topic: str, headers: tuple[tuple[str, bytes], ...], value: bytes | None) -> None:
        listener = self._listeners.get(dict(headers).get("ce_correlationid", b""))
        if listener is None:
            return
        try:
            listener.put_nowait(decode_body(FACTS[topic], value))
        except Undecodable as error:
            log.warning("fact_not_understood", topic=topic, error=str(error))
