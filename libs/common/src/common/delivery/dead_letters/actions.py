"""Changes of dead letters by operators: each is recorded in `dead_letter_actions`, in the same statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from common.delivery.dead_letters.rows import Key, Letter, Reader

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
HISTORY = """
    SELECT action, operator, reason, at FROM dead_letter_actions
     WHERE event_id = $1 AND consumer = $2 AND replay_id = $3 ORDER BY at
"""


class State(NamedTuple):
    """State of a retried event: open, done or dead, with its error and the time of its next attempt."""

    state: str
    error: str | None
    next_at: datetime


async def count_overtaken(db: Reader, letters: Sequence[Key]) -> int:
    """Counts the letters whose key has a younger event that was handled already, or is being handled."""
    return int(await db.fetchval(OVERTAKEN, *_columns(letters)))


async def retry(db: Reader, letters: Sequence[Key], operator: str, reason: str | None) -> int:
    """Opens the rows again for their consumers; returns how many. Younger open events of their keys have to wait."""
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
    """Marks the letters as dropped; returns how many. Their rows are kept as long as all others."""
    return _rows_of(await db.execute(DROP, *_columns(letters), operator, reason))


async def states(db: Reader, letters: Sequence[Key]) -> list[State]:
    """Reads the states of events."""
    return [State(*row.values()) for row in await db.fetch(STATES, *_columns(letters))]


async def history(db: Reader, letter: Letter) -> list[asyncpg.Record]:
    """Lists the operators' actions on the letter, oldest first."""
    return await db.fetch(HISTORY, letter.event_id, letter.consumer, letter.replay_id)


def _columns(letters: Sequence[Key]) -> tuple[list[object], ...]:
    return tuple(list(column) for column in zip(*letters, strict=True)) or ([], [], [])


def _rows_of(status: str) -> int:
    return int(status.rpartition(" ")[2])
