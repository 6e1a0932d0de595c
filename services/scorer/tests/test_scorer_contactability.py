"""Contactability: who can be written to, what that is worth, and the words that say so."""

from typing import Any

import orjson
import pytest

from common.contracts import CompanyEnriched, Contact, Person, Site
from industries.ssic.hierarchy import Hierarchy
from scorer.core.contactability import is_senior
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.rating import rate
from scorer.core.scoring_profile import ProfileCache
from testkit.leads.scoring import HOME, a_phone, a_profile, an_email, seen

NO_ICP = ProfileCache(read_model(), SsicVersions(Hierarchy([]))).get(a_profile())


def contact_of(event: CompanyEnriched) -> Contact | None:
    return rate(event, NO_ICP).contact


def rationale_of(**event: Any) -> str:
    return rate(seen(**event), NO_ICP).rationale


def test_addresses_that_are_dead_are_not_said_to_be_missing() -> None:
    """Something was found, and it takes no mail."""
    assert "no address that takes mail was found" in rationale_of(contacts=[an_email(status="invalid")])
    assert "no contact found" in rationale_of()
    assert "no contact known" in rationale_of(site=Site(outcome="forbidden"))


def test_a_verifiers_word_that_nobody_knows_says_nothing() -> None:
    """It is not bad: it is unknown, and the address may be tried."""
    rating = rate(seen(contacts=[an_email(status="brand-new-word")]), NO_ICP)

    assert orjson.loads(rating.features)["verified_email"]["value"] is None
    assert orjson.loads(rating.features)["reachable"]["value"] == 1.0


def test_contacts_without_a_name_or_an_address_are_no_people() -> None:
    """Blank ones claim nothing; the verified address that is named is the one to write to."""
    blank = Contact(kind="phone", value=" ", source_url=HOME, name=" ", title="CEO")
    role = an_email("a@acme.sg", is_role=True, status="valid")
    boss = an_email("z@acme.sg", name="Zoe", title="COO", status="valid")

    rating = rate(seen(contacts=[blank]), NO_ICP)
    assert rating.contact is None
    assert "CEO" not in rating.rationale
    rating = rate(seen(contacts=[role, boss]), NO_ICP)
    assert rating.contact == boss
    assert "verified email of the COO; decision-maker Zoe, COO" in rating.rationale


def test_that_nobody_is_named_means_nothing_while_a_vendor_was_left_out() -> None:
    """That nobody is named means nothing while a vendor was left out; then it is unknown; with the vendor asked in vain
    it is a finding.
    """
    values = [
        orjson.loads(rate(seen(reasons=reasons), NO_ICP).features)["decision_maker"]["value"]
        for reasons in (["lusha: no key"], ["lusha: nobody with such a title and an address"], [])
    ]

    assert values == [None, 0.25, 0.25]


@pytest.mark.parametrize(
    ("status", "sub_status", "value"),
    [
        ("valid", "", 1.0),
        ("valid", "role_based_accept_all", 1.0),
        ("catch-all", "", 0.7),
        ("do_not_mail", "role_based", 0.6),
        ("do_not_mail", "role_based_catch_all", 0.6),
        ("do_not_mail", "toxic", 0.0),
        ("invalid", "mailbox_not_found", 0.0),
        ("spamtrap", "", 0.0),
        ("unknown", "greylisted", None),
        (None, None, None),
    ],
)
def test_a_verifiers_words_count_as_they_are_meant(status: str | None, sub_status: str | None, value: float) -> None:
    """A company's info@ comes as do_not_mail and is read all the same; what could not be verified is unknown."""
    event = seen(contacts=[an_email(status=status, sub_status=sub_status)])

    assert orjson.loads(rate(event, NO_ICP).features)["verified_email"]["value"] == value


