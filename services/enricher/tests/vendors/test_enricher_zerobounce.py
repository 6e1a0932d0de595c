"""ZeroBounce's adapter: verdicts matched to addresses, errors found inside a 200, one credit per definite verdict."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.vendors.errors import AccountRefused, Failed, Throttled, VendorError
from enricher.vendors.zerobounce import Verification, ZeroBounce

KEY = "zb-secret"
NAMES = ["address", "status", "sub_status", "did_you_mean", "free_email", "error", "email_address"]
TEXTS = st.sampled_from(["a@b.sg", "A@B.SG", "c@d.sg", "valid", "unknown", "catch-all"]) | st.text()
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=5),
    max_leaves=12,
)
ITEMS = st.lists(st.dictionaries(st.sampled_from(NAMES), TEXTS | JSON, max_size=7), max_size=4) | JSON
ANSWERS = st.fixed_dictionaries({}, optional={"email_batch": ITEMS, "errors": ITEMS, "error": JSON})


def zerobounce(answer: Callable[[httpx2.Request], httpx2.Response]) -> ZeroBounce:
    return ZeroBounce(httpx2.MockTransport(answer), KEY)


def says(body: object, asked: list[httpx2.Request] | None = None) -> Callable[[httpx2.Request], httpx2.Response]:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if asked is not None:
            asked.append(request)
        return httpx2.Response(200, content=body if isinstance(body, bytes) else json.dumps(body).encode())

    return answer


async def test_a_batch_is_asked_for_as_documented() -> None:
    """On the host that the batches have moved to; the key in the body, never in the address, which gets logged."""
    asked: list[httpx2.Request] = []

    await zerobounce(says({"email_batch": []}, asked)).verify(["a@b.sg"])

    assert str(asked[0].url) == "https://api.zerobounce.net/v2/validatebatch"
    assert json.loads(asked[0].content) == {
        "api_key": KEY,
        "timeout": 60,
        "email_batch": [{"email_address": "a@b.sg", "ip_address": None}],
    }


async def test_verdicts_are_matched_by_address() -> None:
    """In any order and case; who got none is named; an unknown is a verdict that costs nothing."""
    answer = await zerobounce(
        says(
            {
                "email_batch": [
                    {
                        "address": "info@acme.sg",
                        "status": "do_not_mail",
                        "sub_status": "role_based",
                        "mx_found": "true",
                    },
                    {"address": "MEI@acme.sg", "status": "Valid", "sub_status": None, "free_email": "true"},
                    {
                        "address": "x@acme.sg",
                        "status": "unknown",
                        "sub_status": "greylisted",
                        "did_you_mean": "y@acme.sg",
                    },
                ],
                "errors": [{"email_address": "bad@acme.sg", "error": f"Invalid email for {KEY}"}],
            }
        )
    ).verify(["Mei@acme.sg", "info@acme.sg", "x@acme.sg", "bad@acme.sg", "lost@acme.sg"])

    assert answer.results == (
        Verification("Mei@acme.sg", "valid", "", None, True),
        Verification("info@acme.sg", "do_not_mail", "role_based", None, False),
        Verification("x@acme.sg", "unknown", "greylisted", "y@acme.sg", False),
    )
    assert answer.failed == (("bad@acme.sg", "Invalid email for …"), ("lost@acme.sg", "no answer"))
    assert answer.credits == 2


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Invalid API key or your account ran out of credits"},
        {"email_batch": [], "errors": [{"error": "Invalid API Key or your account ran out", "email_address": "all"}]},
        {"errors": [{"error": "invalid api_key"}]},
    ],
)  # fmt: skip
async def test_a_refused_key_is_found_inside_a_200(body: object) -> None:
    """The vendor is closed for us: a repeat would be refused, and in the end blocked."""
    with pytest.raises(AccountRefused, match="key refused or out of credits"):
        await zerobounce(says(body)).verify(["a@b.sg"])


async def test_verdicts_that_came_before_the_credits_ran_out_are_kept() -> None:
    """Verdicts that came before the credits ran out are kept: what was paid for is used; the rest is named."""
    body = {
        "email_batch": [{"address": "a@b.sg", "status": "valid"}],
        "errors": [{"email_address": "c@d.sg", "error": "your account ran out of credits"}],
    }

    answer = await zerobounce(says(body)).verify(["a@b.sg", "c@d.sg"])

    assert [result.email for result in answer.results] == ["a@b.sg"]
    assert answer.failed == (("c@d.sg", "your account ran out of credits"),)


@pytest.mark.parametrize("body", [{}, {"error": "Something else"}, {"email_batch": None}, [], {"email_batch": "x"}])
async def test_an_answer_that_says_nothing_is_a_failure(body: object) -> None:
    """Neither verdicts nor errors: nobody knows whether it was charged."""
    with pytest.raises(Failed) as caught:
        await zerobounce(says(body)).verify(["a@b.sg"])
    assert caught.value.may_be_charged


async def test_too_many_batches_are_a_block_of_ten_minutes() -> None:
    """No header says so, and whoever goes on asking is blocked for longer."""
    with pytest.raises(Throttled) as caught:
        await zerobounce(lambda _: httpx2.Response(429)).verify(["a@b.sg"])
    assert caught.value.retry_after == timedelta(minutes=10)


@pytest.mark.parametrize("count", [0, 101])
async def test_a_batch_takes_one_to_a_hundred(count: int) -> None:
    """More is the caller's mistake, and is not sent."""
    with pytest.raises(ValueError, match="takes 1 to 100"):
        await zerobounce(says({"email_batch": []})).verify(["a@b.sg"] * count)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200) | (JSON | ANSWERS).map(lambda value: json.dumps(value).encode()))
async def test_no_answer_breaks_the_adapter(content: bytes) -> None:
    """A VendorError, or an answer that accounts for each address once, and charges for none twice."""
    with suppress(VendorError):
        answer = await zerobounce(says(content)).verify(["a@b.sg", "C@d.sg"])
        found = [result.email for result in answer.results] + [email for email, _ in answer.failed]
        assert sorted(found) == ["C@d.sg", "a@b.sg"]
        assert answer.credits >= sum(result.status != "unknown" for result in answer.results)
