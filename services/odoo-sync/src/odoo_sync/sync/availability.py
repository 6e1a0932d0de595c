"""Prevents calls to an Odoo that is away, and detects when it is back.

A call that fails is followed by a probe, one cheap call. If the probe fails too, the Odoo is away: until it answers, no
lead is sent there, and each pause allows one probe for all its tenants. If the probe succeeds, only that call failed.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import TypeAlias

import structlog

from common.postgres import Connection
from odoo_sync.protocols.odoo import OdooAway, OdooBlocked, OdooRefused, OdooUnavailable
from odoo_sync.protocols.servers import OdooServer
from odoo_sync.tables import outages
from odoo_sync.tables.outages import Outage

log = structlog.get_logger(__name__)

#: Opens a transaction of the tenant.
Transaction: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]

FIRST_PAUSE = timedelta(seconds=2)
MAX_PAUSE = timedelta(minutes=5)
#: The longest pause that an Odoo may ask for (`Retry-After`).
MAX_ASKED = timedelta(hours=1)
#: How long the right to a probe holds, if whoever took it dies: longer than two calls take.
PROBE_LEASE = timedelta(minutes=2)


def pause_after(failures: int, error: OdooUnavailable) -> timedelta:
    """Returns the pause after so many failures in a row: it doubles, and is at least what Odoo asked for."""
    asked = min(timedelta(seconds=error.retry_after or 0), MAX_ASKED)
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures - 1, 32)
    return max(min(doubled, MAX_PAUSE), asked)


async def require_available(transaction: Transaction, place: str, server: OdooServer) -> None:
    """Raises OdooAway while the Odoo is away. Makes a probe if one is due. Raises OdooBlocked as any call may."""
    async with transaction() as tx:
        outage = await outages.find(tx, place)
        if outage is None:
            return
        if outage.pause or not await outages.take_probe(tx, place, PROBE_LEASE):
            raise away(outage)
    try:
        await server.probe()
    except OdooUnavailable as error:
        pause = pause_after(outage.failures + 1, error)
        async with transaction() as tx:
            await outages.prolong(tx, place, str(error), pause)
        raise away(outage._replace(reason=str(error), pause=pause)) from error
    except OdooRefused:
        pass  # it answers
    except OdooBlocked:
        await note_available(transaction, place)
        raise
    await note_available(transaction, place)


async def outage_or_error(
    transaction: Transaction, place: str, server: OdooServer, error: OdooUnavailable
) -> OdooUnavailable:
    """Returns OdooAway if a probe fails too, and records the outage; else returns the error itself."""
    if error.retry_after is None:  # one that says when to come back is not asked before
        try:
            await server.probe()
        except OdooUnavailable as still:
            error = still
        except (OdooRefused, OdooBlocked):
            return error
        else:
            return error
    async with transaction() as tx:
        is_news = await outages.begin(tx, place, str(error), pause_after(1, error))
        outage = await outages.find(tx, place)
    if is_news:
        log.warning("odoo_away", database=place, reason=str(error))
    return away(outage) if outage is not None else error


async def note_available(transaction: Transaction, place: str) -> None:
    """Ends the outage of this Odoo, if one is known."""
    async with transaction() as tx:
        outage = await outages.find(tx, place)
        has_ended = await outages.end(tx, place)
    if outage is not None and has_ended:
        log.info("odoo_is_back", database=place, away_since=outage.since.isoformat(), probes=outage.failures)


def away(outage: Outage) -> OdooAway:
    """Builds the error for leads that wait for this Odoo."""
    return OdooAway(
        f"waiting for Odoo since {outage.since:%Y-%m-%d %H:%M} UTC: {outage.reason}",
        retry_after=outage.pause.total_seconds(),
        age=outage.age,
    )
