"""Bearer tokens (JWT, HS256) that name a tenant, a user and, except for reps, a role."""

import time
from dataclasses import dataclass

import jwt

from gateway.problems import Problem

#: Tokens that are remembered as valid, so that a signature is checked once.
MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Rep:
    """The holder of a valid token: a user of this tenant, until the token expires (Unix time)."""

    tenant_id: int
    until: float
    role: str = "rep"
    user: str = ""


def read_token(token: str, secret: str) -> Rep:
    """Verifies a token. Raises Problem 401 that says what is wrong with it."""
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp", "sub", "tenant_id"]})
    except jwt.InvalidTokenError as error:
        raise Problem(401, "Token refused", f"{error}. Get a new one with `leadgen token`.") from error
    tenant_id = claims["tenant_id"]
    if not isinstance(tenant_id, int) or isinstance(tenant_id, bool) or not 0 < tenant_id < 2**31:
        raise Problem(401, "Token refused", "Its tenant_id is not a valid tenant number.")
    role = claims.get("role", "rep")
    if not isinstance(role, str):
        raise Problem(401, "Token refused", "Its role is not a text.")
    return Rep(tenant_id, int(claims["exp"]), role, claims["sub"])


class Tokens:
    """Verifies tokens, and remembers the valid ones until they expire."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._valid: dict[str, Rep] = {}

    def read(self, token: str) -> Rep:
        """Returns the token's holder. Raises Problem 401 that says what is wrong with the token."""
        known = self._valid.get(token)
        if known is not None and time.time() < known.until:
            return known
        rep = read_token(token, self._secret)
        if len(self._valid) >= MAX_REMEMBERED:
            self._valid.clear()
        self._valid[token] = rep
        return rep
