"""Who is asking: a bearer token (JWT, HS256) that names a tenant and a user, of a tenant that is active."""

import time
from dataclasses import dataclass

import jwt

from common.postgres import Database
from gateway.problems import Problem

IS_ACTIVE = "SELECT active FROM tenants WHERE tenant_id = $1"

#: How long a tenant counts as active after a look: one per request would delay the first byte.
REMEMBER_S = 30.0


@dataclass(frozen=True, slots=True)
class Rep:
    """The authenticated user."""

    tenant_id: int
    user: str


def read_token(token: str, secret: str) -> Rep:
    """Raises Problem 401 with what is wrong with the token."""
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp", "sub", "tenant_id"]})
    except jwt.InvalidTokenError as error:
        raise Problem(401, "Token refused", f"{error}. Get a new one with `leadgen token`.") from error
    tenant_id = claims["tenant_id"]
    if not isinstance(tenant_id, int) or isinstance(tenant_id, bool) or not 0 < tenant_id < 2**31:
        raise Problem(401, "Token refused", "Its tenant_id is not the number of a tenant.")
    return Rep(tenant_id, str(claims["sub"]))


class Tenants:
    """Which tenants are active, remembered for a while. One that is not is looked up each time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._active_until: dict[int, float] = {}

    async def admit(self, rep: Rep) -> None:
        """Raises Problem 403 for a tenant that is unknown or not active, Unavailable when that cannot be looked up."""
        if time.monotonic() < self._active_until.get(rep.tenant_id, 0.0):
            return
        async with self._database.plumbing() as tx:
            is_active = await tx.fetchval(IS_ACTIVE, rep.tenant_id)
        if not is_active:
            raise Problem(403, "Tenant not active", f"Tenant {rep.tenant_id} is unknown here or switched off.")
        self._active_until[rep.tenant_id] = time.monotonic() + REMEMBER_S
