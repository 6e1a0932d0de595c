"""Events in the hands of a handler, and the transactions that end them.

An event that is announced reaches Kafka if and only if the transaction that it was announced in commits.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from common.cloudevents import Envelope
from common.contracts import Event, Lane
from common.delivery.inbox import Claim, Inbox
from common.delivery.messages import Announcement, Message
from common.delivery.outbox import EventTemplate
from common.errors import Permanent
from common.handling.group_commit import Completion, GroupCommit, Operation
from common.ids import derived_id
from common.observability.tracing import child_of
from common.postgres import Connection, Database

E = TypeVar("E", bound=Event)
T = TypeVar("T")


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
        """Builds the message of an event that this one causes, with the same tenant, lane, request, replay and trace.

        `source` is the announcing service, `at` an ISO 8601 time. Raises Permanent for an event of another tenant.
        """
        if event.tenant_id != self.event.tenant_id:
            raise Permanent(f"an event of tenant {self.event.tenant_id} cannot announce one of {event.tenant_id}")
        event_id = derived_id(self.event_id, event.topic, event.identity)
        return Announcement(event, self._following(event_id)).message(source, at)

    def event_template(self, event: type[Event], source: str, at: str) -> EventTemplate:
        """Builds the template for a statement that writes many events of one type, caused by this one."""
        return EventTemplate.of(event.topic, self.event_id, self._following(self.event_id), source=source, at=at)

    def _following(self, event_id: UUID) -> Envelope:
        return Envelope(
            event_id=event_id,
            tenant_id=self.event.tenant_id,
            lane=self.lane,
            correlation_id=self.envelope.correlation_id,
            replay_id=self.replay_id,
            traceparent=child_of(self.envelope.traceparent),
            afresh=self.envelope.afresh,
        )


@dataclass(slots=True)
class Batch(Generic[E]):
    """Events of one tenant, oldest first, and the one transaction that ends them all."""

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
        """Announces `event`, which follows from `cause`."""
        self.announced.append(cause.message(event, self.source, self._at))


class Chunk(Generic[E]):
    """Events of one tenant, oldest first. `finish` ends all of them at once, or some at a time.

    Events that a handler leaves unfinished when it returns are ended, and announce nothing. When it raises, a Transient
    lets the unfinished ones rest; after any other error each of them is tried alone.
    """

    def __init__(
        self,
        items: Sequence[Item[E]],
        database: Database,
        inbox: Inbox,
        now: datetime,
        announced: Callable[[Lane], None] = lambda _: None,
    ) -> None:
        self.items = items
        self.now = now
        self.unfinished = list(items)
        self._database = database
        self._inbox = inbox
        self._announced: list[Message] = []
        self._wake_relay = announced
        self._at = now.isoformat()

    @property
    def events(self) -> list[E]:
        return [item.event for item in self.items]

    @property
    def tenant_id(self) -> int:
        return self.items[0].event.tenant_id

    def announce(self, event: Event, cause: Item[E]) -> None:
        """Announces `event`, which follows from `cause`. Only inside `step` or `finish`."""
        self._announced.append(cause.message(event, self._inbox.consumer, self._at))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Opens a short transaction of this tenant that ends no event, for reading or for notes."""
        async with self._database.transaction(self.tenant_id) as tx:
            yield tx

    @asynccontextmanager
    async def step(self) -> AsyncIterator[Connection]:
        """Commits a part with its announcements, and keeps the unfinished events for another lease. Raises LeaseLost.

        When the transaction rolls back, nothing is announced.
        """
        async with self._announcing() as tx:
            yield tx
            await self._inbox.step(tx, [item.claim for item in self.unfinished], self._announced)

    @asynccontextmanager
    async def finish(self, items: Sequence[Item[E]] | None = None) -> AsyncIterator[Connection]:
        """Commits the changes for these items (`None`: all unfinished), their announcements, and their end.

        Raises LeaseLost. When the transaction rolls back, nothing is announced.
        """
        finished = self.unfinished if items is None else items
        async with self._announcing() as tx:
            yield tx
            await self._inbox.finish(tx, [item.claim for item in finished], self._announced)
        self._ended(finished)

    @asynccontextmanager
    async def _announcing(self) -> AsyncIterator[Connection]:
        self._announced = []
        async with self._database.transaction(self.tenant_id) as tx:
            yield tx
        self._wake_relay(self.items[0].lane)

    def _ended(self, items: Sequence[Item[E]]) -> None:
        ended = {(item.event_id, item.replay_id) for item in items}
        self.unfinished = [item for item in self.unfinished if (item.event_id, item.replay_id) not in ended]


class Work(Chunk[E]):
    """A chunk of one event."""

    def __init__(
        self,
        item: Item[E],
        database: Database,
        inbox: Inbox,
        now: datetime,
        announced: Callable[[Lane], None] = lambda _: None,
    ) -> None:
        super().__init__([item], database, inbox, now, announced)

    @property
    def item(self) -> Item[E]:
        return self.items[0]

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

    def announce(self, event: Event, cause: Item[E] | None = None) -> None:
        """Announces `event`, which follows from this one. Only inside `step` or `finish`."""
        super().announce(event, cause or self.item)

    def event_template(self, event: type[Event]) -> EventTemplate:
        """Builds the template for a statement inside `step` or `finish` that announces events of this type."""
        return self.item.event_template(event, self._inbox.consumer, self._at)

    async def finish_with(
        self, group_commit: GroupCommit, operation: Operation[T, Any], item: T, *, announcing: Sequence[Event] = ()
    ) -> None:
        """Finishes the event, with the operation's changes, in a transaction shared with this tenant's other tasks.

        Raises LeaseLost as `finish` does, what the operation raises, and Unavailable. A handler that is cancelled
        meanwhile may have ended the event all the same; to release its claim changes nothing then.
        """
        messages = [self.item.message(event, self._inbox.consumer, self._at) for event in announcing]
        completion = Completion(self._inbox, self.item.claim, messages)
        await group_commit(self.tenant_id, operation, item, completion=completion)
        self._ended([self.item])
