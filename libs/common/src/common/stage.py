"""How a service says what it handles. A stage is a name, and a handler per event; `service.run` brings it to life.

    stage = Stage("scorer")

    @stage.handles(CompanyEnriched, batch=200)
    async def score(work: Batch[CompanyEnriched]) -> None: ...

A handler with `batch` is set-based: it gets many events of one tenant inside one transaction, and does nothing that
cannot be rolled back. A handler without it gets one event, opens its transactions itself (`Work.reading`, `step`,
`finish`), and may do HTTP between them. A handler with `chunk` gets many events of one tenant and does the same: for
remote systems that take many at once. What any announces is told if and only if its transaction commits.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

from common.cloudevents import Envelope
from common.contracts import Event, Lane
from common.errors import Permanent
from common.ids import derived_id
from common.inbox import Claim, Inbox
from common.outbox import Announcement, EventTemplate, Message
from common.postgres import Connection, Database
from common.tracing import child_of

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Item(Generic[E]):
    """An event in hand, with its envelope and its claim."""

    event: E
    envelope: Envelope
    claim: Claim

    @property
    def event_id(self) -> UUID:
        return self.envelope.event_id

    @property
    def replay_id(self) -> UUID:
        return self.envelope.replay_id

    @property
    def lane(self) -> Lane:
        return self.envelope.lane

    def message(self, event: Event, source: str, at: str) -> Message:
        """`event`, told `at` an ISO 8601 time, as it follows from this: same tenant, lane, request, replay, trace."""
        if event.tenant_id != self.event.tenant_id:
            raise Permanent(f"an event of tenant {self.event.tenant_id} cannot announce one of {event.tenant_id}")
        event_id = derived_id(self.event_id, event.topic, event.identity)
        return Announcement(event, self._following(event_id)).message(source, at)

    def event_template(self, event: type[Event], source: str, at: str) -> EventTemplate:
        """The same for many events of one type, which PostgreSQL puts together."""
        return EventTemplate.of(event.topic, self.event_id, self._following(self.event_id), source=source, at=at)

    def _following(self, event_id: UUID) -> Envelope:
        return Envelope(
            event_id=event_id,
            tenant_id=self.event.tenant_id,
            lane=self.lane,
            correlation_id=self.envelope.correlation_id,
            replay_id=self.replay_id,
            traceparent=child_of(self.envelope.traceparent),
        )


@dataclass(slots=True)
class Batch(Generic[E]):
    """Events of one tenant, oldest first, and the transaction that will end them all."""

    items: Sequence[Item[E]]
    tx: Connection
    now: datetime
    source: str
    announced: list[Message] = field(default_factory=list)
    _at: str = field(init=False)

    def __post_init__(self) -> None:
        self._at = self.now.isoformat()

    @property
    def events(self) -> list[E]:
        return [item.event for item in self.items]

    def announce(self, event: Event, cause: Item[E]) -> None:
        """Tells `event`, which follows from `cause`, when the transaction commits."""
        self.announced.append(cause.message(event, self.source, self._at))


class Work(Generic[E]):
    """One event, to be ended by `finish`. A handler that returns without it has ended the event, announcing nothing."""

    def __init__(self, item: Item[E], database: Database, inbox: Inbox, now: datetime) -> None:
        self.item = item
        self.now = now
        self.is_finished = False
        self._database = database
        self._inbox = inbox
        self._announced: list[Message] = []

    @property
    def event(self) -> E:
        return self.item.event

    @property
    def event_id(self) -> UUID:
        return self.item.event_id

    @property
    def replay_id(self) -> UUID:
        return self.item.replay_id

    @property
    def lane(self) -> Lane:
        return self.item.lane

    def announce(self, event: Event) -> None:
        """Tells `event` when the open transaction commits. To be called inside `step` or `finish`."""
        self._announced.append(self.item.message(event, self._inbox.consumer, self.now.isoformat()))

    def event_template(self, event: type[Event]) -> EventTemplate:
        """For a statement inside `step` or `finish` that itself writes events of this type into the outbox."""
        return self.item.event_template(event, self._inbox.consumer, self.now.isoformat())

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A short transaction of this tenant, for looking things up."""
        async with self._database.transaction(self.event.tenant_id) as tx:
            yield tx

    @asynccontextmanager
    async def step(self) -> AsyncIterator[Connection]:
        """Commits a part, with what is announced; the event stays ours for another lease. Raises LeaseLost."""
        async with self._telling() as tx:
            yield tx
            await self._inbox.step(tx, [self.item.claim], self._announced)

    @asynccontextmanager
    async def finish(self) -> AsyncIterator[Connection]:
        """Commits the last part, with what is announced and the event's end. Raises LeaseLost."""
        async with self._telling() as tx:
            yield tx
            await self._inbox.finish(tx, [self.item.claim], self._announced)
        self.is_finished = True

    @asynccontextmanager
    async def _telling(self) -> AsyncIterator[Connection]:
        """What a transaction announces is told with it or, when it rolls back, never."""
        self._announced = []
        async with self._database.transaction(self.event.tenant_id) as tx:
            yield tx


