"""What narrows a search: years, places, versions of the code list, codes that are left out or preferred."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg

from common.contracts import Company, CompanyUpserted, RequestUpsert
from industries.index import IndustryIndex

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
YEAR = datetime.now(UTC).year


def named(companies: Sequence[Company]) -> list[str]:
    return [company.uen for company in companies]


async def test_a_year_of_foundation_filters_head_job_and_counts(owner: Owner, deliver, a_request, uens, enlist) -> None:
    """Older ones are not matches, nor are those of which nobody knows."""
    for n, founded in enumerate(
        ["2019-12-31", "2020-01-01", "2021-06-06", "2022-02-02", None, "1999-01-01", "2020-03-03"]
    ):
        await enlist(f"F{n}", registration_incorporation_date=founded)
    request = a_request("SSIC 25912 founded since 2020", sync_limit=2)
    answer = await deliver.answer(request)
    assert (answer.matches, answer.remaining, answer.founded_since) == (4, 2, 2020)
    assert named(answer.head) == ["F3", "F2"]
    await deliver(RequestUpsert(tenant_id=1, job_id=request.request_id))
    assert uens(CompanyUpserted, await deliver.announced()) == ["F1", "F6"]
    assert await deliver.job(request.request_id) == ("done", 2, 2)


async def test_a_place_filters_head_job_and_counts_and_is_reported(
    owner: Owner, deliver, a_request, uens, enlist
) -> None:
    """A place filters head, job and counts and is reported, so that the job goes on where the head ended; a size is
    reported as ignored, and filters nothing.
    """
    for n, postal_code in enumerate(["520001", "460001", "520002", "520003", None]):
        await enlist(f"T{n}", postal_code=postal_code, registration_incorporation_date=f"2020-01-0{n + 1}")
    request = a_request("SSIC 25912 in Tampines with 50-500 employees", sync_limit=1)
    answer = await deliver.answer(request)
    assert (answer.matches, answer.remaining, named(answer.head)) == (3, 2, ["T3"])
    assert [(place.name, place.sectors) for place in answer.places] == [("Tampines", ["52"])]
    assert answer.ignored == ["50-500 employees"]
    await deliver(RequestUpsert(tenant_id=1, job_id=request.request_id))
    assert uens(CompanyUpserted, await deliver.announced()) == ["T0", "T2"]


async def test_the_same_industry_in_another_place_is_another_job(deliver, a_request, enlist) -> None:
    """Otherwise the second request would get the companies of the first."""
    for n in range(4):
        await enlist(f"T{n}", postal_code="520001" if n % 2 else "460001")
    for n, words in enumerate(("SSIC 25912 in Tampines", "SSIC 25912 in Bedok")):
        answer = await deliver.answer(a_request(words, sync_limit=1))
        assert (answer.matches, answer.remaining) == (2, 1), n


async def test_the_last_years_are_counted_from_this_one(deliver, a_request, enlist) -> None:
    """The last years are counted from this one: who says so means today."""
    await enlist("NEW", registration_incorporation_date=f"{YEAR - 1}-01-01")
    await enlist("OLD", registration_incorporation_date=f"{YEAR - 4}-12-31")
    answer = await deliver.answer(a_request("SSIC 25912 founded in the last 3 years"))
    assert (answer.founded_since, named(answer.head)) == (YEAR - 3, ["NEW"])


async def test_two_versions_of_the_code_list_side_by_side(
    owner: Owner, deliver, a_request, enlist, the_stage, industries_of_both: IndustryIndex
) -> None:
    """A reused code finds the entries of the version that is meant, each under its own title."""
    await owner.execute(
        "INSERT INTO ssic_ref (version, code, level, title) VALUES"
        " ('2020', '63901', 'subclass', 'News agency activities'),"
        " ('2025', '63901', 'subclass', 'Internet search engines')"
    )
    await enlist("NEWS", primary_ssic_code="63901")
    await enlist("SEARCH", primary_ssic_code="63901", ssic_version="2025")
    stage = the_stage(index=industries_of_both)
    found = {}
    for words in ("News agency activities", "Internet search engines"):
        answer = await deliver.answer(a_request(words), stage)
        assert answer.matches == 1
        found |= {company.uen: (company.ssic_version, company.industry_norm) for company in answer.head}
    assert found == {"NEWS": ("2020", "news agency activities"), "SEARCH": ("2025", "internet search engines")}


async def test_what_is_left_out_does_not_come_back_by_a_secondary_code(owner: Owner, deliver, a_request, many) -> None:
    """What is left out does not come back by a secondary code: whoever is mainly in it is not meant, whatever else it
    does; who does it besides is.
    """
    await many("A", 3, code="10101")
    await many("B", 2, code="25912")
    await owner.execute("UPDATE staging_acra_companies SET secondary_ssic_code = '25912' WHERE uen LIKE 'A%'")
    await owner.execute("UPDATE staging_acra_companies SET secondary_ssic_code = '10101' WHERE uen LIKE 'B%'")
    answer = await deliver.answer(a_request("manufacturing except food"))
    assert answer.matches == 2
    assert {company.uen[0] for company in answer.head} == {"B"}


async def test_a_preferred_code_may_name_its_version(deliver, a_request, many) -> None:
    """A preferred code may name its version, of another version it prefers nothing; a bare one is meant in every
    version.
    """
    await many("A", 2, code="25912", founded="2001-01-01")
    await many("B", 2, code="25922", founded="2020-01-01")
    for preferred, first in (("2020:25912", "A"), ("25912", "A"), ("2025:25912", "B"), ("2020:K", "B")):
        answer = await deliver.answer(a_request("SSIC 259", mode="sync_preview", preferred=[preferred]))
        assert answer.head[0].uen[0] == first, preferred
