"""Authentication: every wrong token is refused with a reason, every tenant that is not active is turned away."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from starlette.datastructures import Headers

from gateway.access.api_keys import ApiKeys
from gateway.access.authentication import Authentication
from gateway.access.caller import ROLES, Identity
from gateway.access.tokens import read_token
from gateway.access.users import Users
from gateway.http.problems import Problem
from testkit.stages import until

SECRET = "a secret of thirty-two characters"
TOMORROW = datetime.now(UTC) + timedelta(days=1)
ROUTES = (
    ("POST", "/chat"),
    ("POST", "/jobs/staging_upsert"),
    ("GET", f"/jobs/{'0' * 32}"),
    ("GET", "/industries/resolve?q=x"),
    ("GET", "/icp"),
    ("PUT", "/icp"),
)
GOOD = {"sub": "rep@example.com", "tenant_id": 3, "exp": TOMORROW}


def signed(claims: dict[str, object], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm=algorithm)


def bearer(token: str) -> Headers:
    return Headers({"Authorization": f"Bearer {token}"})


def unsigned() -> str:
    """Builds a token as an attacker would: alg none, and no signature."""
    parts = [{"alg": "none", "typ": "JWT"}, {**GOOD, "exp": int(TOMORROW.timestamp())}]
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def test_a_good_token_names_a_tenant_a_user_and_a_role() -> None:
    """Nothing else is believed of it; without a role, or with the old name of it, it is an sdr's."""
    until = int(TOMORROW.timestamp())
    known = Identity("rep@example.com", 3, "sdr", until, "local token")
    assert read_token(signed({**GOOD, "admin": True}), SECRET) == known
    assert read_token(signed({**GOOD, "role": "rep"}), SECRET) == known
    assert [read_token(signed({**GOOD, "role": role}), SECRET).role for role in ROLES] == list(ROLES)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "Not enough segments"),
        ("gibberish", "Not enough segments"),
        ("a.b.c", "Invalid"),
        (signed(GOOD, "another secret of thirty-two chars"), "Signature verification failed"),
        (signed({**GOOD, "exp": datetime.now(UTC) - timedelta(seconds=1)}), "expired"),
        (signed({**GOOD, "nbf": TOMORROW}), "not yet valid"),
        (unsigned(), "alg"),
        (signed(GOOD, SECRET * 2, "HS512"), "alg"),
        *((signed({name: GOOD[name] for name in GOOD if name != missing}), missing) for missing in GOOD),
        *((signed({**GOOD, "tenant_id": wrong}), "tenant") for wrong in ("3", True, 0, -1, 1.0, None, 2**31, [3])),
        *((signed({**GOOD, "role": wrong}), "role") for wrong in (1, None, "king", ["ops"], {"ops": True})),
        *((signed({**GOOD, "sub": wrong}), "sub") for wrong in ("", "a\x00b", "a\ud800", "x" * 256)),
    ],
)
def test_a_wrong_token_is_refused_with_a_reason(token: str, reason: str) -> None:
    """401, and the way to a new one."""
    with pytest.raises(Problem) as caught:
        read_token(token, SECRET)
    assert caught.value.status == 401
    assert reason.lower() in caught.value.detail.lower()


async def test_a_token_is_good_until_it_expires_however_often_it_was_read() -> None:
    """A token is good until it expires however often it was read: what is remembered of it does not outlive it."""
    tokens = Authentication(ApiKeys(None), Users(None), secret=SECRET)  # type: ignore[arg-type] # not asked
    token = signed({**GOOD, "exp": datetime.now(UTC) + timedelta(seconds=1.5)})
    assert await tokens.identify(bearer(token)) is await tokens.identify(bearer(token))

    async def is_refused() -> str | None:
        try:
            await tokens.identify(bearer(token))
        except Problem as problem:
            return problem.detail
        return None

    assert "expired" in (await until(is_refused) or "")


async def test_a_token_that_resembles_a_good_one_is_refused() -> None:
    """A token that resembles a good one is refused: what is remembered is the whole token, signature included."""
    tokens = Authentication(ApiKeys(None), Users(None), secret=SECRET)  # type: ignore[arg-type] # not asked
    good = signed(GOOD)
    await tokens.identify(bearer(good))
    with pytest.raises(Problem):
        await tokens.identify(bearer(good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")))


async def test_a_request_without_a_good_token_is_a_problem_document(rep) -> None:
    """Missing, of another scheme, or wrong: 401 with what to do, at every route of a tenant's."""
    for headers in ({}, {"Authorization": "Basic cmVwOnNlY3JldA=="}, {"Authorization": "Bearer gibberish"}):
        for method, path in ROUTES:
            body = {"message": "x", "terms": ["x"], "industries": ["x"]}
            request = rep.http.build_request(method, path, json=body if method != "GET" else None)
            request.headers.pop("Authorization")
            request.headers.update(headers)
            answer = await rep.http.send(request)
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "leadgen token" in answer.json()["detail"]


async def test_a_tenant_that_is_unknown_or_switched_off_is_turned_away(reps, owner) -> None:
    """403; and let in at once when it is switched on again."""
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 2")
    path = f"/jobs/{'0' * 32}"
    for tenant_id in (2, 99):
        answer = await reps(tenant_id).http.get(path)
        assert answer.status_code == 403
        assert answer.json()["title"] == "Tenant not active"

    await owner.execute("UPDATE tenants SET active = true WHERE tenant_id = 2")
    assert (await reps(2).http.get(path)).status_code == 404
