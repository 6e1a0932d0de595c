"""Findings about a company: what each is worth, and the words that say so."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from common.contracts import CompanyFact, Site
from industries.ssic.hierarchy import Hierarchy
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.rating import rate
from scorer.core.rationale import LONGEST
from scorer.core.scoring_profile import ProfileCache
from testkit.leads.scoring import EVERYTHING, HOME, NOW, a_fact, a_profile, an_email, seen
from testkit.register.industries import codes_2020

MODEL = read_model()
PROFILES = ProfileCache(MODEL, SsicVersions(Hierarchy(codes_2020())))
NO_ICP, FULL_ICP = (PROFILES.get(it) for it in (a_profile(), a_profile(**EVERYTHING)))


def rationale_of(**event: Any) -> str:
    """Returns the rationale of an enrichment by FULL_ICP."""
    return rate(seen(**event), FULL_ICP).rationale


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (a_fact("hiring", "1 open role: Cook"), "hiring 1 role (careers page)"),
        (a_fact("hiring", "2 open roles: No-code developer, Cook"), "hiring 2 roles (careers page)"),
        (
            CompanyFact(
                field="hiring", value="2 open roles: Cook", source_url=HOME, method="schema.org", confidence=0.9
            ),
            "hiring 2 roles (its job postings)",
        ),
        (a_fact("hiring", "looking for a cook"), "hiring: looking for a cook (acme.sg)"),
        (a_fact("employees", "1"), "1 employee, none of its technologies (acme.sg)"),
        (a_fact("employees", "51-200 employees"), "51-200 employees (acme.sg)"),
        (a_fact("employees", "about 30"), "about 30 employees (acme.sg)"),
        (a_fact("employees", "between 20-30 souls"), "employees: between 20-30 souls (acme.sg)"),
        (a_fact("pricing", "on request"), "prices: on request (acme.sg)"),
        (a_fact("customers", "; <b>Foo</b>\n\u202eBar"), "names customers such as Foo Bar"),
        (
            CompanyFact(field="customers", value="Foo", source_url="https://x.example/1", method="ai", confidence=0.5),
            "names customers such as Foo (x.example)",
        ),
        (
            a_fact("customers", "Consolidated Amalgamated Holdings 1234567 Ltd"),
            "such as Consolidated Amalgamated Holdings…",
        ),
    ],
)
def test_what_is_reported_is_what_was_found_and_who_says_so(fact: CompanyFact, words: str) -> None:
    """In the right number, without markup, and never with a number that was cut."""
    assert words in rationale_of(facts=[fact])


@pytest.mark.parametrize("value", ["we are not hiring", "there are no vacancies", "0 open roles", "none", "We aren't"])
def test_a_company_that_says_it_is_not_hiring_is_believed(value: str) -> None:
    """Wherever in its words the denial stands."""
    rating = rate(seen(facts=[a_fact("hiring", value)]), NO_ICP)

    assert orjson.loads(rating.features)["hiring"]["value"] == 0.2
    assert "hiring" not in rating.rationale


@pytest.mark.parametrize("value", ["", "  ", "\u200b\x00"])
def test_a_fact_that_says_nothing_is_none(value: str) -> None:
    """Nothing is claimed of it."""
    facts = [a_fact(field, value) for field in ("employees", "hiring", "pricing", "customers", "technologies", "news")]

    assert replace(rate(seen(facts=facts), FULL_ICP), event=seen()) == rate(seen(), FULL_ICP)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-10-03: Opens a second plant", "news of 2026-10-03: Opens a second plant (acme.sg)"),
        ("2026-11-23: Opens today in Singapore", "news of 2026-11-23: Opens today in Singapore (acme.sg)"),
        ("2025-11-22: Turns 20", "news of 2025-11-22: Turns 20 (acme.sg)"),
        ("2025-11-20: Turns 20", None),
        ("2026-12-24: Closes early", None),
        ("2026-02-30: Never was", None),
        ("Opens a second plant", "in the news: Opens a second plant (acme.sg)"),
    ],
)
def test_news_counts_for_a_year_and_is_shown_with_its_date(value: str, expected: str | None) -> None:
    """Counted to the day of the enrichment; older news is as good as none known, and undated news is news."""
    rating = rate(seen(facts=[a_fact("news", value)]), FULL_ICP)

    assert (rating.findings["news"] is not None) == (expected is not None)
    assert (expected or "") in rating.rationale
    assert expected or "news" not in rating.rationale


def test_of_two_facts_of_a_field_the_surer_one_counts() -> None:
    """The surer one of two facts of a field counts, whichever comes first."""
    facts = [a_fact("pricing", "zzz"), a_fact("pricing", "S$ 20").model_copy(update={"confidence": 0.9})]

    for given_in in (facts, facts[::-1]):
        assert "shows its prices" in rationale_of(facts=given_in)


def test_whom_to_reach_is_said_however_much_else_there_is() -> None:
    """Whom to reach is said however much else there is.

    What a site shows gives way first, and what is left is whole.
    """
    long = "A very long name that goes on and on and on for as long as it may"
    rationale = rationale_of(
        industry_code="26110",
        industry_norm=long,
        contacts=[an_email(name=long, title=f"COO of {long}", status="valid")],
        facts=[a_fact("customers", long), a_fact("news", long), a_fact("hiring", f"looking for {long}")],
    )

    assert len(rationale) <= LONGEST
    assert "verified email of the COO" in rationale
    assert "decision-maker A very long name" in rationale


def test_a_lead_without_an_industry_says_so_once() -> None:
    """A lead without an industry says so once, and claims none."""
    rationale = rationale_of(industry_code=None, industry_norm=None, incorporated_on=None)

    assert rationale.startswith("Within your ICP: in district 01 (register); ")
    assert "fit of its industry, size and age unknown" in rationale


def test_what_is_not_known_lowers_the_confidence_and_not_the_score() -> None:
    """Nothing known is the base, in between of all known well and all known badly."""
    unknown = rate(seen(site=Site(outcome="no_site_known"), website_domain=None), NO_ICP)
    bad = rate(seen(site=Site(outcome="unreachable", url=HOME), contacts=[an_email(status="invalid")]), NO_ICP)

    assert unknown.confidence == 0
    assert unknown.score == unknown.base
    assert bad.score < unknown.score < rate(seen(contacts=[an_email(status="valid")]), NO_ICP).score
    assert {it["value"] for it in orjson.loads(unknown.features).values()} == {None}


def test_a_company_that_is_all_one_could_wish_scores_1_and_says_why() -> None:
    """Each claim with its evidence, and every source in the features."""
    event = seen(
        site=Site(outcome="visited", url=HOME, tech=["react", "shopify"], has_careers=True),
        contacts=[an_email(name="Ann Tan", title="COO", status="valid")],
        facts=[
            a_fact("employees", "40"),
            a_fact("hiring", "4 open roles: Cook, Clerk, Welder, …", "/careers"),
            a_fact("customers", "Foo; Bar"),
            a_fact("pricing", "S$ 20"),
            a_fact("news", "Opens a second plant"),
        ],
    )

    rating = rate(event, FULL_ICP)

    assert (rating.score, rating.confidence, rating.bucket) == (1.0, 1.0, "High")
    assert rating.rationale == (
        "Manufacture of fabricated metal products except machinery and … (SSIC 25) matches your ICP; "
        "within your ICP: 40 employees (acme.sg), 8 years old, in district 01 (register), uses React, Shopify "
        "(acme.sg); hiring 4 roles (careers page); names customers such as Foo; "
        "in the news: Opens a second plant (acme.sg); shows its prices; verified email of the COO; "
        "decision-maker Ann Tan, COO"
    )
    features = orjson.loads(rating.features)
    assert features["hiring"]["source"] == f"{HOME}/careers"
    assert features["industry"]["source"] == "register"
    assert features["verified_email"]["source"] == f"{HOME}/contact"


def test_without_an_icp_a_score_says_so_and_rests_on_the_rest() -> None:
    """The ICP's criteria are no part of it; an ICP that asks for nothing is none."""
    rating = rate(seen(), NO_ICP)

    assert "no ICP is set: scored by signals and contacts alone" in rating.rationale
    assert set(orjson.loads(rating.features)) == {it.name for it in MODEL.criteria if it.group != "icp"}
    assert rating.to_event(NOW).has_icp is False
    assert rate(seen(), PROFILES.get(a_profile(industries=[]))).score == rating.score
    assert rate(seen(), FULL_ICP).to_event(NOW).has_icp is True


