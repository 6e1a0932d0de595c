"""Finds the caller of a request from its headers: a bearer token, checked once and remembered until it expires."""

import time

from starlette.datastructures import Headers

from gateway.access.caller import ROLES, Caller, Identity
from gateway.access.permissions import Access
from gateway.access.tokens import MAX_LENGTH, read_token, refused
from gateway.problems import Problem

#: Tokens that are remembered as valid, so that a signature is checked once.
MAX_REMEMBERED = 10_000

#: Headers that say on whose behalf a request is made. Sent twice, a proxy may believe one and we the other.
SINGLE = ("authorization",)


class Authentication:
    """Checks credentials."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._valid: dict[str, Identity] = {}

    async def identify(self, headers: Headers) -> Identity:
        """Finds whom the request's credential names. Raises Problem 400 and 401."""
        for name in SINGLE:
            if len(headers.getlist(name)) > 1:
                raise Problem(400, "Header repeated", f"Send the header {name} once.")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Problem(401, "Token missing", "Send `Authorization: Bearer <token>`; `leadgen token` creates one.")
        return self._read(token.strip())

    def _read(self, token: str) -> Identity:
        known = self._valid.get(token)
        if known is not None and time.time() < known.until:
            return known
        if len(token) > MAX_LENGTH:
            raise refused(f"It has more than {MAX_LENGTH} characters")
        identity = read_token(token, self._secret)
        if len(self._valid) >= MAX_REMEMBERED:
            self._valid.clear()
        self._valid[token] = identity
        return identity

    async def caller(self, identity: Identity) -> Caller:
        """Finds the tenant and the role in which the identity acts. Raises Problem 403."""
        if identity.tenant_id is None or identity.role is None:
            raise Problem(403, "Tenant not chosen", "The token names no tenant or no role.")
        return Caller(identity.subject, identity.tenant_id, identity.role, identity.source)


def check_rights(caller: Caller, needed: frozenset[Access], route: str) -> None:
    """Raises Problem 403 if the caller lacks a role that the route needs."""
    for role in ROLES:
        if role in needed and not caller.has(role):
            raise Problem(403, "Role required", f"{route} needs the role {role}; yours is {caller.role}.")
