"""The inbox rows of a replay: writes them, counts open ones, and reports the outcomes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeAlias, cast
from uuid import UUID

import asyncpg

from common.delivery.inbox import Arrival, Inbox
from common.delivery.inbox.redacted_arrivals import redacted
from common.forgotten import suppression
from common.ids import NO_REPLAY
from common.postgres import Connection

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KNOWN = """
    SELECT state, count(*) AS events
      FROM unnest($2::uuid[], $3::uuid[]) AS asked (event_id, replay_id)
      JOIN inbox i ON i.consumer = $1 AND i.event_id = asked.event_id AND i.replay_id = asked.replay_id
     GROUP BY state
"""
OPEN = """
    SELECT count(*) FROM (
        SELECT 1 FROM inbox
         WHERE consumer = $1 AND topic = $2 AND state = 'open' AND replay_id = $3 LIMIT $4) AS rows
"""
OUTCOMES = (
    "SELECT state, count(*) AS events FROM inbox WHERE consumer = $1 AND topic = $2 AND replay_id = $3 GROUP BY 1"
)
OFFSETS = "SELECT nextval('replayed_offsets') FROM generate_series(1, $1)"


class Outcomes(NamedTuple):
    """Numbers of a rerun's events by state in the consumer's inbox."""

    done: int = 0
    dead: int = 0
    open: int = 0


def as_repeat(arrival: Arrival, committed: Mapping[int, int]) -> Arrival:
    """Builds the row like the consumer's own intake, but in the nightly lane.

    It keeps its lane behind what the consumer has `committed` of its partition: a rep may be waiting for it.
    """
    is_read = arrival.offset < committed.get(arrival.partition, 0)
    return arrival._replace(lane="nightly") if is_read else arrival


async def known(db: Owner, consumer: str, arrivals: Sequence[Arrival]) -> Counter[str]:
    """Counts by state the events that the consumer already has."""
    ids = [it.event_id for it in arrivals], [it.replay_id for it in arrivals]
    return Counter({row["state"]: row["events"] for row in await db.fetch(KNOWN, consumer, *ids)})


async def add(db: Owner, consumer: str, arrivals: Sequence[Arrival]) -> int:
    """Writes the new ones among these rows, in this order, without forgotten values, and returns their number."""
    inbox = Inbox(consumer, timedelta(0))  # claims nothing, so it needs no lease
    allowed = redacted(arrivals, await suppression.read(cast(Connection, db)))
    return await inbox.take_in(cast(Connection, db), allowed)


async def next_offsets(db: Owner, count: int) -> list[int]:
    """Reserves so many offsets after all others, in order."""
    return [row[0] for row in await db.fetch(OFFSETS, count)]


async def count_open(db: Owner, consumer: str, topic: str, replay_id: UUID, limit: int) -> int:
    """Counts the replay's open rows, up to a limit; for a repeat (`NO_REPLAY`) all live ones of the topic."""
    return int(await db.fetchval(OPEN, consumer, topic, replay_id, limit))


async def outcomes(db: Owner, consumer: str, topic: str, replay_id: UUID) -> Outcomes:
    """Counts the rows of a rerun by state."""
    assert replay_id != NO_REPLAY  # noqa: S101 # a repeat has no rows of its own
    return Outcomes(**{row["state"]: row["events"] for row in await db.fetch(OUTCOMES, consumer, topic, replay_id)})
