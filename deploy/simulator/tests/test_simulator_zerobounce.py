"""ZeroBounce as the simulator plays it: verdicts on the town's addresses, and the errors that hide in HTTP 200."""

from typing import Any

import pytest

from simulator.town.sites import Site
from simulator.town.town import Town

OUT = "Invalid API Key or your account ran out of credits"


async def test_a_batch_is_answered_by_address_in_any_order(vendors: Any) -> None:
    """Lower case, turned round, each with every field; unknown ones are free."""
    answer = (await vendors.verify("Valid@Example.com", "role_based@example.com", "greylisted@example.com", "x")).json()

    found = [(each["address"], each["status"], each["sub_status"]) for each in answer["email_batch"]]
    assert found == [
        ("x", "invalid", "failed_syntax_check"),
        ("greylisted@example.com", "unknown", "greylisted"),
        ("role_based@example.com", "do_not_mail", "role_based"),
        ("valid@example.com", "valid", ""),
    ]
    assert answer["email_batch"][-1]["mx_found"] == "true"
    assert answer["email_batch"][-1]["free_email"] is False
    (entry,) = await vendors.charges()
    assert (entry["units"], entry["free"]) == (3, ["greylisted@example.com"])


async def test_the_towns_addresses_have_lasting_verdicts(vendors: Any, known_sites: list[Site], town: Town) -> None:
    """Role addresses are not to be mailed, most people's are valid, made-up ones are not; always the same."""
    sites = known_sites[:60]
    roles = [f"info@{site.host}" for site in sites]
    people = [p.email for site in sites for p in town.people(site) if p.email is not None and p.email_type == "work"]
    nobody = [f"no.such.person@{site.host}" for site in sites]
    seen = []
    for emails in (roles, people[:90], nobody):
        answers = [(await vendors.verify(*emails)).json()["email_batch"] for _ in range(2)]
        assert answers[0] == answers[1]
        seen.append([each["status"] for each in answers[0]])

    assert set(seen[0]) == {"do_not_mail"}
    assert 0.6 < seen[1].count("valid") / len(seen[1]) < 0.95
    assert "valid" not in seen[2]


@pytest.mark.parametrize(
    ("email", "status", "sub_status", "hint"),
    [
        ("mei@gamil.com", "invalid", "possible_typo", "mei@gmail.com"),
        ("mei@nobody.example", "invalid", "no_dns_entries", None),
        ("mei@mailinator.com", "do_not_mail", "disposable", None),
        ("catch_all@example.com", "catch-all", "", None),
        ("aiagentmailbox@example.com", "valid", "ai_agent_mailbox", None),
    ],
)
async def test_single_verdicts(email: str, status: str, sub_status: str, hint: str | None, vendors: Any) -> None:
    """The real-time endpoint; the sandbox is free there."""
    answer = await vendors.http.get(
        "/zerobounce/v2/validate", params={"api_key": "k", "email": email, "ip_address": ""}
    )

    body = answer.json()
    assert (body["status"], body["sub_status"], body["did_you_mean"]) == (status, sub_status, hint)
    assert sum(entry["units"] for entry in await vendors.charges()) == (0 if "@example.com" in email else 1)


@pytest.mark.parametrize("key", ["", "invalid", "no-credits"])
async def test_bad_keys_are_reported_inside_200(key: str, vendors: Any) -> None:
    """The batch has no results and one error; only getcredits tells a bad key from an empty account."""
    batch = await vendors.verify("valid@example.com", key=key)
    single = await vendors.http.get("/zerobounce/v2/validate", params={"api_key": key, "email": "a@b.example"})
    left = (await vendors.http.get("/zerobounce/v2/getcredits", params={"api_key": key})).json()

    assert (batch.status_code, single.status_code) == (200, 200)
    assert batch.json() == {"email_batch": [], "errors": [{"error": OUT, "email_address": "all"}]}
    assert single.json()["error"].lower() == OUT.lower()
    assert left == {"Credits": "0" if key == "no-credits" else "-1"}


async def test_credits_can_run_out_in_the_middle_of_a_batch(vendors: Any) -> None:
    """The first are answered and charged, the rest are errors; the next batch gets nothing."""
    await vendors.terms("zerobounce", credits=2)
    batch = ["valid@example.com", "unknown@example.com", "gold@example.com", "abuse@example.com"]
    first, second = [(await vendors.verify(*batch[n:])).json() for n in (0, 2)]

    assert len(first["email_batch"]) == 3
    assert first["errors"] == [{"error": OUT, "email_address": "abuse@example.com"}]
    assert second == {"email_batch": [], "errors": [{"error": OUT, "email_address": "all"}]}
    assert (await vendors.http.get("/zerobounce/v2/getcredits", params={"api_key": "k"})).json() == {"Credits": "0"}


async def test_a_repeated_batch_is_charged_again_and_the_ledger_shows_it(vendors: Any) -> None:
    """No idempotency: a repeat is found by address, with how often it was answered."""
    for _ in range(2):
        await vendors.verify("valid@example.com", "unknown@example.com")

    repeats = (await vendors.http.get("/_simulator/charges/repeats")).json()["repeats"]
    assert [(each["item"], each["times"], each["answered"]) for each in repeats] == [("valid@example.com", 2, 2)]


async def test_a_batch_is_at_most_100(vendors: Any) -> None:
    """One more is refused, and free."""
    assert (await vendors.verify(*("valid@example.com",) * 101)).status_code == 400
    assert await vendors.charges() == []
