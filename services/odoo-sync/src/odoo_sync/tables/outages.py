"""Odoos that are away (`odoo_outages`), by place: tenants may share one. Times are the database's.

While an Odoo is away, each pause allows one probe, whichever replica or tenant takes it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from common.postgres import Connection

FIND = """
    SELECT since, now() - since, greatest(probe_at - now(), '0'), failures, reason FROM odoo_outages WHERE place = $1
"""
BEGIN = """
    INSERT INTO odoo_outages (place, reason, probe_at) VALUES ($1, $2, now() + $3::interval)
    ON CONFLICT (place) DO NOTHING
"""
TAKE_PROBE = "UPDATE odoo_outages SET probe_at = now() + $2::interval WHERE place = $1 AND probe_at <= now()"
PROLONG = """
    UPDATE odoo_outages SET probe_at = now() + $3::interval, failures = failures + 1, reason = $2 WHERE place = $1
"""
END = "DELETE FROM odoo_outages WHERE place = $1"
FIND_TENANTS = """
    SELECT since, now() - since, greatest(probe_at - now(), '0'), failures, reason
      FROM odoo_outages JOIN odoo_connections ON place = url || ' ' || database
"""


class Outage(NamedTuple):
    """An Odoo's outage: its beginning, its age, the time to the next probe, the failures so far and the last reason."""

    since: datetime
    age: timedelta
    pause: timedelta
    failures: int
    reason: str


async def find(tx: Connection, place: str) -> Outage | None:
    """Reads the outage of an Odoo; `None` if none is known."""
    row = await tx.fetchrow(FIND, place)
    return Outage(*row.values()) if row is not None else None


async def find_of_tenant(tx: Connection) -> Outage | None:
    """Reads the outage of the Odoo that the transaction's tenant is connected to."""
    row = await tx.fetchrow(FIND_TENANTS)
    return Outage(*row.values()) if row is not None else None


async def begin(tx: Connection, place: str, reason: str, pause: timedelta) -> bool:
    """Records an outage; returns whether it was new. A known one does not change."""
    return await tx.execute(BEGIN, place, reason, pause) == "INSERT 0 1"


async def take_probe(tx: Connection, place: str, lease: timedelta) -> bool:
    """Reserves the next probe for a lease; returns False if none is due, or another process reserved it."""
    return await tx.execute(TAKE_PROBE, place, lease) == "UPDATE 1"


async def prolong(tx: Connection, place: str, reason: str, pause: timedelta) -> None:
    """Records a failed probe; the next is due after the pause."""
    await tx.execute(PROLONG, place, reason, pause)


async def end(tx: Connection, place: str) -> bool:
    """Records that the Odoo answers; returns whether an outage was known."""
    return await tx.execute(END, place) == "DELETE 1"
