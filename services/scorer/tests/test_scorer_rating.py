"""The scorer's core: laws of the score, and what the words of a lead say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import Company, CompanyEnriched, Contact, Site
from scorer.rating import newest, rate
from scorer.rationale import LONGEST, rationale
from scorer.rubric import Rubric, Weights
from scorer.signals import age_in_years, best_contact

RUBRIC = Rubric()
VISITED_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
HOME = "http://acme.sg"


def a_visit(*, site: Site | None = None, contacts: list[Contact] | None = None, **company: object) -> CompanyEnriched:
    """A visit of a made-up maker of precision parts, eight years old, whose site says nothing unless told."""
    known = {
        "company_id": 7,
        "uen": "201812345K",
        "name": "ACME PRECISION PTE. LTD.",
        "entity_type": "Local Company",
        "incorporated_on": date(2018, 3, 1),
        "industry_code": "25910",
        "industry_norm": "manufacture of precision parts",
        "website_domain": "acme.sg",
    }
    return CompanyEnriched(
        tenant_id=1,
        company=Company.model_validate(known | company),
        site=site or Site(outcome="visited", url=HOME),
        contacts=contacts or [],
        degraded_reasons=[],
        enriched_at=VISITED_AT,
    )


def an_email(value: str, *, is_role: bool = False, page: str = f"{HOME}/contact") -> Contact:
    return Contact(kind="email", value=value, is_role=is_role, source_url=page)


def a_phone(value: str = "+6561234567") -> Contact:
    return Contact(kind="phone", value=value, source_url=HOME)


texts = st.none() | st.text(max_size=300)
contacts = st.builds(
    Contact,
    kind=st.sampled_from(["email", "phone"]),
    value=st.text(min_size=1, max_size=80),
    is_role=st.booleans(),
    source_url=st.text(max_size=120),
)
sites = st.builds(
    Site,
    outcome=st.sampled_from(["visited", "no_site_known", "forbidden", "unreachable", "empty"]),
    url=texts,
    about=texts,
    tech=st.lists(st.text(max_size=20), max_size=4),
    has_careers=st.none() | st.booleans(),
)
companies = st.builds(
    Company,
    company_id=st.integers(1, 5),
    uen=st.just("201812345K"),
    name=st.text(min_size=1, max_size=60),
    entity_type=st.none() | st.sampled_from(["Local Company", "Limited Liability Partnership", "Co-operative"]),
    incorporated_on=st.none() | st.dates(date(1900, 1, 1), date(2030, 1, 1)),
    industry_code=st.none() | st.just("25910"),
    industry_norm=texts,
    website_domain=texts,
)
visits = st.builds(
    CompanyEnriched,
    tenant_id=st.just(1),
    company=companies,
    site=sites,
    contacts=st.lists(contacts, max_size=4),
    degraded_reasons=st.just([]),
    enriched_at=st.integers(0, 3).map(lambda hours: VISITED_AT + timedelta(hours=hours)),
)


@given(visits)
def test_a_score_stays_in_range_and_its_parts_sum_to_it(event: CompanyEnriched) -> None:
    """Between 0 and 1, in the bucket of its range, and made of its contributions."""
    rating = rate(event, RUBRIC)

    assert 0 <= rating.score <= 1
    assert sum(feature.contribution for feature in rating.features) == pytest.approx(rating.score, abs=1e-9)
    assert all(feature.contribution >= 0 for feature in rating.features)
    assert rating.bucket == ("High" if rating.score >= 0.66 else "Medium" if rating.score >= 0.33 else "Low")


@given(visits, contacts)
def test_one_contact_more_never_lowers_a_score(event: CompanyEnriched, contact: Contact) -> None:
    """Whatever is known already."""
    more = event.model_copy(update={"contacts": [*event.contacts, contact]})

    assert rate(more, RUBRIC).score >= rate(event, RUBRIC).score


@given(
    visits,
    st.sampled_from(
        [
            {"about": "We make parts."},
            {"tech": ["shopify"]},
            {"has_careers": True},
            {"outcome": "visited"},
        ]
    ),
)
def test_a_good_sign_of_the_site_never_lowers_a_score(event: CompanyEnriched, sign: dict[str, object]) -> None:
    """Also where it was unknown before."""
    more = event.model_copy(update={"site": event.site.model_copy(update=sign)})

    assert rate(more, RUBRIC).score >= rate(event, RUBRIC).score


@given(visits, st.sampled_from([{"industry_code": "25910"}, {"entity_type": "Local Company"}]))
def test_a_good_fact_of_the_register_never_lowers_a_score(event: CompanyEnriched, fact: dict[str, object]) -> None:
    """To know the industry, or that it is a company, can only help."""
    more = event.model_copy(update={"company": event.company.model_copy(update=fact)})

    assert rate(more, RUBRIC).score >= rate(event, RUBRIC).score


@given(visits, st.randoms())
def test_order_and_repeats_of_contacts_are_irrelevant(event: CompanyEnriched, chance: object) -> None:
    """The same contacts, shuffled and doubled, give the same rating to the bit."""
    doubled = [*event.contacts, *event.contacts]
    chance.shuffle(doubled)  # type: ignore[attr-defined]
    other = rate(event.model_copy(update={"contacts": doubled}), RUBRIC)

    rating = rate(event, RUBRIC)

    assert (other.score, other.features, other.rationale) == (rating.score, rating.features, rating.rationale)
    assert other.contact == rating.contact


@given(st.lists(visits, max_size=6), st.randoms())
def test_the_newest_visits_are_the_same_in_any_order_and_with_repeats(
    events: list[CompanyEnriched], chance: object
) -> None:
    """Events delivered in any order, with repeats, end in one state: per company, the newest."""
    ratings = [rate(event, RUBRIC) for event in events]
    again = [*ratings, *ratings]
    chance.shuffle(again)  # type: ignore[attr-defined]

    kept = newest(ratings)

    assert [(it.score, it.rationale) for it in newest(again)] == [(it.score, it.rationale) for it in kept]
    assert [it.event.company.company_id for it in kept] == sorted({it.company.company_id for it in events})
    for it in kept:
        company_id = it.event.company.company_id
        assert it.event.enriched_at == max(e.enriched_at for e in events if e.company.company_id == company_id)


@given(visits)
def test_a_rationale_is_one_printable_line_of_bounded_length(event: CompanyEnriched) -> None:
    """Whatever the site and the register hold."""
    words = rationale(event, best_contact(event))

    assert 0 < len(words) <= LONGEST
    assert words.isprintable()


def test_a_company_known_well_is_a_high_lead() -> None:
    """Everything that can be found was found: the score is 1."""
    event = a_visit(
        site=Site(outcome="visited", url=HOME, about="We make parts.", tech=["shopify"], has_careers=True),
        contacts=[an_email("jane.tan@acme.sg"), a_phone()],
    )

    assert rate(event, RUBRIC).score == 1.0
    assert rate(event, RUBRIC).bucket == "High"


def test_a_company_without_a_site_scores_too_and_says_so() -> None:
    """The register's facts alone make a low lead, and what is unknown is marked as unknown, not as absent."""
    rating = rate(a_visit(site=Site(outcome="no_site_known"), website_domain=None), RUBRIC)

    assert rating.bucket == "Low"
    assert rating.score == 0.25
    assert "no website known" in rating.rationale
    unknown = {feature.signal.name for feature in rating.features if feature.signal.value is None}
    assert {"site_live", "has_email", "has_phone", "has_careers"} <= unknown


