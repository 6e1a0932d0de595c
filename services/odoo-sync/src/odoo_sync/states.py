"""Whose Odoo refuses us altogether (`odoo_states`): nothing is sent there until a check finds that it is well again."""

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
    """Notes that the transaction's tenant is blocked, and why; False when it was already, by whatever reason."""
    return bool(await tx.fetchval(BLOCK, reason))


async def clear(tx: Connection) -> bool:
    """The transaction's tenant is well again; whether it was blocked."""
    return await tx.execute(CLEAR) != "DELETE 0"


async def keep_gauge(database: Database, stage: str) -> None:
    """Counts the blocked tenants, again and again, for as long as it runs; survives the database being away."""
    gauge = metrics.odoo_blocked.labels(stage)
    while True:
        try:
            gauge.set(await count_blocked(database))
        except Unavailable as error:
            log.warning("blocked_tenants_not_counted", error=str(error))
        await asyncio.sleep(COUNT_EVERY_S)


async def count_blocked(database: Database) -> int:
    """How many active tenants are blocked. Each is asked for in its own transaction: tenants never meet."""
    async with database.without_tenant() as tx:
        tenants = [row["tenant_id"] for row in await tx.fetch(TENANTS)]
    blocked = 0
    for tenant_id in tenants:
        async with database.transaction(tenant_id) as tx:
            blocked += bool(await tx.fetchval(IS_BLOCKED))
    return blocked
