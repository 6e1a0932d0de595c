"""Tokens of an OIDC issuer: every forged one is refused, keys rotate, and an issuer that is down stops nobody known."""

import base64
import json
import time
from collections.abc import AsyncIterator

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from starlette.datastructures import Headers

from gateway.access.api_keys import ApiKeys
from gateway.access.authentication import Authentication
from gateway.access.caller import Identity
from gateway.access.oidc_tokens import OidcRules, OidcTokens
from gateway.access.signing_keys import FRESH_S, KEEP_S, RETRY_S, IssuerFault, SigningKeys, keys_in
from gateway.access.users import Users
from gateway.http.problems import Problem
from testkit.servers.issuer import AUDIENCE, Issuer
from testkit.stages import until

SECRET = "a secret of thirty-two characters"
NOW = int(time.time())


class Clock:
    """Time as a test lets it pass."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def authentication(issuer: Issuer, clock: Clock) -> AsyncIterator[Authentication]:
    """Accepts tokens of the issuer, and local ones."""
    keys = SigningKeys(issuer.url, clock=clock)
    yield accepting(issuer, keys)
    await keys.close()


def accepting(issuer: Issuer, keys: SigningKeys, **rules: str) -> Authentication:
    oidc = OidcTokens(OidcRules(issuer.url, AUDIENCE, 30, **rules), keys)
    return Authentication(ApiKeys(None), Users(None), secret=SECRET, oidc=oidc)  # type: ignore[arg-type] # not asked


async def read(authentication: Authentication, token: str) -> Identity:
    return await authentication.identify(Headers({"Authorization": f"Bearer {token}"}))


async def refusal(authentication: Authentication, token: str) -> Problem:
    with pytest.raises(Problem) as caught:
        await read(authentication, token)
    return caught.value


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


async def test_every_asymmetric_algorithm_is_accepted_with_its_own_key_only(issuer: Issuer, clock: Clock) -> None:
    """RSA keys without `alg` serve all of RSA's algorithms."""
    rsa_key, ed_key = rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()
    issuer.others = [
        {**RSAAlgorithm.to_jwk(rsa_key.public_key(), as_dict=True), "kid": "rsa"},
        {**OKPAlgorithm.to_jwk(ed_key.public_key(), as_dict=True), "kid": "ed", "use": "sig"},
    ]
    keys = SigningKeys(issuer.url, f"{issuer.url}/jwks", clock=clock)
    authentication = accepting(issuer, keys)
    for key_id, key, algorithm in (("rsa", rsa_key, "RS256"), ("rsa", rsa_key, "PS384"), ("ed", ed_key, "EdDSA")):
        token = jwt.encode(issuer.claims("bob"), key, algorithm=algorithm, headers={"kid": key_id})
        assert (await read(authentication, token)).subject == "bob"
        wrong = jwt.encode(issuer.claims("bob"), key, algorithm=algorithm, headers={"kid": "first"})
        assert (await refusal(authentication, wrong)).status == 401
    without_id = jwt.encode(issuer.claims("eve"), ed_key, algorithm="EdDSA")
    assert (await read(authentication, without_id)).subject == "eve"
    await keys.close()


async def test_a_token_without_a_key_id_is_refused_if_several_keys_have_none(issuer: Issuer, clock: Clock) -> None:
    """None of them is preferred; a single one is used."""
    pair = [ed25519.Ed25519PrivateKey.generate() for _ in range(2)]
    listed = [OKPAlgorithm.to_jwk(key.public_key(), as_dict=True) for key in pair]
    for issuer.others, is_accepted in ((listed[:1], True), (listed, False)):
        keys = SigningKeys(issuer.url, f"{issuer.url}/jwks", clock=clock)
        authentication = accepting(issuer, keys)
        try:
            token = jwt.encode(issuer.claims("bob"), pair[0], algorithm="EdDSA")
            if is_accepted:
                assert (await read(authentication, token)).subject == "bob"
            else:
                assert (await refusal(authentication, token)).status == 401
        finally:
            await keys.close()