def test_a_site_that_was_read_and_shows_no_phone_is_a_zero_not_an_unknown() -> None:
    """None and 0 differ in the features."""
    rating = rate(a_visit(), RUBRIC)

    values = {feature.signal.name: feature.signal.value for feature in rating.features}
    assert values["has_phone"] == 0.0
    assert values["has_careers"] is None


def test_a_rationale_names_its_evidence_and_where_it_was_found() -> None:
    """Industry and age from the register, the careers page's site, the contact and its page."""
    event = a_visit(
        site=Site(outcome="visited", url=HOME, has_careers=True),
        contacts=[an_email("sales@acme.sg", is_role=True)],
    )

    assert rate(event, RUBRIC).rationale == (
        "Manufacture of precision parts (SSIC 25910), 8 years old; "
        "site live with careers page (acme.sg); sales@acme.sg on /contact"
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("unreachable", "site does not answer (acme.sg)"),
        ("forbidden", "site asks not to be visited (acme.sg)"),
        ("empty", "site live but says nothing (acme.sg)"),
    ],
)
def test_a_rationale_says_how_the_visit_went(outcome: str, words: str) -> None:
    """A visit that failed is explained, and nothing is claimed of what the site holds."""
    event = a_visit(site=Site.model_validate({"outcome": outcome, "url": HOME}))

    assert words in rate(event, RUBRIC).rationale
    assert "no contact known" in rate(event, RUBRIC).rationale


def test_the_best_contact_is_a_person_at_the_companys_own_domain() -> None:
    """A person's email before a role's before a phone; the own domain before another."""
    role, person = an_email("info@acme.sg", is_role=True), an_email("jane.tan@acme.sg")
    elsewhere = an_email("a.tan@mail.example")

    assert best_contact(a_visit(contacts=[a_phone(), role])) == role
    assert best_contact(a_visit(contacts=[role, elsewhere])) == elsewhere
    assert best_contact(a_visit(contacts=[elsewhere, role, person])) == person
    assert best_contact(a_visit(contacts=[a_phone()])) == a_phone()
    assert best_contact(a_visit()) is None


@pytest.mark.parametrize(
    ("born", "years"),
    [
        (date(2018, 11, 22), 8),
        (date(2018, 11, 23), 7),
        (date(2026, 11, 22), 0),
        (date(2027, 1, 1), None),
        (None, None),
    ],
)
def test_age_is_counted_in_full_years_to_the_visit(born: date | None, years: int | None) -> None:
    """A birthday counts; a date to come is no age."""
    assert age_in_years(a_visit(incorporated_on=born)) == years


def test_a_role_address_is_worth_less_than_a_persons() -> None:
    """And more than none."""
    person, role = a_visit(contacts=[an_email("jane@acme.sg")]), a_visit(contacts=[an_email("i@acme.sg", is_role=True)])

    assert rate(person, RUBRIC).score > rate(role, RUBRIC).score > rate(a_visit(), RUBRIC).score


def test_weights_that_do_not_sum_to_one_are_refused() -> None:
    """A rubric that could leave [0, 1] cannot be made."""
    with pytest.raises(ValueError, match="sum to 1"):
        Weights(site_live=0.5)
