"""Lusha's adapter: only what we use is asked for, and each person asked about is accounted for."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.vendors.errors import AccountRefused, Failed, Rejected, Throttled, VendorError
from enricher.vendors.lusha import Lusha, Person, RevealedContact, prospect_cost

KEY = "lusha-secret"
NAMES = [
    "id", "results", "firstName", "lastName", "fullName", "jobTitle", "title", "has", "canReveal", "field", "emails",
    "email", "type", "confidence", "location", "isEuContact", "updateDate", "error", "code", "billing",
    "creditsCharged",
]  # fmt: skip
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["p1", "p2"]) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=5),
    max_leaves=12,
)
RESULT = st.fixed_dictionaries({"id": st.sampled_from(["p1", "p2", "p9", 7])}, optional=dict.fromkeys(NAMES[1:], JSON))
ANSWERS = st.fixed_dictionaries({"results": st.lists(RESULT | JSON, max_size=4) | JSON}, optional={"billing": JSON})


def lusha(answer: Callable[[httpx2.Request], httpx2.Response]) -> Lusha:
    return Lusha(httpx2.MockTransport(answer), KEY)


def says(body: object, asked: list[httpx2.Request] | None = None) -> Callable[[httpx2.Request], httpx2.Response]:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if asked is not None:
            asked.append(request)
        return httpx2.Response(200, content=body if isinstance(body, bytes) else json.dumps(body).encode())

    return answer


async def test_people_are_asked_for_as_documented() -> None:
    """Domain, titles, a page of an allowed size, no partial profiles; the key in its own header."""
    asked: list[httpx2.Request] = []

    await lusha(says({"results": []}, asked)).prospect("acme.sg", ["Director"], size=3)

    assert str(asked[0].url) == "https://api.lusha.com/v3/contacts/prospecting"
    assert asked[0].headers["api_key"] == KEY
    assert json.loads(asked[0].content) == {
        "pagination": {"page": 0, "size": 10},
        "filters": {
            "companies": {"include": {"domains": ["acme.sg"]}},
            "contacts": {"include": {"existingDataPoints": ["work_email"], "jobTitles": ["Director"]}},
        },
        "options": {"includePartialProfiles": False, "excludeDnc": True},
    }


async def test_people_come_with_their_titles() -> None:
    """The first `size` of them, without those that Lusha could not give, and what they cost."""
    answer = await lusha(
        says(
            {
                "results": [
                    {"id": 7, "firstName": "Mei", "lastName": "Tan", "jobTitle": {"title": "CEO"}, "has": ["phones"]},
                    {"id": "x", "error": {"code": "NOT_FOUND"}},
                    {"id": "p2", "jobTitle": "CFO", "has": None, "canReveal": [{"field": "emails", "credits": 1}]},
                    {"id": "p3"},
                ],
                "billing": {"creditsCharged": "1"},
            }
        )
    ).prospect("acme.sg", [], size=2)

    assert answer.people == (Person("7", "Mei", "Tan", "CEO", False), Person("p2", "", "", "CFO", True))
    assert answer.credits == 1


async def test_nothing_but_email_addresses_is_paid_for() -> None:
    """Without `reveal` phones would be charged, without the flag other vendors' prices."""
    asked: list[httpx2.Request] = []

    await lusha(says({"results": []}, asked)).reveal(["p1"])

    assert str(asked[0].url) == "https://api.lusha.com/v3/contacts/enrich"
    assert json.loads(asked[0].content) == {"ids": ["p1"], "reveal": ["emails"], "waterfallEnabled": False}


async def test_each_person_asked_for_is_named() -> None:
    """Revealed, or failed with the code that came inside the 200; private addresses are dropped."""
    answer = await lusha(
        says(
            {
                "results": [
                    {"id": "p2", "error": {"code": "COMPLIANCE_RESTRICTED"}},
                    {
                        "id": "p1",
                        "fullName": "Mei Tan",
                        "jobTitle": {"title": "CEO"},
                        "location": {"isEuContact": "true"},
                        "updateDate": "2026-05-04T10:00:00Z",
                        "emails": [
                            {"email": "mei@acme.sg", "type": "work", "confidence": "A+"},
                            {"email": "mei@home.sg", "type": "private"},
                            None,
                        ],
                    },
                ],
                "billing": {"creditsCharged": 1},
            }
        )
    ).reveal(["p1", "p2", "p3"])

    assert answer.contacts == (
        RevealedContact("p1", "Mei Tan", "CEO", (("mei@acme.sg", "work", "A+"),), True, date(2026, 5, 4)),
    )
    assert answer.failed == (("p2", "COMPLIANCE_RESTRICTED"), ("p3", "NO_ANSWER"))
    assert answer.credits == 1


async def test_without_a_bill_the_most_is_booked() -> None:
    """The documents differ on prices, so what is not said is taken to be the dearest."""
    server = lusha(says({"results": [], "billing": None}))

    assert (await server.prospect("acme.sg", [], size=20)).credits == 20 == prospect_cost(20)
    assert (await server.reveal(["p1", "p2"])).credits == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (410, Rejected),
        (451, Rejected),
        (402, AccountRefused),
        (403, AccountRefused),
        (429, Throttled),
        (499, Failed),
    ],
)
async def test_lushas_errors_are_distinguished(status: int, kind: type[VendorError]) -> None:
    """With Lusha's own words where they help: which plan, which field."""
    body = {"statusCode": status, "message": "V3 is not enabled"}

    with pytest.raises(kind) as caught:
        await lusha(lambda _: httpx2.Response(status, json=body)).prospect("acme.sg", [], size=5)

    assert ("V3 is not enabled" in str(caught.value)) == (status in {400, 403, 410, 451})


@pytest.mark.parametrize("count", [0, 101])
async def test_a_reveal_takes_one_to_a_hundred(count: int) -> None:
    """More is the caller's mistake, and is not sent."""
    with pytest.raises(ValueError, match="takes 1 to 100"):
        await lusha(says({"results": []})).reveal(["p"] * count)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200) | (JSON | ANSWERS).map(lambda value: json.dumps(value).encode()))
async def test_no_answer_breaks_the_adapter(content: bytes) -> None:
    """A VendorError, or an answer that accounts for each id once and has a sane charge."""
    client = lusha(says(content))

    with suppress(Failed):
        assert len((await client.prospect("acme.sg", ["CEO"], size=3)).people) <= 3
    with suppress(Failed):
        answer = await client.reveal(["p1", "p2"])
        found = [contact.vendor_id for contact in answer.contacts] + [vendor_id for vendor_id, _ in answer.failed]
        assert sorted(found) == ["p1", "p2"]
        assert all(isinstance(email, str) and email for contact in answer.contacts for email, _, _ in contact.emails)
        assert 0 <= answer.credits <= 1_000_000
