"""The laws of the score, whatever is found of whatever company, by whatever profile."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import Company, CompanyEnriched, CompanyFact, Contact, Icp, Site
from industries.ssic.hierarchy import Hierarchy
from lead_features.format import contributions_in
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import UNIT, read_model
from scorer.core.rating import newest, rate
from scorer.core.rationale import LONGEST
from scorer.core.scoring_profile import ProfileCache, ScoringProfile
from scorer.core.weighting import weighted_model
from testkit.leads.scoring import EVERYTHING, NOW, a_fact, a_phone, a_profile, an_email
from testkit.register.industries import codes_2020

MODEL = read_model()
PROFILES = ProfileCache(MODEL, SsicVersions(Hierarchy(codes_2020())))
NO_ICP, FULL_ICP = (PROFILES.get(it) for it in (a_profile(), a_profile(**EVERYTHING)))

words = st.text(max_size=60)
contacts = st.builds(
    Contact,
    kind=st.sampled_from(["email", "phone"]),
    value=st.text(min_size=1, max_size=40),
    is_role=st.booleans(),
    source_url=words,
    name=st.none() | words,
    title=st.none() | words | st.sampled_from(["COO", "Managing Director", "Clerk"]),
    status=st.none() | st.sampled_from(["valid", "invalid", "catch-all", "do_not_mail", "unknown", "spamtrap", "new"]),
    sub_status=st.none() | st.sampled_from(["role_based", "toxic"]),
)
facts = st.builds(
    CompanyFact,
    field=st.sampled_from(["employees", "hiring", "pricing", "customers", "technologies", "news", "markets"]),
    value=words
    | st.sampled_from(["40", "51-200", "3 open roles: Cook", "no open roles", "has a careers page", "react"]),
    source_url=words,
    method=st.sampled_from(["page", "ai"]),
    confidence=st.just(0.7),
)
sites = st.builds(
    Site,
    outcome=st.sampled_from(["visited", "no_site_known", "forbidden", "unreachable", "empty"]),
    url=st.none() | words,
    tech=st.lists(words | st.just("react"), max_size=3),
    has_careers=st.none() | st.booleans(),
)
companies = st.builds(
    Company,
    company_id=st.integers(1, 5),
    uen=st.just("201812345K"),
    name=st.text(min_size=1, max_size=30),
    incorporated_on=st.none() | st.dates(date(1900, 1, 1), date(2030, 1, 1)),
    industry_code=st.none() | st.sampled_from(["25912", "46900", "01111", "99999"]),
    secondary_industry_code=st.none() | st.just("25912"),
    industry_norm=st.none() | words,
    ssic_version=st.none() | st.sampled_from(["2020", "2030"]),
    postal_code=st.none() | words | st.from_regex(r"[0-9]{6}", fullmatch=True),
)
enrichments = st.builds(
    CompanyEnriched,
    tenant_id=st.just(1),
    company=companies,
    site=sites,
    contacts=st.lists(contacts, max_size=4),
    degraded_reasons=st.lists(st.just("lusha: no key"), max_size=1),
    enriched_at=st.integers(0, 3).map(lambda hours: NOW + timedelta(hours=hours)),
    facts=st.lists(facts, max_size=5, unique_by=lambda fact: fact.field),
)
icps = st.builds(
    Icp,
    industries=st.lists(st.sampled_from(["2020:25", "2020:2591", "46", "2025:62", "nonsense"]), max_size=2),
    employees_from=st.none() | st.integers(0, 300),
    employees_to=st.none() | st.integers(0, 300),
    age_from=st.none() | st.integers(0, 30),
    age_to=st.none() | st.integers(0, 30),
    districts=st.lists(st.sampled_from(["01", "22"]), max_size=2),
    technologies=st.lists(st.sampled_from(["react", "Shopify", ""]), max_size=3),
)
weights = st.none() | st.dictionaries(
    st.sampled_from([it.name for it in MODEL.criteria]), st.floats(0.01, 1000), max_size=5
)
profiles = st.builds(lambda icp, own: PROFILES.get(a_profile(own, **icp.model_dump())), icps, weights)


@given(enrichments, profiles)
def test_a_score_is_bounded_and_its_parts_sum_to_it_exactly(event: CompanyEnriched, profile: ScoringProfile) -> None:
    """Score and confidence in [0, 1]; base and contributions sum to the score, as decimals, to the last digit."""
    rating = rate(event, profile)

    assert 0 <= rating.score <= 1
    assert 0 <= rating.confidence <= 1
    parts = [rating.base, *(it.contribution for it in contributions_in(rating.features))]
    assert sum(Decimal(str(part)) for part in parts) == Decimal(str(rating.score))
    assert rating.bucket == ("High" if rating.score >= 0.66 else "Medium" if rating.score >= 0.33 else "Low")
    assert sum(it.weight for it in profile.weighted.criteria) == UNIT


@given(st.data(), weights, st.sets(st.sampled_from([it.name for it in MODEL.criteria if it.group == "icp"])))
def test_a_positive_finding_never_lowers_a_score(
    data: st.DataObject, own: dict[str, float] | None, asked: set[str]
) -> None:
    """A positive finding never lowers a score.

    Of any criterion, by any tenant's weights, whatever else is known: neither in place of nothing, nor in place of a
    finding that is worth less.
    """
    weighted = weighted_model(MODEL, own or {}, asked)
    counted = [it.criterion for it in weighted.criteria]
    found = {it.name: data.draw(st.none() | st.sampled_from(sorted(it.findings))) for it in counted}
    for criterion in counted:
        for name, value in criterion.findings.items():
            before, after = found[criterion.name], weighted.score(found | {criterion.name: name})
            if before is not None and criterion.findings[before] <= value:
                assert after >= weighted.score(found)
            if value >= criterion.prior:
                assert after >= weighted.score(found | {criterion.name: None})
            else:
                assert after <= weighted.score(found | {criterion.name: None})


GOOD_NEWS: list[dict[str, Any]] = [
    {"contacts": [an_email(status="valid")]},
    {"contacts": [an_email(name="Ann Tan", title="COO", status="valid")]},
    {"contacts": [a_phone()]},
    {"facts": [a_fact("hiring", "4 open roles: Cook")]},
    {"facts": [a_fact("customers", "Foo; Bar")]},
    {"facts": [a_fact("pricing", "S$ 20")]},
    {"facts": [a_fact("news", "Opens a second plant")]},
    {"facts": [a_fact("technologies", "react; shopify")]},
    {"facts": [a_fact("employees", "40")]},
]


@given(enrichments, st.sampled_from([NO_ICP, FULL_ICP]), st.sampled_from(GOOD_NEWS))
def test_good_news_never_lowers_a_score(event: CompanyEnriched, profile: ScoringProfile, more: dict[str, Any]) -> None:
    """One more contact that can be written to, or a fact that the ICP asks for, in whatever it is added to."""
    found = {fact.field for fact in more.get("facts", ())}
    update = {
        "contacts": [*event.contacts, *more.get("contacts", ())],
        "facts": [*(fact for fact in event.facts if fact.field not in found), *more.get("facts", ())],
    }

    assert rate(event.model_copy(update=update), profile).score >= rate(event, profile).score


@given(enrichments, icps, st.sampled_from(["empty", "visited"]))
def test_a_site_that_answers_never_lowers_a_score(event: CompanyEnriched, icp: Icp, outcome: str) -> None:
    """By the model's own weights, however bare it is: what it does not show takes less than that it is there gives."""
    silent = event.site.model_copy(update={"outcome": "unreachable", "tech": [], "has_careers": None})
    unknown, read = (silent.model_copy(update={"outcome": it}) for it in ("no_site_known", outcome))
    profile = PROFILES.get(a_profile(**icp.model_dump()))

    score = rate(event.model_copy(update={"site": read}), profile).score

    assert score >= rate(event.model_copy(update={"site": silent}), profile).score
    assert score >= rate(event.model_copy(update={"site": unknown}), profile).score


