"""`inbox_pauses`: the tenants whose events a consumer does not claim, because a remote system of theirs is away.

A paused tenant's rows stay in the inbox, unclaimed, however many there are. When the pause is over, one replica claims
one row of them, the probe (`Inbox.claim`). If the probe fails in the same way, the pause is prolonged; if not, it ends.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from common.postgres import Connection

BEGIN = """
    INSERT INTO inbox_pauses (consumer, tenant_id, until, reason) VALUES ($1, $2, now() + $3::interval, $4)
    ON CONFLICT DO NOTHING
"""
PROLONG = """
    UPDATE inbox_pauses SET until = now() + $3::interval, reason = $4, failures = failures + 1
     WHERE consumer = $1 AND tenant_id = $2
"""
END = "DELETE FROM inbox_pauses WHERE consumer = $1 AND tenant_id = $2"
TAKE_PROBE = """
    UPDATE inbox_pauses SET until = now() + $3::interval
     WHERE consumer = $1 AND tenant_id = $2 AND until <= now()
    RETURNING failures
"""
RETURN_PROBE = "UPDATE inbox_pauses SET until = now() WHERE consumer = $1 AND tenant_id = $2"
READ = "SELECT tenant_id, since, until, failures, reason FROM inbox_pauses WHERE consumer = $1 ORDER BY tenant_id"


class Pause(NamedTuple):
    """A paused tenant: since when, until when at least, and the failure that caused it."""

    tenant_id: int
    since: datetime
    until: datetime
    failures: int
    reason: str


async def begin(tx: Connection, consumer: str, tenant_id: int, delay: timedelta, reason: str) -> None:
    """Pauses the tenant. An existing pause does not change: only its probe prolongs it."""
    await tx.execute(BEGIN, consumer, tenant_id, delay, reason)


async def prolong(tx: Connection, consumer: str, tenant_id: int, delay: timedelta, reason: str) -> None:
    """Counts a failed probe and prolongs the pause by `delay` from now."""
    await tx.execute(PROLONG, consumer, tenant_id, delay, reason)


async def end(tx: Connection, consumer: str, tenant_id: int) -> None:
    """Ends the pause: the tenant's rows can be claimed again."""
    await tx.execute(END, consumer, tenant_id)


async def take_probe(tx: Connection, consumer: str, tenant_id: int, lease: timedelta) -> int | None:
    """Reserves the probe for one lease; returns the failures so far, `None` if there is nothing to probe."""
    failures: int | None = await tx.fetchval(TAKE_PROBE, consumer, tenant_id, lease)
    return failures


async def return_probe(tx: Connection, consumer: str, tenant_id: int) -> None:
    """Releases the probe for another lane or topic: no row of this one could be claimed."""
    await tx.execute(RETURN_PROBE, consumer, tenant_id)


async def read(tx: Connection, consumer: str) -> list[Pause]:
    """Lists the consumer's paused tenants."""
    return [Pause(*row.values()) for row in await tx.fetch(READ, consumer)]
