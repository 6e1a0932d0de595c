"""Rows of the inbox, as Kafka delivers them and as a worker claims them, and counts of them."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import orjson

from common.cloudevents import Envelope, parse_afresh, unpack_text
from common.contracts import Lane

#: The tenant of a message that names none that can be read. (0 stands for events that belong to no tenant.)
NO_TENANT = -1


class Arrival(NamedTuple):
    """A message as it arrived. `flaw` says why it cannot be read; such a message is kept for the dead-letter topic."""

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
    """Number of open rows of a topic and lane, and the age of the oldest in seconds. Both are lower bounds."""

    topic: str
    lane: Lane
    open: int
    oldest_s: float


class DeadLetters(NamedTuple):
    """Number of dead letters of a topic that no operator has retried or dropped, and the age of the oldest."""

    topic: str
    letters: int
    oldest_s: float


class Outlook(NamedTuple):
    """Whether a topic and lane has ready rows, and the seconds until the next row of this consumer is due."""

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
    #: Time since the first failure; `None`: there was none.
    failing_for: timedelta | None = None
    #: For a probe, the failures of its tenant's pause so far; `None`: no probe.
    pause_failures: int | None = None

    @property
    def envelope(self) -> Envelope:
        """The envelope, mostly from columns of the row; among them `lane`, so that what follows stays on it."""
        headers: dict[str, str | None] = dict(orjson.loads(self.headers))
        return Envelope(
            self.event_id,
            self.tenant_id,
            self.lane,
            unpack_text(headers, "ce_correlationid"),
            self.replay_id,
            unpack_text(headers, "traceparent"),
            parse_afresh(unpack_text(headers, "ce_afresh")),
        )
