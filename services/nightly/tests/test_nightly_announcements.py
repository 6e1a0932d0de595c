"""What a night announces, on a real PostgreSQL: jobs, the register, searches and the companies, each once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg

from common.contracts import Icp, RefreshRegister, RequestCandidates, RequestNightlyEnrichment, RequestUpsert
from common.singapore.calendar import day_in_singapore
from nightly.model import candidates_request, chain_ids, enrichment_request, run_id_of, upsert_request
from testkit.stages import a_company

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)

ICP = "INSERT INTO icp_rules (tenant_id, industries, age_from) VALUES ($1, $2, $3)"


async def test_every_queued_job_of_every_active_tenant_is_announced(nights: Any, owner: Owner) -> None:
    """In the nightly lane, under its own tenant, following from the request that made it; other jobs are not."""
    first, second, third = [await nights.a_job(tenant_id) for tenant_id in (1, 1, 2)]
    for status in ("running", "done", "error"):
        await nights.a_job(1, status=status)

    summary = await nights.start(only=())

    published = await nights.announced()
    assert {(event.tenant_id, event.job_id) for event, _ in published} == {(1, first), (1, second), (2, third)}
    assert [event.job_id for event, _ in published if event.tenant_id == 1] == [first, second]
    assert all(envelope.lane == "nightly" for _, envelope in published)
    assert all(envelope.correlation_id == str(event.job_id) for event, envelope in published)
    assert [(it.tenant_id, it.jobs) for it in summary.tenants] == [(1, 2), (2, 1), (3, 0), (4, 0), (5, 0)]
    assert not summary.failed


async def test_the_register_is_refreshed_once_a_night(nights: Any, owner: Owner) -> None:
    """The register is refreshed once a night, of no tenant, in the nightly lane, also when no job is queued; a second
    start in one night is the same event.
    """
    for night in (NIGHT, NIGHT, date(2026, 11, 24)):
        await nights.start(nights.rules(night))

    published = await nights.announced(RefreshRegister)
    assert {(event.tenant_id, envelope.tenant_id, envelope.lane) for event, envelope in published} == {
        (0, 0, "nightly")
    }
    assert published[0][1].event_id == published[1][1].event_id != published[2][1].event_id


async def test_the_icp_is_searched_in_the_register_each_night(nights: Any, owner: Owner) -> None:
    """For a tenant that has one that the register can answer, though no rep ever asked for anything."""
    await owner.execute(ICP, 1, ["2020:25"], 3)
    await owner.execute(ICP, 2, [], None)

    await nights.start(only=(1, 2))
    await nights.start(only=(1, 2))

    [(event, envelope)] = await nights.announced(RequestCandidates)
    assert (event.tenant_id, event.night, event.icp.industries, event.icp.age_from) == (1, NIGHT, ["2020:25"], 3)
    assert envelope.correlation_id == str(run_id_of(NIGHT, 1))


async def test_the_selected_companies_are_requested_once_in_a_night(nights: Any, owner: Owner) -> None:
    """In the order of the manifest, by ids that the night makes; a second start announces none again."""
    uens = await nights.candidates(7)
    for _ in range(2):
        summary = await nights.start()

    published = await nights.announced(RequestNightlyEnrichment)
    assert [event.company.uen for event, _ in published] == uens[:5] == await nights.selected()
    assert {envelope.correlation_id for _, envelope in published} == {str(nights.run_id())}
    assert {envelope.lane for _, envelope in published} == {"nightly"}
    assert published[0][0].company.website_domain == "u001.sg"
    ids = [row["event_id"] for row in await owner.fetch("SELECT event_id FROM run_companies ORDER BY position")]
    assert [envelope.event_id for _, envelope in published] == ids
    assert [(it.planned, it.considered) for it in summary.tenants] == [(5, {"new": 7, "stale": 0, "updated": 0})]


async def test_steps_are_left_out_as_the_setting_says(nights: Any, owner: Owner) -> None:
    """Steps are left out as the setting says: those of the run are not announced; those of an enrichment go with each
    request.
    """
    await nights.candidates(1)
    await nights.a_job(1)
    await owner.execute(ICP, 1, ["2020:25"], None)

    await nights.start(nights.rules(skip=("refresh", "jobs", "candidates", "crawl", "odoo")))

    for kind in (RefreshRegister, RequestUpsert, RequestCandidates):
        assert await nights.announced(kind) == []
    [(event, _)] = await nights.announced(RequestNightlyEnrichment)
    assert event.skip == ["crawl", "odoo"]


async def test_a_second_pass_in_one_night_announces_no_new_job(nights: Any, owner: Owner) -> None:
    """A run that is published is resumed, not begun again; the next night has its own."""
    await nights.a_job(1)
    for night in (NIGHT, NIGHT, date(2026, 11, 24)):
        await nights.start(nights.rules(night))

    first, next_night = [envelope.event_id for _, envelope in await nights.announced()]
    assert first != next_night


async def test_what_a_job_left_over_tonight_is_the_next_nights(nights: Any, owner: Owner) -> None:
    """A second start in one night must not give a job a second share."""
    job_id = await nights.a_job(1)
    await owner.execute("UPDATE background_jobs SET continues = $1", uuid4())
    tonight = day_in_singapore(datetime.now(UTC))

    await nights.start(nights.rules(tonight))
    assert await nights.announced() == []
    await nights.start(nights.rules(tonight + timedelta(days=1)))
    assert [event.job_id for event, _ in await nights.announced()] == [job_id]


def test_an_announcement_is_made_of_night_and_subject_alone() -> None:
    """An announcement is made of night and subject alone.

    The same each time; of another job, tenant or night, another.
    """
    job_id = uuid4()
    assert upsert_request(1, job_id, NIGHT) == upsert_request(1, job_id, NIGHT)
    made = [
        upsert_request(1, job_id, NIGHT),
        upsert_request(1, uuid4(), NIGHT),
        enrichment_request(1, a_company(), NIGHT, ()),
        enrichment_request(2, a_company(), NIGHT, ()),
        enrichment_request(1, a_company(), date(2026, 11, 24), ()),
    ]
    chains = [chain_ids(it) for it in made[2:]]
    ids: list[UUID] = [it.envelope.event_id for it in made] + [it for chain in chains for it in chain[1:]]
    assert len(set(ids)) == len(ids)


def test_a_search_by_another_icp_is_another_command() -> None:
    """A night that is planned twice, with the ICP changed in between, has no two contents under one id."""
    one, same, other = (candidates_request(1, Icp(industries=[code]), NIGHT) for code in ("25", "25", "47"))

    assert one == same
    assert one.envelope.event_id != other.envelope.event_id
