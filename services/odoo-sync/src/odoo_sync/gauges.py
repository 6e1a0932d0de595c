"""Gauges of the tenants whose leads cannot be sent: blocked ones, and those whose Odoo is away."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

import structlog

from common.background import until_tick
from common.errors import Unavailable
from common.postgres import Database, active_tenants
from odoo_sync import metrics

log = structlog.get_logger(__name__)

STATE = """
    SELECT EXISTS (SELECT FROM odoo_states JOIN odoo_connections USING (tenant_id)) AS is_blocked,
           (SELECT now() - since FROM odoo_outages JOIN odoo_connections ON place = url || ' ' || database) AS waiting
"""

#: Seconds between two counts.
COUNT_EVERY_S = 30.0


class Counts(NamedTuple):
    """The number of blocked and of waiting tenants, and the longest wait."""

    blocked: int
    waiting: int
    longest: timedelta


async def keep_gauges(database: Database, stage: str) -> None:
    """Sets the gauges every `COUNT_EVERY_S`, until it is cancelled; survives outages of the database."""
    while True:
        try:
            counts = await count(database)
        except Unavailable as error:
            log.warning("tenants_not_counted", error=str(error))
        else:
            metrics.odoo_blocked.labels(stage).set(counts.blocked)
            metrics.odoo_waiting.labels(stage).set(counts.waiting)
            metrics.odoo_waiting_seconds.labels(stage).set(counts.longest.total_seconds())
        await asyncio.sleep(until_tick(COUNT_EVERY_S))


async def count(database: Database) -> Counts:
    """Counts the active tenants that are blocked or wait, with a transaction for each."""
    async with database.without_tenant() as tx:
        tenants = await active_tenants(tx)
    blocked, waits = 0, []
    for tenant_id in tenants:
        async with database.transaction(tenant_id) as tx:
            state = await tx.fetchrow(STATE)
        assert state is not None  # noqa: S101 # the statement returns one row
        blocked += state["is_blocked"]
        if state["waiting"] is not None and not state["is_blocked"]:
            waits.append(state["waiting"])
    return Counts(blocked, len(waits), max(waits, default=timedelta(0)))