@given(enrichments, profiles, st.data())
def test_a_contact_of_which_more_is_known_never_lowers_a_score(
    event: CompanyEnriched, profile: ScoringProfile, data: st.DataObject
) -> None:
    """A name, a title that decides, an address that takes mail, a person's in place of a role's."""
    better = {"name": "Ann Tan", "title": "COO", "is_role": False, "kind": "email", "status": "valid"}
    known = data.draw(contacts)
    known = known.model_copy(update={"value": "x@acme.sg", "kind": "email"})
    update = {name: better[name] for name in data.draw(st.sets(st.sampled_from(sorted(better))))}
    before, after = [known, *event.contacts], [known.model_copy(update=update), *event.contacts]

    score = rate(event.model_copy(update={"contacts": after}), profile).score

    assert score >= rate(event.model_copy(update={"contacts": before}), profile).score


@given(enrichments, profiles, st.randoms())
def test_order_and_repeats_within_an_enrichment_are_irrelevant(
    event: CompanyEnriched, profile: ScoringProfile, chance: Random
) -> None:
    """Order and repeats within an enrichment are irrelevant: the same contacts and facts, shuffled and doubled, give
    the same rating to the bit.
    """
    contacts, facts = [*event.contacts, *event.contacts], [*event.facts, *event.facts]
    chance.shuffle(contacts)
    chance.shuffle(facts)
    other = rate(event.model_copy(update={"contacts": contacts, "facts": facts}), profile)

    rating = rate(event, profile)

    assert replace(other, event=event) == rating
    assert other.features == rating.features


