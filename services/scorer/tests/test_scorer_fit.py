"""Comparison of a company with an ICP: industry by the hierarchy, size, age, place and technology."""

from datetime import date

import pytest

from common.contracts import Company, CompanyEnriched, Icp, Site
from common.singapore.districts import DISTRICTS, district_of
from industries.ssic.hierarchy import Code, Hierarchy
from scorer.core.icp_fit import IcpFit, employees_in, full_years
from scorer.core.industry_fit import IndustryFit, SsicVersions
from testkit.leads.scoring import a_fact, an_enrichment
from testkit.register.industries import codes_2020

#: 2025 has but one industry here, under a number that was another's.
LATER = [Code("2025", "C", "section", "MAKING", None), Code("2025", "46", "division", "TRADE", "C")]
INDUSTRIES = SsicVersions(Hierarchy([*codes_2020(), *LATER]))


def enriched(*, tech: list[str] | None = None, outcome: str = "visited", **company: object) -> CompanyEnriched:
    known = {"company_id": 7, "uen": "U", "name": "ACME", "ssic_version": "2020"} | company
    site = Site.model_validate({"outcome": outcome, "tech": tech or []})
    return an_enrichment(Company.model_validate(known), site=site)


def found(criterion: str, icp: Icp, event: CompanyEnriched, **facts: str) -> str | None:
    """The name of what is found, or None."""
    result = {field: a_fact(field, value) for field, value in facts.items()}
    fit = IcpFit(icp, IndustryFit(icp.industries, INDUSTRIES))
    assert fit.asked == {criterion}
    finding = fit.findings(event, result)[criterion]
    return finding.name if finding else None


@pytest.mark.parametrize(
    ("industries", "code", "name"),
    [
        (["2020:25"], "25912", "within"),
        (["25"], "25912", "within"),
        (["2020:25912"], "25912", "within"),
        (["2020:25911"], "25912", "same_class"),
        (["2020:2592"], "25912", "same_group"),
        (["2020:251"], "25912", "same_division"),
        (["2020:26"], "25912", "same_section"),
        (["2020:46"], "25912", "other"),
        (["2020:46", "2020:26"], "25912", "same_section"),
        (["2020:25"], "259", "within"),
        (["2020:25912"], "2591", "same_class"),
        (["2020:26"], "25", "same_section"),
        (["2020:25"], None, None),
        (["2020:25"], "00000", None),
        (["2020:00000"], "25912", None),
    ],
)
def test_an_industry_counts_by_its_distance_in_the_hierarchy(
    industries: list[str], code: str | None, name: str | None
) -> None:
    """To the nearest of the ICP's codes; a code that the classification does not know says nothing."""
    assert found("industry", Icp(industries=industries), enriched(industry_code=code)) == name


def test_a_code_counts_in_its_own_version() -> None:
    """46 of 2025 is not 46 of 2020; an ICP of one version means the corresponding codes in the other."""
    later, earlier = enriched(industry_code="46", ssic_version="2025"), enriched(industry_code="46900")

    assert found("industry", Icp(industries=["2025:46", "2020:25"]), later) == "within"
    assert found("industry", Icp(industries=["2025:46", "2020:25"]), earlier) == "other"
    assert found("industry", Icp(industries=["2020:46"]), later) == "within"


def test_a_second_activity_within_the_icp_counts_where_the_first_is_far() -> None:
    """A second activity within the ICP counts where the first is far, and does no harm where it is near."""
    icp = Icp(industries=["2020:25"])

    assert found("industry", icp, enriched(industry_code="46900", secondary_industry_code="25912")) == "second_activity"
    assert found("industry", icp, enriched(industry_code="25912", secondary_industry_code="25911")) == "within"


@pytest.mark.parametrize(
    ("employees", "name"),
    [
        ("40", "within"),
        ("20", "within"),
        ("200", "within"),
        ("51-200 employees", "within"),
        ("201-500", "near"),
        ("10", "near"),
        ("9", "outside"),
        ("1,000+", "outside"),
        ("a handful", None),
    ],
)
def test_a_size_is_within_near_or_outside(employees: str, name: str | None) -> None:
    """A span that meets the range is within; near is within a factor of two."""
    assert found("size", Icp(employees_from=20, employees_to=200), enriched(), employees=employees) == name