def test_the_best_contact_is_a_live_address_of_someone_who_decides() -> None:
    """Not a dead one; a person's before a role's before a phone; the verified, the senior, the own domain first."""
    role, person = an_email("info@acme.sg", is_role=True), an_email("jane@acme.sg")
    verified, senior = an_email("zoe@acme.sg", status="valid"), an_email("zac@acme.sg", title="Director")
    dead, elsewhere = an_email("ann@acme.sg", status="invalid"), an_email("a@mail.example")

    assert contact_of(seen(contacts=[a_phone(), role])) == role
    assert contact_of(seen(contacts=[role, elsewhere])) == elsewhere
    assert contact_of(seen(contacts=[elsewhere, role, person])) == person
    assert contact_of(seen(contacts=[person, senior, dead])) == senior
    assert contact_of(seen(contacts=[person, senior, verified])) == verified
    assert contact_of(seen(contacts=[dead, a_phone()])) == a_phone()
    assert contact_of(seen(contacts=[a_phone()])) == a_phone()
    assert contact_of(seen()) is None


@pytest.mark.parametrize(
    "title", ["COO", "Chief Executive", "Managing Director", "Head of Sales", "Co-Founder", "VP Sales"]
)
def test_who_decides_is_known_by_the_title(title: str) -> None:
    """Any chief, head, director, founder or owner."""
    assert is_senior(title)


@pytest.mark.parametrize(
    "title", [None, "", "Sales Executive", "Engineer", "Assistant to the CEO", "Executive Assistant"]
)
def test_who_decides_nothing_is_known_too(title: str | None) -> None:
    """Who decides nothing is known too, also where the title names someone else's."""
    assert not is_senior(title)


def test_a_wanted_title_comes_before_other_seniors() -> None:
    """The tenant's order of titles decides; working and verified addresses still come first."""
    boss = an_email("a@acme.sg", name="Ann", title="Managing Director", fit=1)
    chief = an_email("b@acme.sg", name="Bea", title="CEO", fit=0)
    other = an_email("0@acme.sg", name="Cai", title="Chairman")
    verified = an_email("z@acme.sg", name="Dan", title="Clerk", status="valid")

    assert contact_of(seen(contacts=[other, boss, chief])) == chief
    assert contact_of(seen(contacts=[other, boss])) == boss
    assert contact_of(seen(contacts=[other, chief, verified])) == verified


def a_person(name: str, title: str, fit: int | None = None) -> Person:
    return Person(name=name, title=title, source_url=f"{HOME}/team", fit=fit)


def test_the_person_to_ask_for_is_the_one_that_fits_best() -> None:
    """Named on the site, without an address: asked for by way of the desk. The words say so, with the page."""
    people = [a_person("Ben Low", "Buyer"), a_person("Ana Cruz", "Owner"), a_person("Mei Tan", "Director", 1)]
    desk = a_phone()

    rating = rate(seen(contacts=[desk]).model_copy(update={"people": people}), NO_ICP)

    assert (rating.contact, rating.ask_for) == (desk, people[2])
    assert "decision-maker Mei Tan, Director" in rating.rationale
    assert orjson.loads(rating.features)["decision_maker"]["source"] == f"{HOME}/team"
    assert rating.to_event(rating.event.enriched_at).ask_for == people[2]


def test_nobody_is_asked_for_where_the_contact_fits_as_well() -> None:
    """Nobody is asked for where the contact fits as well, nor is staff without a wanted title, nor a person who has an
    address.
    """
    tan = a_person("Mei Tan", "Director", 1)
    boss = an_email("z@acme.sg", name="Zoe Lim", title="CEO").model_copy(update={"fit": 0})
    clerk = an_email("c@acme.sg", name="Cai Goh", title="Clerk")

    def asked_for(contact: Contact, *people: Person) -> Person | None:
        return rate(seen(contacts=[contact]).model_copy(update={"people": list(people)}), NO_ICP).ask_for

    assert asked_for(boss, tan) is None
    assert asked_for(clerk, tan) == tan
    assert asked_for(a_phone(), a_person("Ben Low", "Buyer")) is None
    assert asked_for(boss, a_person("Zoe Lim", "CEO", 0)) is None
