"""An operator's transaction for one tenant; its acts are recorded in the tenant's `audit_log`."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import asyncpg

from common.errors import Permanent
from leadgen.database.owner_connection import RightsMissing, connected
from leadgen.tenants.tenants import NoSuchTenant

# FORCE ROW LEVEL SECURITY binds the tables' owner too.
ACT_FOR = "SELECT set_config('request.tenant_id', $1, true)"
RECORD = """
    INSERT INTO audit_log (tenant_id, actor, role, source, act, object, details)
    VALUES ($1, $2, 'ops', 'command', $3, $4, $5)
"""


class Acting:
    """An operator who acts for a tenant, on a connection inside its transaction."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", tenant_id: int, operator: str) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.operator = operator

    async def record(self, act: str, of: str, details: Mapping[str, object] | None = None) -> None:
        """Records an act on the object `of`, together with the act itself. `details` hold no secret."""
        await self.connection.execute(RECORD, self.tenant_id, self.operator, act, of, json.dumps(details or {}))


@asynccontextmanager
async def acting_for(database_url: str, tenant_id: int, operator: str) -> AsyncIterator[Acting]:
    """Opens a transaction for the tenant. Raises NoSuchTenant, DatabaseRefused, Unavailable."""
    try:
        async with connected(database_url) as connection, connection.transaction():
            await connection.execute(ACT_FOR, str(tenant_id))
            if not await connection.fetchval("SELECT true FROM tenants WHERE tenant_id = $1", tenant_id):
                raise NoSuchTenant(f"there is no tenant {tenant_id}: `leadgen tenant add --tenant {tenant_id}` adds it")
            yield Acting(connection, tenant_id, operator)
    except RightsMissing as error:
        raise Permanent(
            "this login may not manage users and keys: use the database's owner, not a service's login"
        ) from error
