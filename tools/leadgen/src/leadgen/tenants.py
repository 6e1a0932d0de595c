"""The tenants, as the operator keeps them."""

import asyncpg

from common.errors import Unavailable
from common.postgres import AWAY

SAVE = """
    INSERT INTO tenants (tenant_id, name) VALUES ($1, $2)
    ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, active = true
"""


async def add_tenant(database_url: str, tenant_id: int, name: str) -> None:
    """Adds the tenant, or renames it and makes it active again. Raises Unavailable."""
    try:
        connection = await asyncpg.connect(database_url, timeout=10)
        try:
            await connection.execute(SAVE, tenant_id, name)
        finally:
            await connection.close()
    except AWAY as error:
        raise Unavailable(f"PostgreSQL does not answer: {error}") from error
