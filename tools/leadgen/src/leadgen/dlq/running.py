"""Retries and drops letters, and reports the outcome."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from common.delivery import dead_letters
from common.delivery.dead_letters import Group, Key, Letter, Reader, Selection
from common.errors import Permanent
from leadgen.database.owner_connection import connected
from leadgen.dlq.correction import Corrected

#: Rows that a transaction opens again.
BATCH = 500
#: Seconds between looks at the outcome.
POLL_S = 0.1


class NoSuchLetter(Permanent):
    """The operator's selection matches no dead letter, or more than one."""


class Retried(NamedTuple):
    """Retried letters, those among them with a later event of the key that is done, and the outcomes."""

    letters: int
    overtaken: int
    done: int = 0
    open: int = 0
    dead: int = 0
    reasons: tuple[str, ...] = ()
    next_at: datetime | None = None


async def groups(database_url: str, selected: Selection) -> list[Group]:
    """Groups letters by consumer, topic and reason."""
    async with connected(database_url) as db:
        return await dead_letters.groups(db, selected)


async def found(database_url: str, selected: Selection) -> list[Letter]:
    """Reads letters."""
    async with connected(database_url) as db:
        return await dead_letters.find(db, selected)


async def one(database_url: str, selected: Selection) -> tuple[Letter, list[dict[str, Any]], bool]:
    """Reads one letter, the actions on it, and whether it is overtaken. Raises NoSuchLetter."""
    async with connected(database_url) as db:
        letter = await _only(db, selected)
        done = [dict(row) for row in await dead_letters.history(db, letter)]
        return letter, done, bool(await dead_letters.count_overtaken(db, [letter.row_key]))


async def retry(
    database_url: str, selected: Selection, operator: str, reason: str | None, *, dry_run: bool, wait_s: float
) -> Retried:
    """Opens all selected letters again, oldest first, and waits for their outcomes. Raises NoSuchLetter."""
    async with connected(database_url) as db:
        chosen = await _chosen(db, selected)
        overtaken = await dead_letters.count_overtaken(db, chosen)
        if dry_run:
            return Retried(len(chosen), overtaken)
        opened = 0
        for start in range(0, len(chosen), BATCH):
            opened += await dead_letters.retry(db, chosen[start : start + BATCH], operator, reason)
        return await _settled(db, chosen, opened, overtaken, wait_s)


async def correct(
    database_url: str, letter: Letter, corrected: Corrected, operator: str, reason: str | None, *, wait_s: float
) -> Retried:
    """Replaces the message of a letter, opens it again, and waits for its outcome. Raises NoSuchLetter."""
    async with connected(database_url) as db:
        chosen = [letter.row_key]
        overtaken = await dead_letters.count_overtaken(db, chosen)
        if not await dead_letters.correct(db, letter.row_key, operator, reason, **corrected._asdict()):
            raise NoSuchLetter(f"{letter.event_id} is not a dead letter any more")
        return await _settled(db, chosen, 1, overtaken, wait_s)


async def drop(database_url: str, selected: Selection, operator: str, reason: str, *, dry_run: bool) -> int:
    """Marks all selected letters as dropped; returns their number. Raises NoSuchLetter."""
    async with connected(database_url) as db:
        chosen = await _chosen(db, selected)
        if dry_run:
            return len(chosen)
        return await dead_letters.drop(db, chosen, operator, reason)


async def _chosen(db: Reader, selected: Selection) -> list[Key]:
    chosen = await dead_letters.keys(db, selected)
    if missing := set(selected.ids or ()) - {it.event_id for it in chosen}:
        raise NoSuchLetter(f"no dead letter has the id {', '.join(sorted(map(str, missing)))}; nothing was done")
    if not chosen:
        raise NoSuchLetter("no dead letter matches")
    return chosen


async def _only(db: Reader, selected: Selection) -> Letter:
    some = await dead_letters.find(db, selected)
    if len(some) != 1:
        asked = ", ".join(map(str, selected.ids or ()))
        consumers = ", ".join(sorted({it.consumer for it in some}))
        detail = f"{len(some)} dead letters have this id: add --consumer ({consumers})" if some else "no dead letter"
        raise NoSuchLetter(f"{asked}: {detail}")
    return some[0]


async def _settled(db: Reader, chosen: Sequence[Key], opened: int, overtaken: int, wait_s: float) -> Retried:
    until = time.monotonic() + wait_s
    while True:
        states = await dead_letters.states(db, chosen)
        waiting = [it.next_at for it in states if it.state == "open"]
        if not waiting or time.monotonic() >= until:
            break
        await asyncio.sleep(POLL_S)
    counted = Counter(it.state for it in states)
    reasons = tuple(sorted({it.error or "" for it in states if it.state == "dead"}))
    next_at = min(waiting, default=None)
    return Retried(opened, overtaken, counted["done"], counted["open"], counted["dead"], reasons, next_at)
