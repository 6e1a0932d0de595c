"""Threads and their states in PostgreSQL (`agent_threads`, `agent_checkpoints`). Only its subject sees a thread."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from common.postgres import Connection
from gateway.agent.states import Checkpoint, Status, Thread
from gateway.http.problems import Problem

_THREAD = """
    SELECT thread_id, metadata::text, created_at, updated_at,
           (SELECT added::text FROM agent_checkpoints
             WHERE tenant_id = tenant() AND thread_id = thread.thread_id AND run_id IS NOT NULL
             ORDER BY number LIMIT 1) AS first,
           EXISTS (SELECT FROM agent_runs WHERE tenant_id = tenant() AND thread_id = thread.thread_id
                      AND status IN ('pending', 'running')) AS is_busy,
           (SELECT status FROM agent_runs WHERE tenant_id = tenant() AND thread_id = thread.thread_id
             ORDER BY number DESC LIMIT 1) AS last_run
      FROM agent_threads thread WHERE tenant_id = tenant() AND subject = $1
"""
FIND = f"{_THREAD} AND thread_id = $2"
SEARCH = f"""{_THREAD} AND metadata @> $2::jsonb
       AND ($3::text IS NULL OR strpos(lower(metadata->>'title'), lower($3)) > 0
            OR EXISTS (SELECT FROM agent_checkpoints said, json_array_elements(said.added) message
                        WHERE said.tenant_id = tenant() AND said.thread_id = thread.thread_id
                          AND strpos(lower(message->>'content'), lower($3)) > 0))
     ORDER BY updated_at DESC, thread_id DESC LIMIT $4 OFFSET $5
"""

CREATE = """
    INSERT INTO agent_threads (tenant_id, thread_id, subject, metadata) VALUES (tenant(), $1, $2, $3::jsonb)
    ON CONFLICT DO NOTHING RETURNING true
"""

# One run after the other changes a thread, so the row is locked first.
LOCK = "SELECT true FROM agent_threads WHERE tenant_id = tenant() AND thread_id = $1 AND subject = $2 FOR UPDATE"

STAMP = """
    UPDATE agent_threads SET metadata = metadata || $2::jsonb, updated_at = clock_timestamp()
     WHERE tenant_id = tenant() AND thread_id = $1
"""

RENAME = """
    UPDATE agent_threads SET metadata = metadata || $3::jsonb
     WHERE tenant_id = tenant() AND subject = $1 AND thread_id = $2 RETURNING true
"""

# A run's execution locks its run before its thread: so does this, or the two could wait for each other.
LOCK_RUNS = """
    SELECT run_id FROM agent_runs
     WHERE tenant_id = tenant() AND thread_id = $2
       AND EXISTS (SELECT FROM agent_threads WHERE tenant_id = tenant() AND thread_id = $2 AND subject = $1)
     ORDER BY number FOR UPDATE
"""
DELETE = (
    """DELETE FROM agent_events WHERE tenant_id = tenant()
          AND run_id IN (SELECT run_id FROM agent_runs WHERE tenant_id = tenant() AND thread_id = $1)""",
    "DELETE FROM agent_checkpoints WHERE tenant_id = tenant() AND thread_id = $1",
    "DELETE FROM agent_runs WHERE tenant_id = tenant() AND thread_id = $1",
    "DELETE FROM agent_threads WHERE tenant_id = tenant() AND thread_id = $1",
)

CHECKPOINTS = """
    SELECT checkpoint_id, parent_id, run_id, added::text, proposal::text, created_at
      FROM agent_checkpoints WHERE tenant_id = tenant() AND thread_id = $1 ORDER BY number
"""

ADD = """
    INSERT INTO agent_checkpoints (tenant_id, thread_id, checkpoint_id, parent_id, run_id, added, proposal)
    VALUES (tenant(), $1, $2, $3, $4, $5::json, $6::json)
"""


async def find(tx: Connection, subject: str, thread_id: UUID) -> Thread | None:
    """Finds a thread of the subject."""
    row = await tx.fetchrow(FIND, subject, thread_id)
    return None if row is None else _thread(row)


async def search(
    tx: Connection, subject: str, metadata: dict[str, Any], text: str | None, *, limit: int, offset: int
) -> list[Thread]:
    """Finds the subject's threads with this metadata and these words, the latest change first."""
    return [_thread(row) for row in await tx.fetch(SEARCH, subject, json.dumps(metadata), text, limit, offset)]


async def create(tx: Connection, subject: str, thread_id: UUID, metadata: dict[str, Any]) -> bool:
    """Creates a thread. Returns False if the tenant has one with this id."""
    return bool(await tx.fetchval(CREATE, thread_id, subject, json.dumps(metadata)))


async def lock(tx: Connection, subject: str, thread_id: UUID) -> bool:
    """Locks a thread of the subject until the transaction ends. Returns False if there is none."""
    return bool(await tx.fetchval(LOCK, thread_id, subject))


async def stamp(tx: Connection, thread_id: UUID, metadata: dict[str, Any]) -> None:
    """Adds to a thread's metadata, and makes it the newest."""
    await tx.execute(STAMP, thread_id, json.dumps(metadata))


async def rename(tx: Connection, subject: str, thread_id: UUID, metadata: dict[str, Any]) -> bool:
    """Adds to the metadata of a thread of the subject. Returns False if there is none."""
    return bool(await tx.fetchval(RENAME, subject, thread_id, json.dumps(metadata)))


async def delete(tx: Connection, subject: str, thread_id: UUID) -> bool:
    """Deletes a thread of the subject with all its messages. Returns False if there is none."""
    await tx.fetch(LOCK_RUNS, subject, thread_id)
    if not await lock(tx, subject, thread_id):
        return False
    for statement in DELETE:
        await tx.execute(statement, thread_id)
    return True


async def checkpoints(tx: Connection, thread_id: UUID) -> list[Checkpoint]:
    """Reads all states of a thread, in the order of their creation."""
    return [
        Checkpoint(
            row["checkpoint_id"],
            row["parent_id"],
            row["run_id"],
            json.loads(row["added"]),
            None if row["proposal"] is None else json.loads(row["proposal"]),
            row["created_at"],
        )
        for row in await tx.fetch(CHECKPOINTS, thread_id)
    ]


async def add(
    tx: Connection,
    thread_id: UUID,
    checkpoint_id: UUID,
    *,
    parent_id: UUID | None = None,
    run_id: UUID | None = None,
    messages: Sequence[dict[str, Any]] = (),
    proposal: dict[str, Any] | None = None,
) -> None:
    """Adds a state."""
    waiting = None if proposal is None else json.dumps(proposal)
    await tx.execute(ADD, thread_id, checkpoint_id, parent_id, run_id, json.dumps(list(messages)), waiting)


def no_such(thread_id: UUID) -> Problem:
    """Builds the 404 for a thread that the caller does not have."""
    return Problem(404, "No such thread", f"You have no thread {thread_id}.")


def _thread(row: Any) -> Thread:
    last: Status = row["last_run"] if row["last_run"] in ("interrupted", "error") else "idle"
    return Thread(
        row["thread_id"],
        json.loads(row["metadata"]),
        "busy" if row["is_busy"] else last,
        row["created_at"],
        row["updated_at"],
        None if row["first"] is None else json.loads(row["first"]),
    )
