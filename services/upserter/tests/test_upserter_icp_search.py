"""The candidates of an ICP: from the whole register, best first, up to a job's share, and none twice."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import CompanyUpserted, Icp, RequestCandidates
from common.ids import new_id
from upserter.icp_criteria import RegisterFilter, criteria_of, filter_of, years_before

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

METAL = Icp(industries=["2020:25"])


def a_pass(icp: Icp = METAL, night: date = date(2026, 11, 23)) -> RequestCandidates:
    return RequestCandidates(tenant_id=1, night=night, icp=icp)


@pytest.fixture
def found(deliver, uens) -> Callable[..., Awaitable[list[str]]]:
    """Delivers a pass and returns the companies that it announced."""

    async def find(event: RequestCandidates, stage: object = None, event_id: UUID | None = None) -> list[str]:
        assert await deliver(event, stage, event_id=event_id) == "done"
        return uens(CompanyUpserted, await deliver.announced())

    return find


async def test_a_tenant_gets_candidates_that_no_rep_asked_for(owner: Owner, found, makers: int) -> None:
    """Every company beneath the ICP's codes, the younger first, for this tenant alone."""
    assert sorted(await found(a_pass())) == [f"U{n:03}" for n in range(1, 13)][:10]
    tenants = await owner.fetch("SELECT DISTINCT tenant_id FROM icp_candidate_companies")
    assert [row["tenant_id"] for row in tenants] == [1]


async def test_the_next_night_goes_on_with_the_rest_and_with_what_is_new(found, makers: int, enlist) -> None:
    """Known candidates cost nothing of the share; a new company is found wherever it stands in the order."""
    first = await found(a_pass())
    await enlist("A001", registration_incorporation_date="1970-01-01")
    second = await found(a_pass(night=date(2026, 11, 24)))

    assert sorted([*first, *second]) == ["A001", *(f"U{n:03}" for n in range(1, 13))]
    assert await found(a_pass(night=date(2026, 11, 25))) == []


async def test_a_pass_that_broke_off_keeps_to_its_share(owner: Owner, database, deliver, found, makers: int) -> None:
    """Delivered again after it has saved some, the same event adds only what is left of its share."""
    event_id = new_id()
    await found(a_pass(), event_id=event_id)
    await owner.execute("UPDATE inbox_upserter SET state = 'open', phase = 'ready', next_at = now()")

    for claim in await deliver.claims(a_pass()):
        await deliver.handle(claim)

    assert await owner.fetchval("SELECT count(*) FROM icp_candidate_companies") == 10


async def test_the_tenants_own_cap_holds(owner: Owner, found, makers: int) -> None:
    """The tenant's own cap holds, as for its jobs."""
    await owner.execute("UPDATE tenants SET upsert_max_per_job = 3 WHERE tenant_id = 1")

    assert sorted(await found(a_pass())) == ["U001", "U002", "U003"]


async def test_age_and_district_come_from_the_register(found, enlist) -> None:
    """A company that does not fit, or of which it is not known, is no candidate."""
    today = date.today()  # noqa: DTZ011 # ages are years
    old, young = (f"{years_before(today - timedelta(days=40), years)}" for years in (9, 2))
    await enlist("FITS", postal_code="618888", registration_incorporation_date=old)
    await enlist("YOUNG", postal_code="618888", registration_incorporation_date=young)
    await enlist("ELSEWHERE", postal_code="048616", registration_incorporation_date=old)
    await enlist("PLACELESS", registration_incorporation_date=old)
    await enlist("AGELESS", postal_code="618888", registration_incorporation_date=None)
    icp = Icp(industries=["2020:25"], age_from=5, age_to=20, districts=["22"])

    assert await found(a_pass(icp)) == ["FITS"]
    assert sorted(await found(a_pass(Icp(districts=["22"])))) == ["AGELESS", "YOUNG"]


async def test_ages_are_those_in_the_night_that_is_asked_for(found, enlist) -> None:
    """By its date in Singapore, also when the search comes late or is repeated on another day."""
    night = date(2020, 1, 10)
    await enlist("FITS", registration_incorporation_date=f"{years_before(night, 5)}")

    assert await found(a_pass(Icp(industries=["2020:25"], age_from=5, age_to=5), night)) == ["FITS"]


async def test_a_company_without_a_uen_is_a_candidate_once(owner: Owner, found, enlist) -> None:
    """It is known by its name."""
    await enlist("NO-UEN-0123456789abcdef", entity_name="NAMELESS BUT FOR THIS")
    await owner.execute("UPDATE staging_acra_companies SET uen = no_uen(entity_name)")

    assert len(await found(a_pass())) == 1
    assert await found(a_pass(night=date(2026, 11, 24))) == []


async def test_an_icp_that_the_register_cannot_answer_finds_nothing(found, makers: int) -> None:
    """Employees and technologies are learnt by enrichment."""
    assert await found(a_pass(Icp(employees_from=10, technologies=["shopify"]))) == []


def test_codes_are_those_beneath_in_each_version_that_is_meant(industries_of_both) -> None:
    """A bare code means every version, one with a version that one."""
    both = criteria_of(Icp(industries=["63"]), industries_of_both).codes
    new = criteria_of(Icp(industries=["2025:63"]), industries_of_both).codes

    assert {code.version for code in both} == {"2020", "2025"}
    assert [(code.version, code.code) for code in new] == [("2025", "63901")]
    assert criteria_of(Icp(industries=["2020:00000"]), industries_of_both).codes == []


@given(age=st.integers(0, 150), today=st.dates(date(1990, 1, 1), date(2100, 1, 1)), days=st.integers(0, 60_000))
def test_the_ages_are_full_years(age: int, today: date, days: int) -> None:
    """Exactly the companies of that age pass a filter from it to it, whatever the day."""
    born = today - timedelta(days=days)
    wanted = filter_of(Icp(age_from=age, age_to=age), today)
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    assert passes(wanted, born) == (years == age)


def passes(wanted: RegisterFilter, born: date) -> bool:
    """The filter as the statement applies it."""
    assert wanted.born_after is not None
    assert wanted.born_to is not None
    return wanted.born_after < born <= wanted.born_to
