"""What a request for companies comes to: the best at once by one order, whom it names, what it counts and leaves."""

import asyncio
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
from common.ids import new_id
from common.testing import until
from industries.index import Code, IndustryIndex
from leadgen.ssic import ssic_2020

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
YEAR = datetime.now(UTC).year

MANY = """
    INSERT INTO staging_acra_companies
           (uen, entity_name, entity_status_description, registration_incorporation_date, primary_ssic_code)
    SELECT $1 || lpad(n::text, 4, '0'), 'MAKER ' || n, $2, $3, $4 FROM generate_series(1, $5::int) n
"""
TABLES = ["staging_acra_companies", "companies", "icp_candidate_companies", "background_jobs", "ssic_ref", "tenants"]


async def many(
    owner: Owner, prefix: str, number: int, *, code: str = "25912", founded: str | None = "2010-01-01", status: str = "Live"
) -> None:
    """As many entries of one industry, in the order of their UENs."""
    await owner.execute(MANY, prefix, status, founded, code, number)


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
    """How many rows stand in what a request may write."""
    tables = ("companies", "icp_candidate_companies", "background_jobs")
    return [await owner.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


async def test_a_request_gets_its_best_at_once_and_leaves_the_rest(
    owner: Owner, deliver, a_request, uens, makers: int
) -> None:
    """The answer, the head as companies and candidates, a request for enrichment of each, a queued job."""
    request = a_request()
    assert await deliver(request) == "done"

    events = await deliver.told()
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
    job = uens(CompanyUpserted, await deliver.told())
    assert head == [f"NEAR{n}" for n in range(4)]
    assert job[:4] == ["FAR0", "FAR1", "NEAR4", "NEAR5"]  # of one batch, told by their keys
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
    events = await deliver.told()
    (answer,) = [event.answer for event in events if isinstance(event, JobProgressed)]
    assert answer is not None
    assert named(answer.known) == ["U001", "U002"]
    assert named(answer.head) == uens(RequestEnrichment, events) == [f"U{n:03}" for n in range(3, 9)]
    assert (answer.matches, answer.remaining) == (12, 4)


async def test_the_newest_visit_counts_in_whatever_order_they_are_told(owner: Owner, deliver, a_request, makers) -> None:
    """An older one that comes late does not make a company unknown; one that is no candidate is none of ours."""
    first = await deliver.answer(a_request())
    await have_enriched(deliver, first.head[:1], days_ago=1)
    await have_enriched(deliver, first.head[:1], days_ago=30)
    await have_enriched(deliver, first.head[:1], days_ago=0, tenant_id=3)
    rows = await owner.fetch("SELECT tenant_id, enriched_at > now() - interval '2 days' FROM icp_candidate_companies")
    assert sorted(tuple(row) for row in rows if row[1] is not None) == [(1, True)]


async def test_hundreds_of_known_ones_are_passed_over(owner: Owner, deliver, a_request) -> None:
    """The head is full all the same, twenty of the known are named, and the job begins behind the head."""
    await many(owner, "K", 1100)
    await deliver(a_request(sync_limit=700))
    await deliver.told()
    await owner.execute("UPDATE icp_candidate_companies SET enriched_at = now()")
    request = a_request(sync_limit=10, limit=50)
    answer = await deliver.answer(request)
    assert named(answer.head) == [f"K{n:04}" for n in range(701, 711)]
    assert named(answer.known) == [f"K{n:04}" for n in range(1, 21)]
    assert (answer.matches, answer.remaining) == (1100, 50)
    params = await owner.fetchval("SELECT params FROM background_jobs WHERE job_id = $1", request.request_id)
    assert '"K0710"' in params


async def test_when_all_are_known_nothing_is_left(owner: Owner, deliver, a_request, makers: int) -> None:
    """No head, no job, nobody is enriched again."""
    await deliver(a_request(sync_limit=12))
    await deliver.told()
    await owner.execute("UPDATE icp_candidate_companies SET enriched_at = now()")
    answer = await deliver.answer(a_request())
    assert (answer.head, answer.remaining, len(answer.known)) == ([], 0, 12)
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 0


@pytest.mark.parametrize(("mode", "shown"), [("off", 0), ("sync_preview", 20)])
async def test_modes_that_save_nothing(mode: str, shown: int, owner: Owner, deliver, a_request) -> None:
    """Off counts; a preview names at most 20 companies that have no id yet. Neither writes or asks for enrichment."""
    await many(owner, "P", 30)
    await deliver(a_request(mode=mode))
    (progress,) = await deliver.told()
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


async def test_an_industry_without_companies_is_answered_with_none(owner: Owner, deliver, a_request, makers) -> None:
    """It is named, and nothing is left."""
    answer = await deliver.answer(a_request("SSIC 25913"))
    assert [industry.code for industry in answer.resolved] == ["25913"]
    assert (answer.matches, answer.head, answer.remaining) == (0, [], 0)
    assert await written(owner) == [0, 0, 0]


async def test_up_to_five_hundred_matches_need_no_refining(owner: Owner, deliver, a_request) -> None:
    """With one more there is what to choose from."""
    await many(owner, "A", 300)
    await many(owner, "B", 200, code="25922")
    assert (await deliver.answer(a_request("SSIC 259", mode="off"))).refinements == []
    await many(owner, "C", 1, code="25922")
    choices = (await deliver.answer(a_request("SSIC 259", mode="off"))).refinements
    assert [choice.matches for choice in choices] == [300, 201]


async def test_each_refinement_leaves_as_many_as_it_says(owner: Owner, deliver, a_request) -> None:
    """Said back as it stands: each industry beneath that has companies, the largest first, and the young ones."""
    await many(owner, "A", 250, code="25912")
    await many(owner, "B", 40, code="25914", founded=f"{YEAR - 1}-02-03")
    await many(owner, "C", 300, code="25922")
    await many(owner, "D", 7, code="25999", founded=f"{YEAR - 5}-01-01")
    await many(owner, "E", 30, code="25999", founded=f"{YEAR - 6}-12-31")
    await many(owner, "F", 90, code="25912", status="Struck Off")
    await many(owner, "G", 25, code="46900")
    await owner.execute("UPDATE staging_acra_companies SET secondary_ssic_code = '25942' WHERE uen LIKE 'G%'")
    await owner.execute("UPDATE staging_acra_companies SET secondary_ssic_code = '25949' WHERE uen LIKE 'G%'")
    answer = await deliver.answer(a_request("SSIC 259", mode="off"))
    assert answer.matches == 250 + 40 + 300 + 37 + 25
    industries = [choice for choice in answer.refinements if choice.kind == "industry"]
    assert [choice.matches for choice in industries] == [300, 290, 37, 25]
    (young,) = [choice for choice in answer.refinements if choice.kind == "founded_since"]
    assert (young.matches, young.label) == (47, f"SSIC 259 founded since {YEAR - 5}")
    assert await refined(deliver, a_request, answer) == [choice.matches for choice in answer.refinements]


async def test_refinements_keep_to_what_was_said_already(owner: Owner, deliver, a_request) -> None:
    """Of a year of foundation, of several industries, of what is left out: said back, a choice counts the same."""
    await many(owner, "A", 350, code="25912", founded="2020-01-01")
    await many(owner, "B", 350, code="25922", founded="2015-01-01")
    await many(owner, "C", 250, code="10101", founded="2019-01-01")
    await many(owner, "D", 90, code="25912", founded="1999-01-01")
    for words in (
        "SSIC 259, SSIC 10101 founded since 2015",
        "SSIC 259 founded since 2015",
        "SSIC 25, SSIC 10101",
        "SSIC 25, SSIC 10, not SSIC 25912",
    ):
        answer = await deliver.answer(a_request(words, mode="off"))
        assert answer.refinements
        assert await refined(deliver, a_request, answer) == [choice.matches for choice in answer.refinements], words


async def test_an_industry_of_both_versions_is_offered_once(owner: Owner, deliver, a_request, the_stage) -> None:
    """With the entries of both; a code that one version alone knows is offered, too."""
    codes = [Code(version, *code) for version in ("2020", "2025") for code in ssic_2020()]
    codes += [Code("2025", "25915", "subclass", "Manufacture of metal bells", "2591")]
    await many(owner, "A", 300, code="25912")
    await many(owner, "B", 200, code="25914")
    await many(owner, "C", 100, code="25912")
    await many(owner, "D", 50, code="25915")
    await owner.execute("UPDATE staging_acra_companies SET ssic_version = '2025' WHERE uen ~ '^[CD]'")
    answer = await deliver.answer(a_request("SSIC 2591", mode="off"), the_stage(index=IndustryIndex(codes)))
    assert [(choice.label, choice.matches) for choice in answer.refinements] == [
        ("Manufacture of metal caps (e.g. crown corks)", 400),
        ("Metal stampings except metal caps", 200),
        ("Manufacture of metal bells", 50),
    ]


async def refined(deliver: Any, a_request: Any, answer: SearchAnswer) -> list[int]:
    """How many companies each refinement leaves, said back as it stands."""
    return [(await deliver.answer(a_request(it.label, mode="off"))).matches for it in answer.refinements]


async def test_a_year_of_foundation_filters_head_job_and_counts(owner: Owner, deliver, a_request, uens, enlist) -> None:
    """Older ones are not matches, nor are those of which nobody knows."""
    for n, founded in enumerate(["2019-12-31", "2020-01-01", "2021-06-06", "2022-02-02", None, "1999-01-01", "2020-03-03"]):
        await enlist(f"F{n}", registration_incorporation_date=founded)
    request = a_request("SSIC 25912 founded since 2020", sync_limit=2)
    answer = await deliver.answer(request)
    assert (answer.matches, answer.remaining, answer.founded_since) == (4, 2, 2020)
    assert named(answer.head) == ["F3", "F2"]
    await deliver(RequestUpsert(tenant_id=1, job_id=request.request_id))
    assert uens(CompanyUpserted, await deliver.told()) == ["F1", "F6"]
    assert await deliver.job(request.request_id) == ("done", 2, 2)


async def test_the_last_years_are_counted_from_this_one(deliver, a_request, enlist) -> None:
    """Who says so means today."""
    await enlist("NEW", registration_incorporation_date=f"{YEAR - 1}-01-01")
    await enlist("OLD", registration_incorporation_date=f"{YEAR - 4}-12-31")
    answer = await deliver.answer(a_request("SSIC 25912 founded in the last 3 years"))
    assert (answer.founded_since, named(answer.head)) == (YEAR - 3, ["NEW"])


async def test_two_versions_of_the_code_list_side_by_side(
    owner: Owner, deliver, a_request, enlist, the_stage, industries_of_both: IndustryIndex
) -> None:
    """A reused code finds the entries of the version that is meant, each under its own title."""
    await owner.execute(
        "INSERT INTO ssic_ref (version, code, level, title) VALUES ('2020', '63901', 'subclass', 'News agency activities'),"
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


async def test_the_same_words_while_their_job_waits_or_runs_are_the_same_job(
    owner: Owner, deliver, a_request, makers: int
) -> None:
    """Also other words for the same industry; another limit, another year or another tenant is another job."""
    request = a_request(sync_limit=0)
    await deliver(request)
    for status in ("queued", "running"):
        await owner.execute("UPDATE background_jobs SET status = $1", status)
        await deliver.told()
        for words in ("SSIC 25912", "Manufacture of metal caps (e.g. crown corks)"):
            await deliver(a_request(words, sync_limit=0))
            (progress,) = await deliver.told()
            assert isinstance(progress, JobProgressed)
            assert (progress.job_id, progress.total) == (request.request_id, 12)
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1

    others = [{"limit": 5}, {"terms": "SSIC 25912 founded since 2000"}, {"tenant_id": 2}]
    for other in others:
        await deliver(a_request(**{"sync_limit": 0, **other}))
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1 + len(others)


@pytest.mark.parametrize("status", ["done", "error"])
async def test_the_same_words_after_the_end_are_a_new_job(status: str, owner: Owner, deliver, a_request, makers) -> None:
    """A job that is over is nobody's any more."""
    await deliver(a_request(sync_limit=0))
    await owner.execute("UPDATE background_jobs SET status = $1", status)
    await deliver.told()
    request = a_request(sync_limit=0)
    await deliver(request)
    (progress,) = await deliver.told()
    assert isinstance(progress, JobProgressed)
    assert progress.job_id == request.request_id
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 2


@pytest.mark.parametrize("sync_limit", [0, 3])
async def test_the_same_words_twice_at_once_are_one_job(sync_limit: int, owner: Owner, deliver, a_request, makers) -> None:
    """Both have looked before either has written; both are told of the one job that there is."""
    requests = [a_request(sync_limit=sync_limit) for _ in range(6)]
    for request in requests:
        await deliver.take_in(request, new_id(), in_order=False)
    claims = await deliver.claims(requests[0], limit=len(requests))
    async with owner.transaction():
        await owner.execute("LOCK TABLE background_jobs IN SHARE MODE")
        await owner.execute("LOCK TABLE companies IN SHARE MODE")
        workers = asyncio.gather(*(deliver.handle(claim) for claim in claims))
        waiting = "SELECT count(*) = $1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        await until(lambda: owner.fetchval(waiting, len(requests)))
    await workers
    progress = [event for event in await deliver.told() if isinstance(event, JobProgressed)]
    assert len(progress) == 6
    assert len({event.job_id for event in progress}) == 1
    assert {len(event.answer.head) for event in progress if event.answer} == {sync_limit}
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'done' AND failures = 0") == 6