def test_a_tenants_own_weights_move_its_scores_and_name_themselves() -> None:
    """A tenant's own weights move its scores and name themselves: those that it does not name keep the model's; the
    model's version tells the two apart.
    """
    event = seen(facts=[a_fact("hiring", "4 open roles: Cook")])
    plain, own = rate(event, NO_ICP), rate(event, PROFILES.get(a_profile({"hiring": 5})))

    assert own.score > plain.score
    assert plain.profile.model_version == MODEL.version
    assert own.profile.model_version == f"{MODEL.version}+own"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("visited", "site live (acme.sg)"),
        ("unreachable", "site does not answer (acme.sg)"),
        ("empty", "site live but says nothing (acme.sg)"),
    ],
)
def test_a_rationale_says_how_the_visit_went_where_nothing_else_is_known_of_it(outcome: str, expected: str) -> None:
    """A visit that failed is explained, and nothing is claimed of what the site holds."""
    event = seen(site=Site.model_validate({"outcome": outcome, "url": HOME}))

    assert expected in rate(event, NO_ICP).rationale


def test_what_does_not_fit_is_said_too() -> None:
    """In the rationale, with what it is, and with what was asked for in the features."""
    rating = rate(seen(facts=[a_fact("employees", "900")], industry_code="46900", postal_code="738099"), FULL_ICP)

    assert rating.rationale.startswith("Manufacture of metal caps (SSIC 46900) is outside your ICP")
    assert "outside your ICP: 900 employees (acme.sg), in district 25 (register)" in rating.rationale
    assert orjson.loads(rating.features)["size"]["evidence"] == "900 employees; the ICP asks for 20 to 200"
