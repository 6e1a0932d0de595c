"""Tenants whose Odoo refuses all calls (`odoo_states`): nothing is sent there until a check succeeds."""

from common.postgres import Connection

BLOCK = """
    INSERT INTO odoo_states (tenant_id, blocked) VALUES (tenant(), $1)
    ON CONFLICT (tenant_id) DO UPDATE SET blocked = excluded.blocked
    RETURNING xmax = 0 AS is_news
"""
CLEAR = "DELETE FROM odoo_states"


async def block(tx: Connection, reason: str) -> bool:
    """Marks the transaction's tenant blocked; returns whether it was not blocked before, for any reason."""
    return bool(await tx.fetchval(BLOCK, reason))


async def clear(tx: Connection) -> bool:
    """Unblocks the transaction's tenant; returns whether it was blocked."""
    return await tx.execute(CLEAR) != "DELETE 0"
