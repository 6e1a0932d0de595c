"""The active tenants (table `tenants`) with their caps and the industries of their ICP (table `icp_rules`)."""

import time
from dataclasses import dataclass

from common.postgres import Database
from gateway.problems import Problem

FIND = """
    SELECT tenant.active, tenant.upsert_sync_limit, tenant.requests_per_minute, icp.industries
      FROM tenants tenant LEFT JOIN icp_rules icp USING (tenant_id) WHERE tenant.tenant_id = $1
"""

#: How long a tenant is remembered: a query per request would delay the first byte.
REMEMBER_S = 30.0


@dataclass(frozen=True, slots=True)
class Tenant:
    """An active tenant: its own caps, if any, and the codes of the industries in its ICP."""

    tenant_id: int
    sync_limit: int | None = None
    requests_per_minute: int | None = None
    preferred: tuple[str, ...] = ()


class Tenants:
    """Finds active tenants and remembers them for `REMEMBER_S`. Inactive ones are looked up each time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[int, tuple[Tenant, float]] = {}
        self._changes = 0

    async def admit(self, tenant_id: int) -> Tenant:
        """Finds the tenant. Raises Problem 403 if it is unknown or not active, and Unavailable without a database."""
        found = self._found.get(tenant_id)
        if found is not None and time.monotonic() < found[1]:
            return found[0]
        changes = self._changes
        async with self._database.transaction(tenant_id) as tx:
            row = await tx.fetchrow(FIND, tenant_id)
        if row is None or not row["active"]:
            raise Problem(403, "Tenant not active", f"Tenant {tenant_id} does not exist or is switched off.")
        preferred = tuple(row["industries"] or ())
        tenant = Tenant(tenant_id, row["upsert_sync_limit"], row["requests_per_minute"], preferred)
        if changes == self._changes:  # otherwise the row may be older than a change made meanwhile
            self._found[tenant_id] = (tenant, time.monotonic() + REMEMBER_S)
        return tenant

    def forget(self, tenant_id: int) -> None:
        """Forgets a tenant that has changed. Other replicas notice the change within `REMEMBER_S`."""
        self._changes += 1
        self._found.pop(tenant_id, None)
