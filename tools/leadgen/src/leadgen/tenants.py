"""The tenants, as the operator keeps them."""

from leadgen.owner import connected

SAVE = """
    INSERT INTO tenants (tenant_id, name) VALUES ($1, $2)
    ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, active = true
"""

SAVE_NEW = "INSERT INTO tenants (tenant_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING"


async def add_tenant(database_url: str, tenant_id: int, name: str, *, unless_there: bool = False) -> None:
    """Adds the tenant; one that is there is renamed and made active again, or left alone with `unless_there`.

    Raises DatabaseRefused, Unavailable.
    """
    async with connected(database_url) as connection:
        await connection.execute(SAVE_NEW if unless_there else SAVE, tenant_id, name)
