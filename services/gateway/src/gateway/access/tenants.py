"""The active tenants (table `tenants`) with their caps and the industries of their ICP (table `icp_rules`)."""

from dataclasses import dataclass

from common.postgres import Database
from gateway.access.lookup_cache import LookupCache
from gateway.http.problems import Problem

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
    """Finds active tenants and caches them for `REMEMBER_S`. Inactive ones are looked up each time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._active: LookupCache[int, Tenant] = LookupCache(REMEMBER_S)

    async def admit(self, tenant_id: int) -> Tenant:
        """Finds the tenant. Raises Problem 403 if it is unknown or not active, and Unavailable without a database."""
        found = await self._active.find(tenant_id, lambda: self._find(tenant_id))
        if found is None:
            raise Problem(403, "Tenant not active", f"Tenant {tenant_id} does not exist or is switched off.")
        return found

    def forget(self, tenant_id: int) -> None:
        """Forgets a tenant that has changed. Other replicas notice the change within `REMEMBER_S`."""
        self._active.forget(tenant_id)

    async def _find(self, tenant_id: int) -> Tenant | None:
        async with self._database.transaction(tenant_id) as tx:
            row = await tx.fetchrow(FIND, tenant_id)
        if row is None or not row["active"]:
            return None
        return Tenant(tenant_id, row["upsert_sync_limit"], row["requests_per_minute"], tuple(row["industries"] or ()))
