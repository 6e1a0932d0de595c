"""Access tokens for the gateway: JWT, HS256, naming a tenant, a user and, except for reps, a role."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import jwt


class Role(StrEnum):
    """The roles that the gateway knows."""

    REP = "rep"
    OPS = "ops"


def token(
    secret: str, tenant_id: int, user: str, *, valid: timedelta = timedelta(hours=12), role: Role = Role.REP
) -> str:
    """Makes a token that the gateway with this secret (GATEWAY_JWT_SECRET) accepts until it expires."""
    claims = {"sub": user, "tenant_id": tenant_id, "exp": datetime.now(UTC) + valid}
    return jwt.encode(claims if role is Role.REP else {**claims, "role": role.value}, secret, algorithm="HS256")
