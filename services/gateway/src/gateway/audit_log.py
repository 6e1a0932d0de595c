"""Administrative acts (table `audit_log`): an act's record is written in the transaction of the act itself.

Rows are only added: the services' role may neither change nor delete them. Secrets never go into `details`.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from common.postgres import Connection
from gateway.access.caller import Caller

Act = Literal[
    "icp.changed",
    "user.saved",
    "user.removed",
    "api_key.created",
    "api_key.revoked",
    "odoo.connected",
    "odoo.checked",
    "run.requested",
    "enrichment.requested",
    "dead_letters.retried",
]

WRITE = """
    INSERT INTO audit_log (tenant_id, actor, role, source, act, object, details)
    VALUES (tenant(), $1, $2, $3, $4, $5, $6::jsonb)
"""

# Newest first, by the index of the primary key.
LATEST = """
    SELECT id, at, actor, role, source, act, object, details::text
      FROM audit_log WHERE tenant_id = tenant() AND id < $1 ORDER BY id DESC LIMIT $2
"""


class Entry(BaseModel):
    """An administrative act: its actor, time, kind and object."""

    id: int
    at: datetime
    actor: str = Field(description="subject of the token, `key:<id>` of an API key, or the operator's login name")
    role: str
    source: str = Field(description="credential of the actor, or `command` for the operator's command")
    act: str = Field(examples=["api_key.created"])
    object: str = Field(description="the thing that the act changed", examples=["ann@example.com"])
    details: dict[str, Any]


async def write(tx: Connection, caller: Caller, act: Act, of: str, details: Mapping[str, object] | None = None) -> None:
    """Records that the caller did this act on the object `of`, for the tenant of the transaction `tx`.

    Call it in the transaction that makes the change, after the change: both commit, or neither. `details` are JSON
    values that help an admin to understand the act, such as the new role; never a secret, a key or a password.
    """
    await tx.execute(WRITE, caller.subject, caller.role, caller.source, act, of, json.dumps(details or {}))


async def latest(tx: Connection, *, before: int, limit: int) -> list[Entry]:
    """Finds the tenant's latest acts before an id, newest first."""
    rows = await tx.fetch(LATEST, before, limit)
    return [Entry(**{**row, "details": json.loads(row["details"])}) for row in rows]
