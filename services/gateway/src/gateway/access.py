"""Who is asking: a bearer token (JWT, HS256) that names a tenant and a user, of a tenant that is active."""

import time
from dataclasses import dataclass

import jwt

from common.postgres import Database
from gateway.problems import Problem

LOOK_UP = """
    SELECT tenant.active, tenant.upsert_sync_limit, tenant.requests_per_minute, icp.industries
      FROM tenants tenant LEFT JOIN icp_rules icp USING (tenant_id) WHERE tenant.tenant_id = $1
"""

#: How long what was found of a tenant counts: a look per request would delay the first byte.
REMEMBER_S = 30.0
#: Tokens that are remembered as good, so that a signature is checked once.
TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class Rep:
    """Who has a good token: one of this tenant's, until the token expires (Unix time)."""

    tenant_id: int
    until: float


@dataclass(frozen=True, slots=True)
class Tenant:
    """An active tenant: its own caps, where it has any, and the codes of the industries that its ICP names."""

    tenant_id: int
    sync_limit: int | None = None
    requests_per_minute: int | None = None
    preferred: tuple[str, ...] = ()


def read_token(token: str, secret: str) -> Rep:
    """Raises Problem 401 with what is wrong with the token."""
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp", "sub", "tenant_id"]})
    except jwt.InvalidTokenError as error:
        raise Problem(401, "Token refused", f"{error}. Get a new one with `leadgen token`.") from error
    tenant_id = claims["tenant_id"]
    if not isinstance(tenant_id, int) or isinstance(tenant_id, bool) or not 0 < tenant_id < 2**31:
        raise Problem(401, "Token refused", "Its tenant_id is not the number of a tenant.")
    return Rep(tenant_id, int(claims["exp"]))


class Tokens:
    """Reads tokens, and remembers the good ones until they expire."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._good: dict[str, Rep] = {}

    def read(self, token: str) -> Rep:
        """Raises Problem 401 with what is wrong with the token."""
        known = self._good.get(token)
        if known is not None and time.time() < known.until:
            return known
        rep = read_token(token, self._secret)
        if len(self._good) >= TOKENS:
            self._good.clear()
        self._good[token] = rep
        return rep


class Tenants:
    """The active tenants, remembered for a while. One that is not active is looked up each time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[int, tuple[Tenant, float]] = {}
        self._changes = 0

    async def admit(self, tenant_id: int) -> Tenant:
        """Raises Problem 403 for a tenant that is unknown or not active, Unavailable when that cannot be looked up."""
        found = self._found.get(tenant_id)
        if found is not None and time.monotonic() < found[1]:
            return found[0]
        changes = self._changes
        async with self._database.transaction(tenant_id) as tx:
            row = await tx.fetchrow(LOOK_UP, tenant_id)
        if row is None or not row["active"]:
            raise Problem(403, "Tenant not active", f"Tenant {tenant_id} is unknown here or switched off.")
        preferred = tuple(row["industries"] or ())
        tenant = Tenant(tenant_id, row["upsert_sync_limit"], row["requests_per_minute"], preferred)
        if changes == self._changes:  # else what was read may be older than what was changed meanwhile
            self._found[tenant_id] = (tenant, time.monotonic() + REMEMBER_S)
        return tenant

    def forget(self, tenant_id: int) -> None:
        """Something of the tenant has changed: the next look is a fresh one, on this replica."""
        self._changes += 1
        self._found.pop(tenant_id, None)