class Chunk(Generic[E]):
    """Events of one tenant, oldest first, each to be ended by `finish`, all at once or some at a time.

    What a handler that returns has not finished is ended, announcing nothing. Of what it has not finished when it
    raises, a Transient lets all rest; after another error each is tried alone.
    """

    def __init__(self, items: Sequence[Item[E]], database: Database, inbox: Inbox, now: datetime) -> None:
        self.items = items
        self.now = now
        self.unfinished = list(items)
        self._database = database
        self._inbox = inbox
        self._announced: list[Message] = []
        self._at = now.isoformat()

    @property
    def events(self) -> list[E]:
        return [item.event for item in self.items]

    @property
    def tenant_id(self) -> int:
        return self.items[0].event.tenant_id

    def announce(self, event: Event, cause: Item[E]) -> None:
        """Tells `event`, which follows from `cause`, when the open transaction commits. Only inside `finish`."""
        self._announced.append(cause.message(event, self._inbox.consumer, self._at))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A short transaction of this tenant, for looking things up or noting them; it ends no event."""
        async with self._database.transaction(self.tenant_id) as tx:
            yield tx

    @asynccontextmanager
    async def finish(self, items: Sequence[Item[E]]) -> AsyncIterator[Connection]:
        """Commits what is done for these items, with what is announced and their end. Raises LeaseLost."""
        self._announced = []
        async with self._database.transaction(self.tenant_id) as tx:
            yield tx
            await self._inbox.finish(tx, [item.claim for item in items], self._announced)
        ended = {(item.event_id, item.replay_id) for item in items}
        self.unfinished = [item for item in self.unfinished if (item.event_id, item.replay_id) not in ended]


@dataclass(frozen=True, slots=True)
class Handler:
    """What a stage does with one type of event: one at a time, or up to `size` of one tenant.

    `is_set_based` tells a batch, which is one transaction, from a chunk, which opens its own.
    """

    event: type[Event]
    call: Callable[[Any], Awaitable[None]]
    size: int | None = None
    is_set_based: bool = False


class Stage:
    """A named set of handlers. The name is the consumer group, the inbox's consumer and the outbox's producer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.handlers: dict[str, Handler] = {}

    @overload
    def handles(
        self, *events: type[E]
    ) -> Callable[[Callable[[Work[E]], Awaitable[None]]], Callable[[Work[E]], Awaitable[None]]]: ...

    @overload
    def handles(
        self, *events: type[E], batch: int
    ) -> Callable[[Callable[[Batch[E]], Awaitable[None]]], Callable[[Batch[E]], Awaitable[None]]]: ...

    @overload
    def handles(
        self, *events: type[E], chunk: int
    ) -> Callable[[Callable[[Chunk[E]], Awaitable[None]]], Callable[[Chunk[E]], Awaitable[None]]]: ...

    def handles(
        self, *events: type[Event], batch: int | None = None, chunk: int | None = None
    ) -> Callable[[Callable[[Any], Awaitable[None]]], Callable[[Any], Awaitable[None]]]:
        """Declares the handler of these events. An event has one handler in a stage."""

        def declare(call: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
            for event in events:
                if event.topic in self.handlers:
                    raise ValueError(f"{self.name} handles {event.topic} already")
                self.handlers[event.topic] = Handler(event, call, batch or chunk, is_set_based=batch is not None)
            return call

        return declare
