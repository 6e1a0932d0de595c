"""The tenants, as the operator keeps them."""

from leadgen.owner import connected

SAVE = """
    INSERT INTO tenants (tenant_id, name) VALUES ($1, $2)
    ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, active = true
"""


async def add_tenant(database_url: str, tenant_id: int, name: str) -> None:
    """Adds the tenant, or renames it and makes it active again. Raises DatabaseRefused, Unavailable."""
    async with connected(database_url) as connection:
        await connection.execute(SAVE, tenant_id, name)
