"""Lusha V3 as the simulator plays it: people of the town, previews and reveals, and a charge for each address once."""

from typing import Any

import pytest

from simulator.town.sites import Site
from simulator.town.town import Town
from simulator.vendors.lusha_shapes import id_of


def _filters(*hosts: str, **contacts: Any) -> dict[str, Any]:
    return {"companies": {"include": {"domains": list(hosts)}}, "contacts": {"include": contacts}}


@pytest.fixture
def crowd(known_sites: list[Site], town: Town) -> Site:
    """A site of a company with many people, all of whom may be shown."""
    return max(known_sites[:400], key=lambda site: sum(not person.is_protected for person in town.people(site)))


async def test_prospecting_previews_people(vendors: Any, crowd: Site, town: Town) -> None:
    """Everybody with a work address, without it; what a reveal will cost; a credit for up to 25."""
    answer = (
        await vendors.lusha("/contacts/prospecting", filters=_filters(crowd.host, existingDataPoints=["work_email"]))
    ).json()

    people = [person for person in town.people(crowd) if person.email is not None and person.email_type == "work"]
    assert [each["id"] for each in answer["results"]] == [id_of(crowd, person) for person in people]
    assert answer["billing"] == {"creditsCharged": 1, "resultsReturned": len(people)}
    assert answer["pagination"] == {"page": 0, "size": 25, "total": len(people)}
    assert "@" not in str(answer["results"])
    assert {"field": "emails", "credits": 1} in answer["results"][0]["canReveal"]
    assert answer["results"][0]["company"]["domain"].removeprefix("www.") == crowd.host


async def test_titles_fit_by_their_words(vendors: Any, crowd: Site, town: Town) -> None:
    """Any of the titles, in any case, as a part of the person's own."""
    answer = (
        await vendors.lusha("/contacts/prospecting", filters=_filters(crowd.host, jobTitles=["MANAGER", "CEO"]))
    ).json()

    wanted = [p.title for p in town.people(crowd) if "Manager" in p.title or p.title == "Chief Executive Officer"]
    assert [each["jobTitle"]["title"] for each in answer["results"]] == wanted


@pytest.mark.parametrize(("price", "charged"), [("block", 0), ("result", 0), ("block_or_one", 1)])
async def test_the_price_of_nobody_can_be_ordered(price: str, charged: int, vendors: Any) -> None:
    """The documents differ, so the answer's billing is all that counts."""
    await vendors.terms("lusha", search_price=price)
    answer = (await vendors.lusha("/contacts/prospecting", filters=_filters("nobody.example"))).json()

    assert answer["billing"] == {"creditsCharged": charged, "resultsReturned": 0}
    assert sum(entry["units"] for entry in await vendors.charges()) == charged


async def test_revealing_twice_is_paid_once_by_each_key(vendors: Any, crowd: Site, town: Town) -> None:
    """The second time is free, and the preview says so; another key pays for itself."""
    ids = [id_of(crowd, person) for person in town.people(crowd)]
    emails = [p.email for p in town.people(crowd) if p.email is not None and not p.is_protected]
    body = {"ids": ids, "reveal": ["emails"], "waterfallEnabled": False}
    answers = [(await vendors.lusha("/contacts/enrich", key, **body)).json() for key in ("k", "k", "other")]

    assert [each["email"] for result in answers[0]["results"] for each in result.get("emails", [])] == emails
    assert [answer["billing"]["creditsCharged"] for answer in answers] == [len(emails), 0, len(emails)]
    first, second, _ = await vendors.charges(vendor="lusha")
    assert (first["items"], second["free"], second["units"]) == (second["free"], first["items"], 0)
    preview = (
        await vendors.lusha("/contacts/prospecting", filters=_filters(crowd.host, existingDataPoints=["work_email"]))
    ).json()
    assert {"field": "emails", "credits": 0} in preview["results"][0]["canReveal"]


