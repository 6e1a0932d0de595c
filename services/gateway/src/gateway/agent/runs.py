"""Runs and their events in PostgreSQL (tables `agent_runs`, `agent_events`).

A run belongs to the replica that holds its lease. Every write names the claim under which it is made: a replica that
lost the run, since it was frozen for longer than the lease, writes nothing.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from common.errors import Transient
from common.postgres import Connection

RunStatus = Literal["pending", "running", "success", "error", "interrupted"]

#: How long a run is its replica's without a sign of life.
LEASE = timedelta(seconds=10)

#: Events are kept for this long, and a run has so many at most.
KEPT = timedelta(hours=1)
MAX_EVENTS = 1000

#: The most unfinished runs of a thread, and the most in all.
MAX_OPEN, MAX_RUNS = 5, 500

COUNT = """
    SELECT count(*) AS runs, count(*) FILTER (WHERE status IN ('pending', 'running')) AS open
      FROM agent_runs WHERE tenant_id = tenant() AND thread_id = $1
"""

CREATE = """
    INSERT INTO agent_runs (tenant_id, run_id, thread_id, message_id, input, lease_until)
    VALUES (tenant(), $1, $2, $3, $4::jsonb, clock_timestamp() + $5)
    ON CONFLICT DO NOTHING RETURNING true
"""

_RUN = """
    SELECT run.run_id, run.thread_id, run.number, run.input::text, run.status, run.claim, run.created_at,
           run.updated_at, thread.subject,
           run.status IN ('pending', 'running') AND run.lease_until < clock_timestamp() AS is_orphan
      FROM agent_runs run JOIN agent_threads thread USING (tenant_id, thread_id) WHERE run.tenant_id = tenant()
"""
FIND = f"{_RUN} AND run.run_id = $1 AND run.thread_id = $2 AND thread.subject = $3"
OF_MESSAGE = f"{_RUN} AND run.thread_id = $1 AND run.message_id = $2"
UNFINISHED = (
    f"{_RUN} AND run.thread_id = $1 AND run.status IN ('pending', 'running') AND run.number < $2 ORDER BY run.number"
)

TAKE_OVER = """
    UPDATE agent_runs SET claim = claim + 1, lease_until = clock_timestamp() + $2
     WHERE tenant_id = tenant() AND run_id = $1 AND status IN ('pending', 'running')
       AND lease_until < clock_timestamp() RETURNING claim
"""
EXTEND = """
    UPDATE agent_runs SET lease_until = clock_timestamp() + $3
     WHERE tenant_id = tenant() AND run_id = $1 AND claim = $2 AND status IN ('pending', 'running') RETURNING true
"""
SET_STATUS = """
    UPDATE agent_runs SET status = $3, updated_at = clock_timestamp()
     WHERE tenant_id = tenant() AND run_id = $1 AND claim = $2 AND status IN ('pending', 'running') RETURNING true
"""

# The run's row is locked, so that numbers have no gaps and the claim stays as it is.
CHECK = "SELECT true FROM agent_runs WHERE tenant_id = tenant() AND run_id = $1 AND claim = $2 FOR UPDATE"
WRITE = """
    INSERT INTO agent_events (tenant_id, run_id, number, key, event, data)
    SELECT tenant(), $1, held.count + row_number() OVER (ORDER BY place), key, event, data
      FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS new (key, event, data, place),
           (SELECT count(*) FROM agent_events WHERE tenant_id = tenant() AND run_id = $1) AS held
     WHERE NOT EXISTS (SELECT FROM agent_events old
                        WHERE old.tenant_id = tenant() AND old.run_id = $1 AND old.key = new.key)
       AND held.count + place <= $5
"""
EVENTS = """
    SELECT number, event, data FROM agent_events
     WHERE tenant_id = tenant() AND run_id = $1 AND number > $2 ORDER BY number
