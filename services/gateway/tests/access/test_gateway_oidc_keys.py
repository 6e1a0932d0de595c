"""Keys of an OIDC issuer: they rotate, and an issuer that is down stops nobody known."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from gateway.access.authentication import Authentication
from gateway.access.signing_keys import FRESH_S, KEEP_S, RETRY_S, IssuerFault, SigningKeys, keys_in
from testkit.oidc import Clock, accepting, read, refusal
from testkit.servers.issuer import Issuer
from testkit.stages import until


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
