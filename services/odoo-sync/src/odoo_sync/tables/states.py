"""Tenants whose Odoo refuses all calls (`odoo_states`): nothing is sent there until a check finds it in order."""

import asyncio

import structlog

from common.errors import Unavailable
from common.postgres import Connection, Database
from odoo_sync import metrics

log = structlog.get_logger(__name__)

BLOCK = """
    INSERT INTO odoo_states (tenant_id, blocked) VALUES (tenant(), $1)
    ON CONFLICT (tenant_id) DO UPDATE SET blocked = excluded.blocked
    RETURNING xmax = 0 AS is_news
"""
CLEAR = "DELETE FROM odoo_states"
IS_BLOCKED = "SELECT EXISTS (SELECT FROM odoo_states JOIN odoo_connections USING (tenant_id))"
TENANTS = "SELECT tenant_id FROM tenants WHERE active"

#: Seconds between two counts for the gauge.
COUNT_EVERY_S = 30.0


async def block(tx: Connection, reason: str) -> bool:
    """Marks the transaction's tenant blocked; returns whether it was not blocked before, for whatever reason."""
    return bool(await tx.fetchval(BLOCK, reason))


async def clear(tx: Connection) -> bool:
    """Unblocks the transaction's tenant; returns whether it was blocked."""
    return await tx.execute(CLEAR) != "DELETE 0"


async def keep_gauge(database: Database, stage: str) -> None:
    """Counts the blocked tenants every `COUNT_EVERY_S`, until cancelled; goes on when the database is away."""
    gauge = metrics.odoo_blocked.labels(stage)
    while True:
        try:
            gauge.set(await count_blocked(database))
        except Unavailable as error:
            log.warning("blocked_tenants_not_counted", error=str(error))
        await asyncio.sleep(COUNT_EVERY_S)


async def count_blocked(database: Database) -> int:
    """Counts the active tenants that are blocked, each in a transaction of its own."""
    async with database.without_tenant() as tx:
        tenants = [row["tenant_id"] for row in await tx.fetch(TENANTS)]
    blocked = 0
    for tenant_id in tenants:
        async with database.transaction(tenant_id) as tx:
            blocked += bool(await tx.fetchval(IS_BLOCKED))
    return blocked