"""
FORGET = "DELETE FROM agent_events WHERE tenant_id = tenant() AND created_at < clock_timestamp() - $1::interval"


class ClaimLost(Transient):
    """Another replica has taken the run over."""


class Run(NamedTuple):
    """A run as a replica sees it."""

    run_id: UUID
    thread_id: UUID
    number: int
    input: dict[str, Any]
    status: RunStatus
    claim: int
    created_at: datetime
    updated_at: datetime
    subject: str
    is_orphan: bool

    @property
    def is_over(self) -> bool:
        """Whether the run has ended."""
        return self.status not in ("pending", "running")


class StoredEvent(NamedTuple):
    """An event of a run. Its number is its id in the stream."""

    number: int
    event: str
    data: str


class NewEvent(NamedTuple):
    """An event to be stored. One with a key that the run has used is left out."""

    key: str
    event: str
    data: str


class Counts(NamedTuple):
    """Runs of a thread: all, and those that have not ended."""

    runs: int
    open: int


async def count(tx: Connection, thread_id: UUID) -> Counts:
    """Counts the thread's runs."""
    row = await tx.fetchrow(COUNT, thread_id)
    return Counts(row["runs"], row["open"]) if row else Counts(0, 0)


async def create(tx: Connection, run_id: UUID, thread_id: UUID, message_id: str | None, given: dict[str, Any]) -> bool:
    """Creates a run, with a lease for its creator. Returns False if the message has a run already."""
    return bool(await tx.fetchval(CREATE, run_id, thread_id, message_id, json.dumps(given), LEASE))


async def find(tx: Connection, run_id: UUID, thread_id: UUID, subject: str) -> Run | None:
    """Finds a run of the subject's thread."""
    row = await tx.fetchrow(FIND, run_id, thread_id, subject)
    return None if row is None else _run(row)


async def of_message(tx: Connection, thread_id: UUID, message_id: str) -> Run | None:
    """Finds the run that answers the message with this id."""
    row = await tx.fetchrow(OF_MESSAGE, thread_id, message_id)
    return None if row is None else _run(row)


async def unfinished(tx: Connection, thread_id: UUID, before: int) -> list[Run]:
    """Finds the thread's runs before a number that have not ended, in order."""
    return [_run(row) for row in await tx.fetch(UNFINISHED, thread_id, before)]


async def take_over(tx: Connection, run_id: UUID) -> int | None:
    """Claims a run whose lease has ended; `None` if the run has ended or another replica has claimed it."""
    claim: int | None = await tx.fetchval(TAKE_OVER, run_id, LEASE)
    return claim


async def extend(tx: Connection, run: Run, *, by: timedelta = LEASE) -> bool:
    """Extends the lease; zero releases the run. Returns False if the claim is lost or the run has ended."""
    return bool(await tx.fetchval(EXTEND, run.run_id, run.claim, by))


async def set_status(tx: Connection, run: Run, status: RunStatus) -> None:
    """Sets the status. Raises ClaimLost."""
    if not await tx.fetchval(SET_STATUS, run.run_id, run.claim, status):
        raise ClaimLost(f"run {run.run_id} is another replica's")


async def write(tx: Connection, run: Run, events: Sequence[NewEvent]) -> None:
    """Stores events of the run, in order. Raises ClaimLost."""
    if not await tx.fetchval(CHECK, run.run_id, run.claim):
        raise ClaimLost(f"run {run.run_id} is another replica's")
    keys, names, data = [it.key for it in events], [it.event for it in events], [it.data for it in events]
    await tx.execute(WRITE, run.run_id, keys, names, data, MAX_EVENTS)


async def events_after(tx: Connection, run_id: UUID, number: int) -> list[StoredEvent]:
    """Reads the events of a run after a number."""
    return [StoredEvent(**row) for row in await tx.fetch(EVENTS, run_id, number)]


async def forget_old_events(tx: Connection) -> None:
    """Deletes events of the tenant that are older than KEPT."""
    await tx.execute(FORGET, KEPT)


def _run(row: Any) -> Run:
    return Run(**{**row, "input": json.loads(row["input"])})