async def test_keys_that_are_not_for_signatures_are_left_out() -> None:
    """Secrets, private keys, keys for encryption, short ones, and what is no key at all."""
    short = rsa.generate_private_key(65537, 1024)
    private = ECAlgorithm.to_jwk(generate_private_key(SECP256R1()), as_dict=True)
    public = {name: value for name, value in private.items() if name != "d"}
    good = {**public, "kid": "good"}
    listed = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret", "alg": "HS256"},
        {**private, "kid": "private"},
        {**public, "kid": "encrypts", "use": "enc"},
        {**public, "kid": "signs", "key_ops": ["sign"]},
        {**public, "kid": "confused", "alg": "HS256"},
        {**public, "kid": "broken", "x": "AA"},
        {**RSAAlgorithm.to_jwk(short.public_key(), as_dict=True), "kid": "short"},
        {"kty": "EC", "crv": ["P-256"]},
        {"kty": ["RSA"]},
        "key",
        None,
        good,
    ]
    assert list(keys_in({"keys": listed})) == [("good", "ES256")]
    for nothing in ({}, [], None, {"keys": {}}):
        with pytest.raises(IssuerFault):
            keys_in(nothing)


async def test_a_rotated_key_is_fetched_when_it_is_first_met(
    issuer: Issuer, authentication: Authentication, clock: Clock
) -> None:
    """A rotated key is fetched when it is first met, and a withdrawn one is not accepted any more from then on,
    remembered tokens included.
    """
    old = issuer.token("ann")
    await read(authentication, old)
    issuer.rotate("second", keep=True)
    clock.now += RETRY_S
    assert (await read(authentication, issuer.token("bob"))).subject == "bob"
    assert (await read(authentication, old)).subject == "ann"
    issuer.rotate("third")
    clock.now += RETRY_S
    assert (await read(authentication, issuer.token("eve"))).subject == "eve"
    assert (await refusal(authentication, old)).status == 401
    assert issuer.fetches == 3


async def test_unknown_keys_do_not_flood_the_issuer(
    issuer: Issuer, authentication: Authentication, clock: Clock
) -> None:
    """One fetch in ten seconds, whatever comes; known keys go on working."""
    await read(authentication, issuer.token())
    for number in range(200):
        token = jwt.encode(issuer.claims(), issuer.private["first"], "ES256", {"kid": f"invented {number}"})
        problem = await refusal(authentication, token)
        assert (problem.status, "no key" in problem.detail) == (401, True)
        clock.now += RETRY_S / 100
    assert issuer.fetches <= 3
    assert (await read(authentication, issuer.token("bob"))).subject == "bob"


async def test_known_keys_go_on_working_while_the_issuer_is_down(
    issuer: Issuer, authentication: Authentication, clock: Clock
) -> None:
    """Unknown ones are 503 with the time to come back; then the issuer is asked again."""
    await read(authentication, issuer.token())
    issuer.stop()
    for _ in range(3):
        clock.now += FRESH_S + 1
        assert (await read(authentication, issuer.token("bob"))).subject == "bob"
    issuer.rotate("second")
    clock.now += RETRY_S
    for _ in range(2):
        problem = await refusal(authentication, issuer.token())
        assert (problem.status, problem.retry_after_s) == (503, int(RETRY_S))
        assert issuer.url in problem.detail
    issuer.start()
    clock.now += RETRY_S
    assert (await read(authentication, issuer.token("eve"))).subject == "eve"


async def test_keys_without_an_answer_for_a_day_are_dropped(
    issuer: Issuer, authentication: Authentication, clock: Clock
) -> None:
    """A key may have been withdrawn meanwhile."""
    token = issuer.token()
    await read(authentication, token)
    issuer.stop()
    clock.now += KEEP_S + 1
    await until(lambda: _is_unavailable(authentication, issuer))


async def _is_unavailable(authentication: Authentication, issuer: Issuer) -> bool:
    return (await refusal(authentication, issuer.token())).status == 503


async def test_old_keys_are_fetched_again_beside_the_requests(
    issuer: Issuer, authentication: Authentication, clock: Clock
) -> None:
    """A request with a known token does not wait for it, and has it done."""
    token = issuer.token()
    await read(authentication, token)
    clock.now += FRESH_S + 1
    await read(authentication, token)

    async def is_fetched() -> bool:
        return issuer.fetches == 2

    await until(is_fetched)


async def test_the_configuration_of_another_issuer_is_not_followed(issuer: Issuer, clock: Clock) -> None:
    """503: its keys are not taken."""
    keys = SigningKeys(f"{issuer.url}/", clock=clock)
    authentication = accepting(issuer, keys)
    assert (await refusal(authentication, issuer.token())).status == 503
    await keys.close()
    assert issuer.fetches == 0