def test_a_range_may_be_open() -> None:
    """At either end."""
    assert found("size", Icp(employees_from=20), enriched(), employees="5000") == "within"
    assert found("size", Icp(employees_to=20), enriched(), employees="1") == "within"
    assert found("size", Icp(employees_to=20), enriched()) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("40", (40, 40)),
        ("51-200", (51, 200)),
        ("1,000+", (1000, 1000)),
        ("some 12 men", (12, 12)),
        ("about 30", (30, 30)),
        ("51 \N{EN DASH} 200", (51, 200)),
        ("51 to 200 employees", (51, 200)),
        ("1 000", (1000, 1000)),
        ("1.000-5.000", (1000, 5000)),
        ("40 (2023)", None),
        ("3 offices, 40 staff", None),
        ("12.5", None),
        ("20k", None),
        ("30%", None),
        ("-5", None),
        ("9" * 40, None),
        ("a handful", None),
        ("", None),
    ],
)
def test_employees_are_read_from_how_people_write_them(text: str, count: tuple[int, int] | None) -> None:
    """One number, a span, thousands set apart; what may mean something else means nothing."""
    assert employees_in(text) == count


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
def test_age_is_counted_in_full_years_to_the_enrichment(born: date | None, years: int | None) -> None:
    """A birthday counts; a date to come is no age."""
    assert full_years(born, date(2026, 11, 22)) == years


@pytest.mark.parametrize(
    ("born", "name"),
    [(date(2020, 1, 1), "within"), (date(2024, 6, 1), "near"), (date(2026, 6, 1), "outside"), (None, None)],
)
def test_an_age_is_within_near_or_outside(born: date | None, name: str | None) -> None:
    """Near is two years off at most."""
    assert found("age", Icp(age_from=4, age_to=10), enriched(incorporated_on=born)) == name


@pytest.mark.parametrize(
    ("postal_code", "district"),
    [
        ("048616", "01"),
        ("079903", "02"),
        ("189702", "07"),
        ("238801", "09"),
        ("408600", "14"),
        ("528872", "18"),
        ("609601", "22"),
        ("738099", "25"),
        ("819642", "17"),
        ("828761", "19"),
        ("740000", None),
        ("990000", None),
        ("48616", None),
        ("٠48616", None),
        ("", None),
        (None, None),
    ],
)
def test_a_postal_code_lies_in_its_district(postal_code: str | None, district: str | None) -> None:
    """By its sector; what is no code of Singapore's lies in none."""
    assert district_of(postal_code) == district


def test_every_district_has_its_sectors() -> None:
    """28 districts, and each sector from 01 to 82 in one of them, but for 74."""
    assert sorted(set(DISTRICTS.values())) == [f"{number:02}" for number in range(1, 29)]
    assert sorted(DISTRICTS) == [f"{number:02}" for number in range(1, 83) if number != 74]


def test_a_place_is_in_one_of_the_districts_or_not() -> None:
    """Unknown without a postal code."""
    icp = Icp(districts=["01", "22"])

    assert found("geography", icp, enriched(postal_code="048616")) == "within"
    assert found("geography", icp, enriched(postal_code="738099")) == "outside"
    assert found("geography", icp, enriched()) is None


@pytest.mark.parametrize(
    ("tech", "fact", "name"),
    [
        (["react", "shopify"], "", "all"),
        (["react"], "SHOPIFY; nginx", "all"),
        (["react"], "nginx", "half"),
        (["nginx"], "", "none"),
        ([], "", "none"),
    ],
)
def test_technologies_count_by_how_many_of_them_are_found(tech: list[str], fact: str, name: str) -> None:
    """On the site or in a fact, whatever their capitals."""
    facts = {"technologies": fact} if fact else {}

    assert found("technologies", Icp(technologies=["React", "Shopify"]), enriched(tech=tech), **facts) == name


def test_technologies_of_a_site_that_nobody_read_are_unknown() -> None:
    """Not absent."""
    assert found("technologies", Icp(technologies=["React"]), enriched(outcome="forbidden")) is None
