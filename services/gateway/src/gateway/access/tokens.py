"""Local bearer tokens (JWT, HS256), as `leadgen token` signs them with GATEWAY_JWT_SECRET: tenant, user and role.

They are for one machine and for tests. Whoever has the secret may write any token, so a token is believed in all that
it says, and needs no row of `tenant_users`.
"""

import jwt

from gateway.access.caller import Identity, is_subject, is_tenant_id, role_named
from gateway.http.problems import Problem

#: The longest token that is looked at.
MAX_LENGTH = 16 * 1024


def refused(reason: object) -> Problem:
    """Builds the 401 for a token that is not valid."""
    return Problem(401, "Token refused", f"{reason}. Get a new one from your identity provider or `leadgen token`.")


def read_token(token: str, secret: str) -> Identity:
    """Verifies a local token. Raises Problem 401 that says what is wrong with it."""
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp", "sub", "tenant_id"]})
    except (jwt.InvalidTokenError, RecursionError, OverflowError) as error:
        raise refused(error) from error
    if not is_tenant_id(claims["tenant_id"]):
        raise refused("Its tenant_id is not a valid tenant number")
    if not is_subject(claims["sub"]):
        raise refused("Its sub is not a valid user name")
    role = role_named(claims.get("role", "sdr"))
    if role is None:
        raise refused("Its role is none of viewer, sdr, admin, ops")
    return Identity(claims["sub"], claims["tenant_id"], role, int(claims["exp"]), "local token")
