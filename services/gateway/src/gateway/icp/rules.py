"""ICPs in PostgreSQL (table `icp_rules`), one row per tenant. The gateway writes it."""

from datetime import datetime

from common.contracts import Icp
from common.postgres import Connection

FIND = """
    SELECT industries, employees_from, employees_to, age_from, age_to, districts, technologies
      FROM icp_rules WHERE tenant_id = tenant()
"""

FIND_LOCKED = f"{FIND} FOR UPDATE"

CREATE = "INSERT INTO icp_rules (tenant_id) VALUES (tenant()) ON CONFLICT DO NOTHING"

# The clock is read after the row is locked: a later change has a later time, whatever the clocks do.
CHANGE = """
    UPDATE icp_rules
       SET industries = $1, employees_from = $2, employees_to = $3, age_from = $4, age_to = $5, districts = $6,
           technologies = $7, updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
     WHERE tenant_id = tenant()
       AND (industries, employees_from, employees_to, age_from, age_to, districts, technologies)
           IS DISTINCT FROM ($1::text[], $2::int, $3::int, $4::int, $5::int, $6::text[], $7::text[])
 RETURNING updated_at
"""


async def find(tx: Connection) -> Icp:
    """Finds the tenant's ICP; an empty one if it has none."""
    row = await tx.fetchrow(FIND)
    return Icp() if row is None else Icp(**row)


async def find_locked(tx: Connection) -> Icp:
    """Finds the tenant's ICP, and locks it until the transaction ends."""
    await tx.execute(CREATE)
    row = await tx.fetchrow(FIND_LOCKED)
    return Icp() if row is None else Icp(**row)


async def save(tx: Connection, icp: Icp) -> datetime | None:
    """Replaces the tenant's ICP. Returns the time of the change, later than all before; `None` if nothing changed."""
    await tx.execute(CREATE)
    changed_at: datetime | None = await tx.fetchval(
        CHANGE,
        icp.industries,
        icp.employees_from,
        icp.employees_to,
        icp.age_from,
        icp.age_to,
        icp.districts,
        icp.technologies,
    )
    return changed_at
