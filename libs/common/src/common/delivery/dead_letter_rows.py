"""Dead letters: the inbox rows in state `dead`. A row holds the whole original; `<topic>.dlq` has a copy for 30 days.

For the operator's command, and for the gateway, which may use the view `dead_letters` and the functions below, but not
the inboxes of other services. Each change is recorded in `dead_letter_actions`, in the same statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

import asyncpg

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

_CHOSEN = """
    chosen AS MATERIALIZED (
        SELECT i.* FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS asked (consumer, event_id, replay_id)
          JOIN inbox i ON i.consumer = asked.consumer AND i.event_id = asked.event_id
                      AND i.replay_id = asked.replay_id AND i.state = 'dead' AND i.dropped_at IS NULL
           FOR UPDATE OF i)
"""
OVERTAKEN = "SELECT count_overtaken_letters($1, $2, $3)"
RETRY = "SELECT retry_dead_letters($1, $2, $3, $4, $5)"

_LOGGED = """
    logged AS (
        INSERT INTO dead_letter_actions (consumer, event_id, replay_id, topic, tenant_id, action, operator, reason,
                                         error, key, value, headers)
        SELECT consumer, event_id, replay_id, topic, tenant_id, '{action}', $4, $5, error, {original} FROM chosen)
"""
_REOPENED = """
    state = 'open', phase = 'ready', next_at = now(), attempts = letter.attempts + 1, failures = 0,
    first_failed_at = NULL, crashes = 0, solo_crashes = 0, in_hand = NULL, dead_at = NULL, handler = NULL
"""
_BY_KEY = """
    FROM chosen WHERE letter.consumer = chosen.consumer AND letter.event_id = chosen.event_id
     AND letter.replay_id = chosen.replay_id
"""
_NO_ORIGINAL = "NULL, NULL, NULL"
CORRECT = f"""
    WITH {_CHOSEN}, {_LOGGED.format(action="correct", original="key, value, headers")}
    UPDATE inbox letter
       SET {_REOPENED}, error = NULL, key = $6, value = $7, headers = $8, tenant_id = $9, lane = $10 {_BY_KEY}
"""  # noqa: S608
DROP = f"""
    WITH {_CHOSEN}, {_LOGGED.format(action="drop", original=_NO_ORIGINAL)}
    UPDATE inbox letter SET dropped_at = now() {_BY_KEY}
"""  # noqa: S608
STATES = """
    SELECT i.state, i.error, i.next_at
      FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS asked (consumer, event_id, replay_id)
      JOIN inbox i ON i.consumer = asked.consumer AND i.event_id = asked.event_id AND i.replay_id = asked.replay_id
"""
ACTIONS = """
    SELECT action, operator, reason, at FROM dead_letter_actions
     WHERE event_id = $1 AND consumer = $2 AND replay_id = $3 ORDER BY at
"""


@dataclass(frozen=True)
class Selection:
    """Filters of dead letters; what is `None` filters nothing.

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
        """Whether nothing is filtered."""
        given = (self.ids, self.consumer, self.topic, self.reason, self.since, self.until, self.group)
        return not any(given) and self.tenant is None

    @property
    def arguments(self) -> tuple[object, ...]:
        """The statement's parameters."""
        times = self.since, self.until
        return self.ids or None, self.consumer, self.topic, self.reason, self.tenant, *times, self.group

    def of(self, statement: str) -> str:
        """The statement with these filters."""
        return statement.replace("{selected}", _DROPPED if self.dropped else _SELECTED)


class Group(NamedTuple):
    """Letters of one consumer, topic and reason."""

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
    """A dead letter with all that its row says."""

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
        """Primary key of the row."""
        return Key(self.consumer, self.event_id, self.replay_id)


class State(NamedTuple):
    """State of a retried event: open, done or dead, with the error and the time of the next attempt."""

    state: str
    error: str | None
    next_at: datetime


async def groups(db: Reader, selected: Selection) -> list[Group]:
    """Groups the letters by consumer, topic and reason, the largest group first."""
    return [Group(*row.values()) for row in await db.fetch(selected.of(GROUPS), *selected.arguments)]


async def find(db: Reader, selected: Selection) -> list[Letter]:
    """Reads letters, in the order of their topics."""
    return [Letter(**dict(row)) for row in await db.fetch(selected.of(FIND), *selected.arguments)]


async def briefly(db: Reader, selected: Selection, limit: int) -> list[Brief]:
    """Reads letters without their messages, the latest first."""
    return [Brief(*row.values()) for row in await db.fetch(selected.of(BRIEFLY), *selected.arguments, limit)]


async def tenants(db: Reader, selected: Selection) -> dict[int, int]:
    """Counts the letters of each tenant; -1 is that of letters that name none."""
    return {row["tenant_id"]: row["letters"] for row in await db.fetch(selected.of(TENANTS), *selected.arguments)}


async def keys(db: Reader, selected: Selection) -> list[Key]:
    """Reads the primary keys of letters, in the order of their topics."""
    rows = await db.fetch(selected.of(KEYS), *selected.arguments)
    return [Key(row["consumer"], row["event_id"], row["replay_id"]) for row in rows]


async def count_overtaken(db: Reader, letters: Sequence[Key]) -> int:
    """Counts the letters of which a younger event of the key was handled already, or is being handled."""
    return int(await db.fetchval(OVERTAKEN, *_columns(letters)))


async def retry(db: Reader, letters: Sequence[Key], operator: str, reason: str | None) -> int:
    """Opens the rows again for their consumers; returns how many. Younger open events of their keys wait."""
    return int(await db.fetchval(RETRY, *_columns(letters), operator, reason))


async def correct(
    db: Reader,
    letter: Key,
    operator: str,
    reason: str | None,
    *,
    key: bytes,
    value: bytes,
    headers: str,
    tenant_id: int,
    lane: str,
) -> int:
    """Replaces the message of a letter and opens its row again. The original is kept in `dead_letter_actions`."""
    message = key, value, headers, tenant_id, lane
    return _rows_of(await db.execute(CORRECT, *_columns([letter]), operator, reason, *message))


async def drop(db: Reader, letters: Sequence[Key], operator: str, reason: str) -> int:
    """Marks the letters dropped; returns how many. Their rows stay as long as others."""
    return _rows_of(await db.execute(DROP, *_columns(letters), operator, reason))


async def states(db: Reader, letters: Sequence[Key]) -> list[State]:
    """Reads where the events stand."""
    return [State(*row.values()) for row in await db.fetch(STATES, *_columns(letters))]


async def actions(db: Reader, letter: Letter) -> list[asyncpg.Record]:
    """Lists what operators did about the letter, oldest first."""
    return await db.fetch(ACTIONS, letter.event_id, letter.consumer, letter.replay_id)


def _columns(letters: Sequence[Key]) -> tuple[list[object], ...]:
    return tuple(list(column) for column in zip(*letters, strict=True)) or ([], [], [])


def _rows_of(status: str) -> int:
    return int(status.rpartition(" ")[2])
