"""Access tokens for the gateway: JWT, HS256, naming a tenant and a user."""

from datetime import UTC, datetime, timedelta

import jwt


def token(secret: str, tenant_id: int, user: str, *, valid: timedelta = timedelta(hours=12)) -> str:
    """A token that the gateway with this secret (GATEWAY_JWT_SECRET) takes until it expires."""
    expires = datetime.now(UTC) + valid
    return jwt.encode({"sub": user, "tenant_id": tenant_id, "exp": expires}, secret, algorithm="HS256")
