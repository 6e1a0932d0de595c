"""Tokens of an OIDC issuer: every forged one is refused."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm

from gateway.access.api_keys import ApiKeys
from gateway.access.authentication import Authentication
from gateway.access.signing_keys import SigningKeys
from gateway.access.users import Users
from gateway.http.problems import Problem
from testkit.oidc import SECRET, accepting, read, refusal
from testkit.servers.issuer import AUDIENCE, Issuer

NOW = int(time.time())


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def test_a_good_token_names_subject_tenant_and_role(issuer: Issuer, authentication: Authentication) -> None:
    """Tenant and role if it has them; that the subject is a user of the tenant is not for the token to say."""
    found = await read(authentication, issuer.token("ann", tenant_id="3", role=["staff", "admin", "viewer"]))
    assert (found.subject, found.tenant_id, found.role, found.is_member) == ("ann", 3, "admin", False)
    found = await read(authentication, issuer.token("bob", role="staff", aud=["other", AUDIENCE]))
    assert (found.subject, found.tenant_id, found.role) == ("bob", None, None)
    assert issuer.fetches == 1


async def test_claims_have_the_names_that_the_settings_give(issuer: Issuer) -> None:
    """An address as the subject has to be verified."""
    keys = SigningKeys(issuer.url)
    renamed = accepting(issuer, keys, subject_claim="email", tenant_claim="https://x/tenant", role_claim="")
    claims = {"email": "ann@example.com", "https://x/tenant": 4, "tenant_id": 5, "role": "ops"}
    found = await read(renamed, issuer.token(**claims, email_verified=True))
    assert (found.subject, found.tenant_id, found.role) == ("ann@example.com", 4, None)
    for verified in (None, False, "true"):
        assert "not verified" in (await refusal(renamed, issuer.token(**claims, email_verified=verified))).detail
    await keys.close()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": NOW - 10**6}, "expired"),
        ({"nbf": NOW + 10**6}, "not yet valid"),
        ({"iat": NOW + 10**6}, "not yet valid"),
        ({"exp": "soon"}, "exp"),
        ({"exp": 1e400}, ""),
        ({"iss": "http://127.0.0.1/other"}, "issuer"),
        ({"aud": "another service"}, "audience"),
        ({"aud": []}, "aud"),
        *(({name: None}, name) for name in ("exp", "iss", "aud", "sub")),
        *(({"sub": wrong}, "sub") for wrong in ("", "a\x00b", "a\ud800", "x" * 256, "key:0123456789ab", 7, ["ann"])),
        *(({"tenant_id": wrong}, "tenant") for wrong in ("0", "-1", "1 ", "²", "x", True, 0, 1.5, 2**31, [3], {})),
    ],
)
async def test_a_token_with_wrong_claims_is_refused(
    claims: dict[str, object], reason: str, issuer: Issuer, authentication: Authentication
) -> None:
    """401 with the reason, though the signature is good."""
    header = {"alg": "ES256", "kid": "first", "typ": "JWT"}
    signed = f"{encoded(header)}.{encoded(issuer.claims(**claims))}"
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(signed.encode(), issuer.private["first"])
    problem = await refusal(authentication, f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")
    assert problem.status == 401
    assert reason in problem.detail.lower()


async def test_clocks_may_differ_by_the_skew_and_no_more(issuer: Issuer, authentication: Authentication) -> None:
    """30 seconds, both ways."""
    now = int(time.time())
    for good in ({"exp": now - 5}, {"nbf": now + 20}):
        assert (await read(authentication, issuer.token(**good))).subject == "ann"
    for wrong in ({"exp": now - 40}, {"nbf": now + 600}):
        assert (await refusal(authentication, issuer.token(**wrong))).status == 401


async def test_forged_tokens_are_refused(issuer: Issuer, authentication: Authentication) -> None:
    """Unsigned, signed with another key, with the public key as a secret, or with a key that the token brings along."""
    await read(authentication, issuer.token())
    claims, own = issuer.claims(tenant_id=1, role="ops"), generate_private_key(SECP256R1())
    public = issuer.private["first"].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk = ECAlgorithm.to_jwk(own.public_key(), as_dict=True)
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    head = f"{encoded({'alg': 'HS256', 'kid': 'first'})}.{encoded(claims)}"
    good = issuer.token().split(".")
    forged = [
        f"{encoded({'alg': 'none', 'kid': 'first'})}.{encoded(claims)}.",
        f"{encoded({'alg': 'None'})}.{encoded(claims)}.{good[2]}",
        f"{encoded({'kid': 'first'})}.{encoded(claims)}.{good[2]}",
        jwt.encode(claims, own, algorithm="ES256", headers={"kid": "first"}),
        jwt.encode(claims, own, algorithm="ES256", headers={"kid": "first", "jwk": jwk}),
        jwt.encode(claims, own, algorithm="ES256", headers={"kid": "first", "jku": f"{issuer.url}/jwks"}),
        jwt.encode(claims, own, algorithm="ES256"),
        jwt.encode(claims, "k" * 64, algorithm="HS512", headers={"kid": "first"}),
        *(
            f"{head}.{base64.urlsafe_b64encode(hmac.sign(head.encode(), secret)).rstrip(b'=').decode()}"
            for secret in (pem, json.dumps(issuer.jwks()).encode(), b"")
        ),
        f"{good[0]}.{encoded(claims)}.{good[2]}",
        f"{good[0]}.{good[1]}.",
        f"{encoded({'alg': 'RS256', 'kid': 'first'})}.{good[1]}.{good[2]}",
        f"{encoded({'alg': 'ES256', 'kid': 'first', 'crit': ['exp']})}.{good[1]}.{good[2]}",
        f"{encoded({'alg': ['ES256'], 'kid': 'first'})}.{good[1]}.{good[2]}",
        f"{encoded({'alg': 'ES256', 'kid': ['first']})}.{good[1]}.{good[2]}",
    ]
    for token in forged:
        assert (await refusal(authentication, token)).status == 401, token
    assert issuer.fetches == 1


@given(
    token=st.text(max_size=200)
    | st.builds(
        lambda header: f"{encoded(header)}.e30.AA",
        st.dictionaries(
            st.sampled_from(["alg", "kid", "typ", "crit", "b64"]),
            st.none() | st.text() | st.lists(st.text()) | st.booleans(),
        ),
    )
)
async def test_no_text_is_a_token_by_chance(token: str) -> None:
    """No text is a token by chance. Whatever comes, it is refused with a problem."""
    authentication = Authentication(ApiKeys(None), Users(None), secret=SECRET)  # type: ignore[arg-type] # not asked
    with pytest.raises(Problem) as caught:
        await authentication._read(token)
    assert caught.value.status == 401


async def test_a_token_of_brackets_is_refused() -> None:
    """A header nested as deeply as it can be, and a token of any length."""
    authentication = Authentication(ApiKeys(None), Users(None), secret=SECRET)  # type: ignore[arg-type] # not asked
    deep = base64.urlsafe_b64encode(b'{"alg":' + b"[" * 9000).decode()
    for token in (f"{deep}.e30.AA", "x" * 60_000, "." * 10_000):
        assert (await refusal(authentication, token)).status == 401
