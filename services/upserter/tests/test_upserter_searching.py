"""Searches for companies: the best at once by one order, whom they name, what they count and leave."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.contracts import (
    Company,
    CompanyEnriched,
    CompanyUpserted,
    JobProgressed,
    RequestEnrichment,
    RequestUpsert,
    SearchAnswer,
    Site,
)

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TABLES = ["staging_acra_companies", "companies", "icp_candidate_companies", "background_jobs", "ssic_ref", "tenants"]


async def have_enriched(deliver: Any, companies: Sequence[Company], *, days_ago: float, tenant_id: int = 1) -> None:
    """Visits to these companies were over so long ago."""
    for company in companies:
        event = CompanyEnriched(
            tenant_id=tenant_id,
            company=company,
            site=Site(outcome="no_site_known"),
            contacts=[],
            degraded_reasons=[],
            enriched_at=datetime.now(UTC) - timedelta(days=days_ago),
        )
        assert await deliver(event) == "done"


def named(companies: Sequence[Company]) -> list[str]:
    return [company.uen for company in companies]


async def written(owner: Owner) -> list[int]:
    """Counts the rows of the tables that a request may write."""
    tables = ("companies", "icp_candidate_companies", "background_jobs")
    return [await owner.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


async def test_a_request_gets_its_best_at_once_and_leaves_the_rest(
    owner: Owner, deliver, a_request, uens, makers: int
) -> None:
    """The answer, the head as companies and candidates, a request for enrichment of each, a queued job."""
    request = a_request()
    assert await deliver(request) == "done"

    events = await deliver.announced()
    (progress,) = [event for event in events if isinstance(event, JobProgressed)]
    assert (progress.status, progress.job_id, progress.total) == ("queued", request.request_id, 9)
    answer = progress.answer
    assert answer is not None
    assert [industry.code for industry in answer.resolved] == ["25912"]
    assert (answer.matches, answer.remaining, answer.confidence) == (12, 9, 1.0)
    assert (answer.suggestions, answer.refinements, answer.known) == ([], [], [])
    assert named(answer.head) == ["U001", "U002", "U003"]
    assert all(company.company_id for company in answer.head)
    assert answer.head[0].website_domain == "m1.sg"
    assert uens(CompanyUpserted, events) == uens(RequestEnrichment, events) == ["U001", "U002", "U003"]
    assert [e.company for e in events if isinstance(e, RequestEnrichment)] == answer.head
    assert await deliver.job(request.request_id) == ("queued", 0, 9)
    assert await written(owner) == [3, 3, 1]


@pytest.mark.parametrize("limit", [0, 1, 11, 12, 13, 500])
async def test_the_head_is_as_many_as_wanted_or_as_there_are(limit: int, deliver, a_request, makers: int) -> None:
    """Never one less, and with what is left they are all matches; without a rest there is no job."""
    request = a_request(sync_limit=limit)
    answer = await deliver.answer(request)
    assert named(answer.head) == [f"U{n:03}" for n in range(1, min(limit, 12) + 1)]
    assert answer.remaining == 12 - len(answer.head)
    assert await deliver.job(request.request_id) == (("queued", 0, answer.remaining) if answer.remaining else None)


async def test_the_best_are_live_primary_nearer_younger(deliver, a_request, enlist) -> None:
    """In this order of weight, for a tenant whose ICP names a class; the dead are never among them."""
    await enlist("DEAD", registration_incorporation_date="2026-01-01", entity_status_description="Struck Off")
    await enlist("CLOSING", registration_incorporation_date="2026-01-01", entity_status_description="In Liquidation")
    await enlist("6-secondary", primary_ssic_code="46900", secondary_ssic_code="25912")
    await enlist("4-farther-B", registration_incorporation_date="2025-01-01", primary_ssic_code="25922")
    await enlist("3-farther-A", registration_incorporation_date="2025-01-01", primary_ssic_code="25922")
    await enlist("2-older", registration_incorporation_date="1999-01-01", primary_ssic_code="25912")
    await enlist("1-younger", registration_incorporation_date="2001-01-01", primary_ssic_code="25911")
    await enlist("5-unrelated", registration_incorporation_date="2025-06-01", primary_ssic_code="10101")

    terms = "SSIC 259, SSIC 10101"
    preferring = await deliver.answer(a_request(terms, sync_limit=20, preferred=["2591"]))
    assert named(preferring.head) == [
        "1-younger",
        "2-older",
        "3-farther-A",
        "4-farther-B",
        "5-unrelated",
        "6-secondary",
    ]
    indifferent = await deliver.answer(a_request(terms, sync_limit=20, tenant_id=2))
    assert named(indifferent.head) == [
        "5-unrelated",
        "3-farther-A",
        "4-farther-B",
        "1-younger",
        "2-older",
        "6-secondary",
    ]


async def test_the_job_goes_on_in_the_same_order(deliver, a_request, uens, enlist) -> None:
    """Near ones first there, too: the head and the job are one walk."""
    for n in range(6):
        await enlist(f"FAR{n}", registration_incorporation_date="2025-01-01", primary_ssic_code="25922")
        await enlist(f"NEAR{n}", registration_incorporation_date="1999-01-01")
    request = a_request("SSIC 259", preferred=["25912"], sync_limit=4)
    head = named((await deliver.answer(request)).head)
    await deliver(RequestUpsert(tenant_id=1, job_id=request.request_id))
    job = uens(CompanyUpserted, await deliver.announced())
    assert head == [f"NEAR{n}" for n in range(4)]
    assert job[:4] == ["FAR0", "FAR1", "NEAR4", "NEAR5"]  # of one batch, distinguished by their keys
    assert sorted(job[4:]) == ["FAR2", "FAR3", "FAR4", "FAR5"]


async def test_who_was_enriched_within_the_week_is_named_and_the_next_take_their_place(
    owner: Owner, deliver, a_request, uens, makers: int
) -> None:
    """Seven days: after that, or where another tenant did it, a company is done again."""
    first = await deliver.answer(a_request(sync_limit=6))
    await have_enriched(deliver, first.head[:2], days_ago=6.9)
    await have_enriched(deliver, first.head[2:4], days_ago=7.1)
    theirs = await deliver.answer(a_request(sync_limit=6, tenant_id=2))
    await have_enriched(deliver, theirs.head[4:], days_ago=1, tenant_id=2)

    request = a_request("SSIC 25912, SSIC 25913", sync_limit=6)
    await deliver(request)
    events = await deliver.announced()
    (answer,) = [event.answer for event in events if isinstance(event, JobProgressed)]
    assert answer is not None
    assert named(answer.known) == ["U001", "U002"]
    assert named(answer.head) == uens(RequestEnrichment, events) == [f"U{n:03}" for n in range(3, 9)]
    assert (answer.matches, answer.remaining) == (12, 4)


async def test_the_newest_visit_counts_in_whatever_order_they_are_reported(
    owner: Owner, deliver, a_request, makers
) -> None:
    """An older one that comes late does not make a company unknown; one that is no candidate is none of ours."""
    first = await deliver.answer(a_request())
    await have_enriched(deliver, first.head[:1], days_ago=1)
    await have_enriched(deliver, first.head[:1], days_ago=30)
    await have_enriched(deliver, first.head[:1], days_ago=0, tenant_id=3)
    rows = await owner.fetch("SELECT tenant_id, enriched_at > now() - interval '2 days' FROM icp_candidate_companies")
    assert sorted(tuple(row) for row in rows if row[1] is not None) == [(1, True)]


async def test_hundreds_of_known_ones_are_passed_over(owner: Owner, deliver, a_request, many) -> None:
    """The head is full all the same, twenty of the known are named, and the job begins behind the head."""
    await many("K", 1100)
    await deliver(a_request(sync_limit=700))
    await deliver.announced()
    await owner.execute("UPDATE icp_candidate_companies SET enriched_at = now()")
    request = a_request(sync_limit=10, limit=50)
    answer = await deliver.answer(request)
    assert named(answer.head) == [f"K{n:04}" for n in range(701, 711)]
    assert named(answer.known) == [f"K{n:04}" for n in range(1, 21)]
    assert (answer.matches, answer.remaining) == (1100, 50)
    reached = await owner.fetchval("SELECT reached FROM background_jobs WHERE job_id = $1", request.request_id)
    assert '"K0710"' in reached


async def test_when_all_are_known_nothing_is_left(owner: Owner, deliver, a_request, makers: int) -> None:
    """No head, no job, nobody is enriched again."""
    await deliver(a_request(sync_limit=12))
    await deliver.announced()
    await owner.execute("UPDATE icp_candidate_companies SET enriched_at = now()")
    answer = await deliver.answer(a_request())
    assert (answer.head, answer.remaining, len(answer.known)) == ([], 0, 12)
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 0


@pytest.mark.parametrize(("mode", "shown"), [("off", 0), ("sync_preview", 20)])
async def test_modes_that_save_nothing(mode: str, shown: int, owner: Owner, deliver, a_request, many) -> None:
    """Off counts; a preview names at most 20 companies that have no id yet. Neither writes or asks for enrichment."""
    await many("P", 30)
    await deliver(a_request(mode=mode))
    (progress,) = await deliver.announced()
    assert isinstance(progress, JobProgressed)
    assert (progress.status, progress.job_id) == ("done", None)
    assert progress.answer is not None
    assert (progress.answer.matches, progress.answer.remaining) == (30, 0)
    assert named(progress.answer.head) == [f"P{n:04}" for n in range(1, shown + 1)]
    assert {company.company_id for company in progress.answer.head} <= {0}
    assert await written(owner) == [0, 0, 0]


async def test_words_that_name_no_industry_touch_no_table(owner: Owner, deliver, a_request, industries) -> None:
    """Answered with what may have been meant; never with everything. The tables are not even there."""
    for table in TABLES:
        await owner.execute(f"ALTER TABLE {table} RENAME TO {table}_is_away")
    for words in ("hello there", "", "qwertyuiop"):
        answer = await deliver.answer(a_request(words))
        suggestions = list(industries.resolve([words]).suggestions)
        assert answer == SearchAnswer(
            resolved=[], matches=0, head=[], remaining=0, confidence=0.0, suggestions=suggestions
        )


async def test_talk_about_an_industry_touches_no_table_and_is_asked_back(owner: Owner, deliver, a_request) -> None:
    """No company, no candidate and no job, though the words name an industry; a confidence below 0.5."""
    for table in TABLES:
        await owner.execute(f"ALTER TABLE {table} RENAME TO {table}_is_away")
    for words in ("the software is slow", "met him at a restaurant", "travel next week"):
        answer = await deliver.answer(a_request(words))
        assert (answer.resolved, answer.matches, answer.head, answer.remaining) == ([], 0, [], 0)
        assert answer.suggestions
        assert answer.confidence is not None
        assert answer.confidence < 0.5


async def test_an_industry_without_companies_is_answered_with_none(owner: Owner, deliver, a_request, makers) -> None:
    """It is named, and nothing is left."""
    answer = await deliver.answer(a_request("SSIC 25913"))
    assert [industry.code for industry in answer.resolved] == ["25913"]
    assert (answer.matches, answer.head, answer.remaining) == (0, [], 0)
    assert answer.is_register_empty is None
    assert await written(owner) == [0, 0, 0]


async def test_a_register_that_was_never_loaded_is_reported(deliver, a_request) -> None:
    """It is another answer than that of an industry without companies."""
    answer = await deliver.answer(a_request("SSIC 25913"))
    assert (answer.matches, answer.is_register_empty) == (0, True)
