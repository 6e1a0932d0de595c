"""The gateway's authentication by tokens of an OIDC issuer, with a clock of the test's own."""

import pytest
from starlette.datastructures import Headers

from gateway.access.api_keys import ApiKeys
from gateway.access.authentication import Authentication
from gateway.access.caller import Identity
from gateway.access.oidc_tokens import OidcRules, OidcTokens
from gateway.access.signing_keys import SigningKeys
from gateway.access.users import Users
from gateway.http.problems import Problem
from testkit.servers.issuer import AUDIENCE, Issuer

SECRET = "a secret of thirty-two characters"


class Clock:
    """Time as a test lets it pass."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def accepting(issuer: Issuer, keys: SigningKeys, **rules: str) -> Authentication:
    oidc = OidcTokens(OidcRules(issuer.url, AUDIENCE, 30, **rules), keys)
    return Authentication(ApiKeys(None), Users(None), secret=SECRET, oidc=oidc)  # type: ignore[arg-type] # not asked


async def read(authentication: Authentication, token: str) -> Identity:
    return await authentication.identify(Headers({"Authorization": f"Bearer {token}"}))


async def refusal(authentication: Authentication, token: str) -> Problem:
    with pytest.raises(Problem) as caught:
        await read(authentication, token)
    return caught.value
