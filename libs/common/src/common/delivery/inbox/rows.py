"""Rows of the inbox, as they come in from Kafka and as a worker claims them; counts of them."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import orjson

from common.cloudevents import Envelope, parse_afresh, unpack_text
from common.contracts import Lane

#: The tenant of a message that names none that can be read. (0 stands for events that belong to no tenant.)
NO_TENANT = -1


class Arrival(NamedTuple):
    """A message as it came. A flaw is why it cannot be read; it is kept all the same, for the dead-letter topic."""

    event_id: UUID
    replay_id: UUID
    topic: str
    partition: int
    offset: int
    key: bytes | None
    tenant_id: int
    lane: Lane
    value: bytes | None
    headers: str
    flaw: str | None


class Backlog(NamedTuple):
    """Open rows of a topic and lane, and the age of the oldest in seconds. Both are at least so much."""

    topic: str
    lane: Lane
    open: int
    oldest_s: float


class DeadLetters(NamedTuple):
    """Dead letters of a topic that the operator has neither retried nor dropped, and the age of the oldest."""

    topic: str
    letters: int
    oldest_s: float


class Outlook(NamedTuple):
    """Whether a topic and lane has ready rows, and in how many seconds the next row of this consumer is due."""

    topic: str
    lane: Lane
    is_ready: bool
    next_due_s: float | None


class Claim(NamedTuple):
    """A row that a worker holds until its lease ends."""

    event_id: UUID
    replay_id: UUID
    attempts: int
    topic: str
    partition: int
    offset: int
    key: bytes | None
    tenant_id: int
    lane: Lane
    value: bytes | None
    headers: str
    received_at: datetime
    failures: int
    error: str | None
    crashes: int = 0
    solo_crashes: int = 0
    #: Time since the first failure.
    failing_for: timedelta = timedelta(0)
    #: For a probe, the failures of its tenant's pause so far; `None`: no probe.
    pause_failures: int | None = None

    @property
    def envelope(self) -> Envelope:
        """Most of it stands in columns of its own; `lane` among them, so that what follows keeps to it."""
        headers: dict[str, str | None] = dict(orjson.loads(self.headers))
        return Envelope(
            self.event_id,
            self.tenant_id,
            self.lane,
            unpack_text(headers, "ce_correlationid"),
            self.replay_id,
            unpack_text(headers, "traceparent"),
            parse_afresh(headers.get("ce_afresh")),
        )
