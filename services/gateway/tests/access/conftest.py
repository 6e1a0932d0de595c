"""Authentication by tokens of an OIDC issuer."""

from collections.abc import AsyncIterator

import pytest

from gateway.access.authentication import Authentication
from gateway.access.signing_keys import SigningKeys
from testkit.oidc import Clock, accepting
from testkit.servers.issuer import Issuer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def authentication(issuer: Issuer, clock: Clock) -> AsyncIterator[Authentication]:
    """Accepts tokens of the issuer, and local ones."""
    keys = SigningKeys(issuer.url, clock=clock)
    yield accepting(issuer, keys)
    await keys.close()
