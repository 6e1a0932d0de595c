"""Bearer tokens of an OIDC issuer (JWT): checks signature, issuer, audience and times, and reads the identity.

The tokens say who somebody is. The tenant's users (table `tenant_users`) say who may come in.
"""

from dataclasses import dataclass

import jwt

from gateway.access.caller import ROLES, Identity, Role, is_subject, is_tenant_id, role_named, tenant_in
from gateway.access.signing_keys import SigningKeys
from gateway.access.tokens import refused

#: PyJWT refuses keys that are too short for their algorithm.
_JWT = jwt.PyJWT({"enforce_minimum_key_length": True})


@dataclass(frozen=True, slots=True)
class OidcRules:
    """The expected issuer and audience, the tolerance for clocks, and the names of the claims that are read."""

    issuer: str
    audience: str
    clock_skew_s: float = 30
    subject_claim: str = "sub"
    tenant_claim: str = "tenant_id"
    role_claim: str = "role"


class OidcTokens:
    """Verifies tokens of one issuer."""

    def __init__(self, rules: OidcRules, keys: SigningKeys) -> None:
        self._rules = rules
        self.keys = keys

    async def read(self, token: str, algorithm: str, key_id: str | None) -> Identity:
        """Verifies a token whose header names this algorithm and key. Raises Problem 401 and 503."""
        key = await self.keys.find(key_id, algorithm)
        if key is None:
            raise refused(f"{self._rules.issuer} has no key {key_id!r} for {algorithm}")
        return identity_of(token, key, self._rules)


def identity_of(token: str, key: jwt.PyJWK, rules: OidcRules) -> Identity:
    """Verifies a token with its key, and reads its identity. Raises Problem 401."""
    try:
        claims = _JWT.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=rules.issuer,
            audience=rules.audience,
            leeway=rules.clock_skew_s,
            options={"require": ["exp", "iss", "aud", rules.subject_claim]},
        )
        until = int(claims["exp"]) + rules.clock_skew_s
    except (jwt.PyJWTError, RecursionError, OverflowError) as error:
        raise refused(error) from error
    subject = claims[rules.subject_claim]
    if not is_subject(subject):
        raise refused(f"Its {rules.subject_claim} is not a valid user name")
    if rules.subject_claim == "email" and claims.get("email_verified") is not True:
        raise refused("Its email is not verified")
    tenant_id = _tenant(claims.get(rules.tenant_claim), rules)
    role = _role(claims.get(rules.role_claim)) if rules.role_claim else None
    return Identity(subject, tenant_id, role, until, "oidc token", is_member=False)


def _tenant(claim: object, rules: OidcRules) -> int | None:
    """Reads the tenant's number; identity providers write it as a number or as text."""
    if claim is None:
        return None
    number = tenant_in(claim) if isinstance(claim, str) else claim
    if not isinstance(number, int) or not is_tenant_id(number):
        raise refused(f"Its {rules.tenant_claim} is not a valid tenant number")
    return number


def _role(claim: object) -> Role | None:
    """Reads the role from a name or a list of names; if there are several, the last in the order of `ROLES`."""
    named = {role_named(name) for name in (claim if isinstance(claim, list) else [claim])}
    return next((role for role in reversed(ROLES) if role in named), None)
