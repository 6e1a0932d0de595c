"""Finds the caller of a request from its headers: its identity by token or API key, then its tenant and role.

Everything that a request needs on this way is remembered in memory for a bounded time: the first byte does not wait.
"""

import time
from collections.abc import Mapping
from hashlib import sha256

import jwt
from starlette.datastructures import Headers

from gateway.access.api_keys import ApiKeys
from gateway.access.caller import ROLES, Caller, Identity, Role, tenant_in
from gateway.access.oidc_tokens import OidcTokens
from gateway.access.permissions import Access
from gateway.access.signing_keys import ALGORITHMS
from gateway.access.tokens import MAX_LENGTH, read_token, refused
from gateway.access.users import Users
from gateway.http.problems import Problem

#: Tokens that are remembered as valid, so that a signature is checked once.
MAX_REMEMBERED = 10_000
#: Seconds for which a token of an issuer is remembered, whose keys may change.
REMEMBER_OIDC_S = 60.0

#: Headers that say on whose behalf a request is made. Sent twice, a proxy may believe one and we the other.
SINGLE = frozenset({b"authorization", b"x-api-key", b"x-tenant-id"})


class Authentication:
    """Checks credentials: API keys, tokens of `oidc`, and local tokens signed with `secret`.

    Without a secret, local tokens are refused, for the reason `no_local_tokens`.
    """

    def __init__(
        self,
        keys: ApiKeys,
        users: Users,
        *,
        secret: str = "",
        oidc: OidcTokens | None = None,
        no_local_tokens: str = "GATEWAY_JWT_SECRET is not set",
    ) -> None:
        self._keys = keys
        self._users = users
        self._secret = secret
        self._oidc = oidc
        self._no_local_tokens = no_local_tokens
        #: By the tokens' digests: they are shorter, and no secrets.
        self._valid: dict[bytes, tuple[Identity, float]] = {}
        if oidc is not None:
            oidc.keys.when_changed(self._valid.clear)

    async def identify(self, headers: Headers) -> Identity:
        """Finds the identity of the request's credential. Raises Problem 400, 401 and 503, and Unavailable."""
        given: dict[bytes, str] = {}
        for name, value in headers.raw:
            if name in SINGLE:
                if name in given:
                    raise Problem(400, "Header repeated", f"Send the header {name.decode()} once.")
                given[name] = value.decode("latin-1")
        authorization, key = given.get(b"authorization", ""), given.get(b"x-api-key", "")
        if authorization and key:
            raise Problem(400, "Two credentials", "Send `Authorization` or `x-api-key`, not both.")
        if key:
            return await self._keys.identify(key)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Problem(
                401,
                "Token missing",
                "Send `Authorization: Bearer <token>` (`leadgen token` creates one) or `x-api-key`.",
            )
        return await self._read(token.strip())

    async def caller(self, identity: Identity, headers: Mapping[str, str]) -> Caller:
        """Finds the tenant and the role in which the identity acts. Raises Problem 400 and 403, and Unavailable.

        The tenant is that of the credential. If it names none, it is that of the header X-Tenant-ID, provided that the
        subject is a user of it.
        """
        tenant_id = _tenant(identity, headers.get("x-tenant-id"))
        if identity.is_member:
            role = identity.role
        else:
            member_as = await self._users.role_of(tenant_id, identity.subject)
            role = None if member_as is None else role_of_user(identity, member_as)
        if role is None:
            raise Problem(
                403,
                "Not a user of the tenant",
                f"{identity.subject} is not a user of tenant {tenant_id}. An admin of the tenant adds users.",
            )
        return Caller(identity.subject, tenant_id, role, identity.source)

    async def _read(self, token: str) -> Identity:
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        known, now = self._valid.get(digest), time.time()
        if known is not None and now < known[1]:
            if self._oidc is not None:
                self._oidc.keys.refresh()
            return known[0]
        identity = await self._verified(token)
        keep_s = REMEMBER_OIDC_S if identity.source == "oidc token" else identity.until
        if len(self._valid) >= MAX_REMEMBERED:
            self._valid.clear()
        self._valid[digest] = identity, min(identity.until, now + keep_s)
        return identity

    async def _verified(self, token: str) -> Identity:
        """Verifies a token as OIDC or local token, by its algorithm; neither accepts an algorithm of the other."""
        if len(token) > MAX_LENGTH:
            raise refused(f"It has more than {MAX_LENGTH} characters")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, RecursionError) as error:
            raise refused(error) from error
        algorithm = header.get("alg")
        if algorithm == "HS256" and not self._secret:
            raise refused(f"Tokens of `leadgen token` are not accepted here: {self._no_local_tokens}")
        if algorithm == "HS256":
            return read_token(token, self._secret)
        if self._oidc is not None and isinstance(algorithm, str) and algorithm in ALGORITHMS:
            return await self._oidc.read(token, algorithm, header.get("kid"))
        raise refused("Its alg is not allowed")


def role_of_user(identity: Identity, member_as: Role) -> Role:
    """Returns the role of a user whose role in the tenant's table is `member_as`.

    A role in the token counts only in the tenant that the same token names: the issuer does not know which tenant a
    header chooses. `ops`, which reaches into all tenants, is never taken from a token.
    """
    if identity.tenant_id is None or identity.role in (None, "ops"):
        return member_as
    return member_as if member_as == "ops" else identity.role


def check_rights(caller: Caller, needed: frozenset[Access], route: str) -> None:
    """Raises Problem 403 if the caller lacks a role that the route needs."""
    for role in ROLES:
        if role in needed and not caller.has(role):
            raise Problem(403, "Role required", f"{route} needs the role {role}; yours is {caller.role}.")


def _tenant(identity: Identity, header: str | None) -> int:
    """Finds the tenant of the credential or, if it names none, of the header. Raises Problem 400 and 403."""
    chosen = None if header is None else tenant_in(header)
    if header is not None and chosen is None:
        raise Problem(400, "Tenant not understood", "X-Tenant-ID must be the number of a tenant, such as 1.")
    tenant_id = identity.tenant_id if identity.tenant_id is not None else chosen
    if tenant_id is None:
        raise Problem(
            400, "Tenant not chosen", "Your token names no tenant: send X-Tenant-ID. `GET /me` lists your tenants."
        )
    if chosen not in (None, tenant_id):
        raise Problem(403, "Other tenant", f"Your credential is for tenant {tenant_id}; X-Tenant-ID says {chosen}.")
    return tenant_id
