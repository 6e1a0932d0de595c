"""Dead letters: the inbox rows in state `dead`. A row holds the whole original; `<topic>.dlq` has a copy for 30 days.

For the operator's command, and for the gateway, which may use the view `dead_letters` and the functions of this
package, but not the inboxes of other services.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from common.postgres import Connection, Session

#: A connection: the owner's, which the operator's command has, or a service's.
Reader: TypeAlias = "Session | Connection"

# Spelt as the index `inbox_dead` is, so that a few letters are found among millions of rows.
_SELECTED = """
    state = 'dead' AND dropped_at IS NULL
      AND ($1::uuid[] IS NULL OR event_id = ANY($1))
      AND ($2::text IS NULL OR consumer = $2)
      AND ($3::text IS NULL OR topic = $3)
      AND ($4::text IS NULL OR strpos(lower(error), lower($4)) > 0)
      AND ($5::int IS NULL OR tenant_id = $5)
      AND ($6::timestamptz IS NULL OR dead_at >= $6)
      AND ($7::timestamptz IS NULL OR dead_at < $7)
      AND ($8::text IS NULL OR regexp_replace(error, '[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+', '#', 'g') = $8)
"""
_DROPPED = _SELECTED.replace("dropped_at IS NULL", "dropped_at IS NOT NULL")

#: Numbers and ids in reasons differ from letter to letter; a group has one reason without them.
GROUPS = """
    SELECT consumer, topic, reason, count(*) AS letters, min(dead_at) AS first_at, max(dead_at) AS last_at,
           min(error) AS example, (array_agg(event_id ORDER BY dead_at DESC))[1] AS newest
      FROM (SELECT *, regexp_replace(error, '[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+', '#', 'g') AS reason
              FROM dead_letters WHERE {selected}) AS letter
     GROUP BY consumer, topic, reason ORDER BY letters DESC, consumer, topic, reason
"""
FIND = """
    SELECT consumer, event_id, replay_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, value, headers,
           received_at, dead_at, dropped_at, attempts, failures, crashes, solo_crashes, error, handler
      FROM inbox WHERE {selected} ORDER BY consumer, topic, kafka_partition, kafka_offset
"""
KEYS = """
    SELECT consumer, event_id, replay_id, error FROM dead_letters WHERE {selected}
     ORDER BY consumer, topic, kafka_partition, kafka_offset
"""

BRIEFLY = """
    SELECT event_id, consumer, topic, tenant_id, handler, error, failures, received_at, dead_at
      FROM dead_letters WHERE {selected} ORDER BY dead_at DESC, event_id DESC LIMIT $9
"""
TENANTS = """
    SELECT tenant_id, count(*) AS letters FROM dead_letters WHERE {selected} GROUP BY tenant_id ORDER BY tenant_id
"""


@dataclass(frozen=True)
class Selection:
    """Filters of dead letters; a filter that is `None` matches all.

    `reason` is a part of the error, in any case; `group` is a group's whole reason, with # for numbers and ids.
    """

    ids: Sequence[UUID] | None = None
    consumer: str | None = None
    topic: str | None = None
    reason: str | None = None
    tenant: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    dropped: bool = False
    group: str | None = None

    @property
    def is_all(self) -> bool:
        """Whether no filter is set."""
        given = (self.ids, self.consumer, self.topic, self.reason, self.since, self.until, self.group)
        return not any(given) and self.tenant is None

    @property
    def arguments(self) -> tuple[object, ...]:
        """The parameters of the statement."""
        times = self.since, self.until
        return self.ids or None, self.consumer, self.topic, self.reason, self.tenant, *times, self.group

    def of(self, statement: str) -> str:
        """Returns the statement with these filters."""
        return statement.replace("{selected}", _DROPPED if self.dropped else _SELECTED)


class Group(NamedTuple):
    """Number of dead letters of one consumer, topic and reason."""

    consumer: str
    topic: str
    reason: str
    letters: int
    first_at: datetime
    last_at: datetime
    example: str
    newest: UUID


class Key(NamedTuple):
    """Primary key of an inbox row."""

    consumer: str
    event_id: UUID
    replay_id: UUID


@dataclass(frozen=True, slots=True)
class Brief:
    """A dead letter without its message."""

    event_id: UUID
    consumer: str
    topic: str
    tenant_id: int
    handler: str | None
    error: str
    failures: int
    received_at: datetime
    dead_at: datetime


@dataclass(frozen=True)
class Letter:
    """A dead letter with all columns of its row."""

    consumer: str
    event_id: UUID
    replay_id: UUID
    topic: str
    kafka_partition: int
    kafka_offset: int
    key: bytes | None
    tenant_id: int
    lane: str
    value: bytes | None
    headers: str
    received_at: datetime
    dead_at: datetime
    dropped_at: datetime | None
    attempts: int
    failures: int
    crashes: int
    solo_crashes: int
    error: str
    handler: str | None

    @property
    def row_key(self) -> Key:
        """The primary key of the row."""
        return Key(self.consumer, self.event_id, self.replay_id)


async def groups(db: Reader, selected: Selection) -> list[Group]:
    """Counts the letters by consumer, topic and reason, the largest group first."""
    return [Group(*row.values()) for row in await db.fetch(selected.of(GROUPS), *selected.arguments)]


async def find(db: Reader, selected: Selection) -> list[Letter]:
    """Reads letters, in the order of their topics."""
    return [Letter(**dict(row)) for row in await db.fetch(selected.of(FIND), *selected.arguments)]


async def briefly(db: Reader, selected: Selection, limit: int) -> list[Brief]:
    """Reads letters without their messages, the latest first."""
    return [Brief(*row.values()) for row in await db.fetch(selected.of(BRIEFLY), *selected.arguments, limit)]


async def tenants(db: Reader, selected: Selection) -> dict[int, int]:
    """Counts the letters of each tenant; -1 stands for letters that name no tenant."""
    return {row["tenant_id"]: row["letters"] for row in await db.fetch(selected.of(TENANTS), *selected.arguments)}


async def keys(db: Reader, selected: Selection) -> list[Key]:
    """Reads the primary keys of letters, in the order of their topics."""
    rows = await db.fetch(selected.of(KEYS), *selected.arguments)
    return [Key(row["consumer"], row["event_id"], row["replay_id"]) for row in rows]