@given(st.lists(enrichments, max_size=6), st.randoms())
def test_the_newest_are_the_same_in_any_order_and_with_repeats(events: list[CompanyEnriched], chance: Random) -> None:
    """Events delivered in any order, with repeats, end in one state: per company, the newest."""
    ratings = [rate(event, FULL_ICP) for event in events]
    again = [*ratings, *ratings]
    chance.shuffle(again)

    kept = newest(ratings)

    assert [(it.score, it.rationale) for it in newest(again)] == [(it.score, it.rationale) for it in kept]
    assert [it.event.company.company_id for it in kept] == sorted({it.company.company_id for it in events})
    for it in kept:
        company_id = it.event.company.company_id
        assert it.event.enriched_at == max(e.enriched_at for e in events if e.company.company_id == company_id)


@given(enrichments, icps, weights)
def test_the_same_inputs_and_model_give_the_same_to_the_bit(
    event: CompanyEnriched, icp: Icp, own: dict[str, float] | None
) -> None:
    """In another process too, where nothing is remembered: read anew, made anew, and out of the stored event."""
    rating = rate(event, PROFILES.get(a_profile(own, **icp.model_dump())))
    elsewhere = ProfileCache(read_model(), PROFILES._ssic).get(a_profile(own, **icp.model_dump()))

    again = rate(CompanyEnriched.model_validate_json(event.model_dump_json()), elsewhere)

    assert (again.score.hex(), again.confidence.hex()) == (rating.score.hex(), rating.confidence.hex())
    assert (again.features, again.rationale) == (rating.features, rating.rationale)


@given(enrichments, st.lists(profiles, max_size=4))
def test_another_tenants_profile_never_moves_a_score(event: CompanyEnriched, others: list[ScoringProfile]) -> None:
    """Another tenant's profile never moves a score, whatever is scored by others' ICPs and weights in between."""
    before = rate(event, FULL_ICP)
    for other in others:
        rate(event, other)

    assert rate(event, FULL_ICP) == before


@given(enrichments, profiles)
def test_a_rationale_is_one_printable_line_of_bounded_length(event: CompanyEnriched, profile: ScoringProfile) -> None:
    """A rationale is one printable line of bounded length, whatever the site and the register hold; and PostgreSQL
    takes the features.
    """
    rating = rate(event, profile)

    assert 0 < len(rating.rationale) <= LONGEST
    assert rating.rationale.isprintable()
    assert "\\u0000" not in rating.features


@given(enrichments, profiles)
def test_a_rationale_states_no_number_that_nobody_found(event: CompanyEnriched, profile: ScoringProfile) -> None:
    """Every number in it stands in the evidence, in a source, or in what the register calls the industry."""
    rating = rate(event, profile)
    kept = [[it["evidence"], it["source"] or ""] for it in orjson.loads(rating.features).values()]
    industries = [event.company.industry_norm or "", event.company.industry_code or ""]

    known = set(re.findall(r"\d+", " ".join([*industries, *(text for texts in kept for text in texts)])))
    assert set(re.findall(r"\d+", rating.rationale)) <= known