async def test_phones_are_revealed_unless_left_out(vendors: Any, known_sites: list[Site], town: Town) -> None:
    """A careless request pays five credits for each."""
    site, person = next(
        (site, person)
        for site in known_sites
        for person in town.people(site)
        if person.phone and person.email and not person.is_protected
    )
    answer = (await vendors.lusha("/contacts/enrich", ids=[id_of(site, person)])).json()

    assert answer["results"][0]["phones"][0]["number"] == person.phone
    assert answer["billing"]["creditsCharged"] == 6


async def test_trouble_with_one_person_is_inside_the_answer(vendors: Any, known_sites: list[Site], town: Town) -> None:
    """Nobody, and somebody protected: an error each, no charge, HTTP 200."""
    site, person = next((site, p) for site in known_sites for p in town.people(site) if p.is_protected)
    answer = await vendors.lusha("/contacts/enrich", ids=["1", id_of(site, person)], reveal=["emails"])

    assert answer.status_code == 200
    assert [each["error"]["code"] for each in answer.json()["results"]] == ["NOT_FOUND", "COMPLIANCE_RESTRICTED"]
    assert answer.json()["billing"]["creditsCharged"] == 0


async def test_an_account_with_the_waterfall_starts_a_job_unless_asked_not_to(vendors: Any) -> None:
    """The default is a trap."""
    body = {"ids": ["1"], "reveal": ["emails"]}

    assert "job" in (await vendors.lusha("/contacts/enrich", "waterfall-1", **body)).json()
    assert "job" not in (await vendors.lusha("/contacts/enrich", "waterfall-1", waterfallEnabled=False, **body)).json()
    assert "job" not in (await vendors.lusha("/contacts/enrich", **body)).json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/contacts/prospecting", {}),
        ("/contacts/prospecting", {"filters": _filters("a.example"), "pagination": {"page": 0, "size": 5}}),
        ("/contacts/prospecting", {"filters": {"company": {}}}),
        ("/contacts/enrich", {"ids": []}),
        ("/contacts/enrich", {"ids": ["1"] * 101}),
        ("/contacts/enrich", {"ids": ["1"], "reveal": ["shoes"]}),
    ],
)
async def test_bad_requests_are_refused(path: str, body: dict[str, Any], vendors: Any) -> None:
    """400 with the vendor's envelope."""
    answer = await vendors.lusha(path, **body)

    assert (answer.status_code, answer.json()["statusCode"]) == (400, 400)
    assert await vendors.charges() == []


@pytest.mark.parametrize(("key", "status"), [("", 401), ("invalid", 401), ("no-credits", 402), ("forbidden", 403)])
async def test_keys_that_are_no_good(key: str, status: int, vendors: Any) -> None:
    """Each gets its status."""
    assert (await vendors.lusha("/contacts/enrich", key, ids=["1"])).status_code == status


async def test_credits_run_out_between_calls(vendors: Any, crowd: Site, town: Town) -> None:
    """Credits run out between calls: what cannot be paid for whole is refused and not charged; usage tells what is
    left.
    """
    await vendors.terms("lusha", credits=2)
    ids = [id_of(crowd, p) for p in town.people(crowd) if p.email is not None and not p.is_protected]
    body = {"reveal": ["emails"], "waterfallEnabled": False}

    assert (await vendors.lusha("/contacts/enrich", ids=ids[:1], **body)).status_code == 200
    assert (await vendors.lusha("/contacts/enrich", ids=ids[1:4], **body)).status_code == 402
    assert (await vendors.lusha("/contacts/enrich", ids=ids[:2], **body)).status_code == 200
    assert (await vendors.lusha("/contacts/enrich", ids=ids[:2], **body)).status_code == 200, "all owned"
    usage = (await vendors.http.get("/lusha/v3/account/usage", headers={"api_key": "k"})).json()
    assert usage["credits"] == {"total": 2, "used": 2, "remaining": 0}
