"""The operator's list of tenants, their ICPs, and whether they have an Odoo."""

from common.contracts import Icp
from common.postgres import Connection
from nightly.model import Tenant

ACTIVE = "SELECT tenant_id, name, nightly_cap FROM tenants WHERE active ORDER BY tenant_id"
NUMBERS = "SELECT tenant_id FROM tenants ORDER BY tenant_id"
HAS_ODOO = "SELECT EXISTS (SELECT FROM odoo_connections WHERE tenant_id = tenant())"
ICP = """
    SELECT industries, employees_from, employees_to, age_from, age_to, districts, technologies
      FROM icp_rules WHERE tenant_id = tenant()
"""


async def active(tx: Connection) -> list[Tenant]:
    """Lists all active tenants by number."""
    return [Tenant(**dict(row)) for row in await tx.fetch(ACTIVE)]


async def numbers(tx: Connection) -> list[int]:
    """Lists all tenants by number, also those that are switched off."""
    return [row["tenant_id"] for row in await tx.fetch(NUMBERS)]


async def has_odoo(tx: Connection) -> bool:
    """Whether the transaction's tenant has an Odoo connection."""
    return bool(await tx.fetchval(HAS_ODOO))


async def icp(tx: Connection) -> Icp:
    """Reads the tenant's ICP; an empty one if it has none."""
    row = await tx.fetchrow(ICP)
    return Icp() if row is None else Icp(**row)
