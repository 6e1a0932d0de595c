"""The table `replays`: each replay's operator, slice, consumer, time, reason and progress.

One replay of a topic into a consumer runs at a time: its process holds an advisory lock, which is free when it ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from leadgen.replay.errors import ReplayRefused
from leadgen.replay.planning import Plan
from leadgen.replay.slices import Slice

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Kind = Literal["repeat", "rerun", "rewind"]

_COLUMNS = """
    replay_id, kind, topic, consumer, slice, afresh, rate, operator, reason, state, started_at, ended_at, events,
    first_at, last_at, ends, positions, played, added, recognised
"""
BEGIN = """
    INSERT INTO replays (replay_id, kind, topic, consumer, slice, afresh, rate, operator, reason, events, first_at,
                         last_at, ends, positions)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
FIND = f"SELECT {_COLUMNS} FROM replays WHERE replay_id = $1"  # noqa: S608 - a constant
FIND_UNFINISHED = f"""
    SELECT {_COLUMNS} FROM replays
     WHERE state = 'running' AND kind = $1 AND topic = $2 AND consumer = $3 AND slice = $4 AND afresh = $5
     ORDER BY started_at DESC LIMIT 1
"""  # noqa: S608
FIND_OTHER = f"""
    SELECT {_COLUMNS} FROM replays WHERE state = 'running' AND kind = 'rerun' AND topic = $1 AND consumer = $2
     ORDER BY started_at DESC LIMIT 1
"""  # noqa: S608
FIND_REWINDS = f"""
    SELECT {_COLUMNS} FROM replays WHERE state = 'running' AND kind = 'rewind' AND topic = $1 AND consumer = $2
"""  # noqa: S608
LIST = f"SELECT {_COLUMNS} FROM replays ORDER BY started_at DESC LIMIT $1"  # noqa: S608
ADVANCE = """
    UPDATE replays SET positions = $2, played = $3, added = $4, recognised = $5 WHERE replay_id = $1
"""
END_REWINDS = """
    UPDATE replays SET state = 'done', ended_at = now()
     WHERE kind = 'rewind' AND state = 'running' AND topic = $1 AND consumer = $2
"""
END = "UPDATE replays SET state = $2, ended_at = now() WHERE replay_id = $1 AND state = 'running' RETURNING true"
LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"


@dataclass
class Replay:
    """A row of the table."""

    replay_id: UUID
    kind: Kind
    slice: Slice
    consumer: str
    afresh: bool
    rate: int | None
    operator: str
    reason: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    events: int
    first_at: datetime | None
    last_at: datetime | None
    ends: dict[int, int]
    positions: dict[int, int]
    played: int = 0
    added: int = 0
    recognised: dict[str, int] = field(default_factory=dict)


async def begin(
    db: Owner,
    replay_id: UUID,
    kind: Kind,
    it: Slice,
    consumer: str,
    plan: Plan,
    *,
    afresh: bool,
    rate: int | None,
    operator: str,
    reason: str,
) -> Replay:
    """Records a replay before its start, and returns it."""
    span = plan.events, plan.first_at, plan.last_at
    places = _json(plan.ends), _json(plan.starts)
    what = kind, it.topic, consumer, _json(it.as_dict()), afresh, rate, operator, reason
    await db.execute(BEGIN, replay_id, *what, *span, *places)
    return await get(db, replay_id)


async def get(db: Owner, replay_id: UUID) -> Replay:
    """Reads a replay. Raises ReplayRefused if there is none."""
    row = await db.fetchrow(FIND, replay_id)
    if row is None:
        raise ReplayRefused(f"there is no replay {replay_id}: `leadgen replay list` shows them")
    return _replay(row)


async def find_unfinished(db: Owner, kind: Kind, it: Slice, consumer: str, *, afresh: bool) -> Replay | None:
    """Finds the replay of the same slice that was killed or interrupted."""
    row = await db.fetchrow(FIND_UNFINISHED, kind, it.topic, consumer, _json(it.as_dict()), afresh)
    return None if row is None else _replay(row)


async def require_no_other_rerun(db: Owner, topic: str, consumer: str) -> None:
    """Checks that no rerun of another slice was interrupted: a new one would play its first part twice."""
    if row := await db.fetchrow(FIND_OTHER, topic, consumer):
        it = _replay(row)
        raise ReplayRefused(
            f"the rerun of {it.slice} into {consumer} was interrupted at {it.played} of {it.events}: "
            f"`leadgen replay resume {it.replay_id}` resumes it, `leadgen replay abandon {it.replay_id}` ends it"
        )


async def require_rewinds_read(db: Owner, topic: str, consumer: str, positions: Mapping[int, int]) -> None:
    """Checks that the group, at these positions, has read everything that an earlier rewind asked for."""
    for row in await db.fetch(FIND_REWINDS, topic, consumer):
        it = _replay(row)
        if left := sum(max(0, end - positions.get(number, end)) for number, end in it.ends.items()):
            raise ReplayRefused(
                f"{consumer} has yet to read {left} of the {it.events} events that rewind {it.replay_id} has handled "
                f"again: start {consumer} so that it reads them, or give them up with "
                f"`leadgen replay abandon {it.replay_id}`"
            )


async def newest(db: Owner, limit: int) -> list[Replay]:
    """Lists the latest replays, newest first."""
    return [_replay(row) for row in await db.fetch(LIST, limit)]


async def advance(db: Owner, it: Replay) -> None:
    """Saves the replay's position. Belongs in the transaction of the events that it played."""
    numbers = it.played, it.added, _json(it.recognised)
    await db.execute(ADVANCE, it.replay_id, _json(it.positions), *numbers)


async def end(db: Owner, replay_id: UUID, state: Literal["done", "abandoned"]) -> None:
    """Ends a running replay. Raises ReplayRefused if it has ended already."""
    if not await db.fetchval(END, replay_id, state):
        raise ReplayRefused(f"replay {replay_id} has ended already")


async def end_rewinds(db: Owner, topic: str, consumer: str) -> None:
    """Ends earlier rewinds of the topic, so that their events are not handled yet again."""
    await db.execute(END_REWINDS, topic, consumer)


async def lock(db: Owner, topic: str, consumer: str) -> None:
    """Prevents other replays of this topic into this consumer while the connection lasts. Raises ReplayRefused."""
    if not await db.fetchval(LOCK, f"replay of {topic} into {consumer}"):
        raise ReplayRefused(f"another replay of {topic} into {consumer} is running")


def _replay(row: asyncpg.Record) -> Replay:
    found: dict[str, Any] = dict(row)
    found["slice"] = Slice.from_dict(found.pop("topic"), orjson.loads(found["slice"]))
    found["recognised"] = orjson.loads(found["recognised"])
    for name in ("ends", "positions"):
        found[name] = {int(number): at for number, at in orjson.loads(found[name]).items()}
    return Replay(**found)


def _json(value: Mapping[Any, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS).decode()
