"""The tenants of the product, as the operator keeps them."""

from common.postgres.connections import Connection

ACTIVE = "SELECT tenant_id FROM tenants WHERE active ORDER BY tenant_id"


async def active_tenants(tx: Connection) -> list[int]:
    """Lists the active tenants, by number."""
    return [row["tenant_id"] for row in await tx.fetch(ACTIVE)]
