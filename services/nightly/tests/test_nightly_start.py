"""A start of the nightly run on a real PostgreSQL: what it announces and for whom; a second start repeats nothing."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest

from common.cloudevents import Envelope, decode_body, decode_headers, unpack_headers
from common.contracts import Icp, RefreshRegister, RequestCandidates, RequestNightlyEnrichment, RequestUpsert
from common.errors import Unavailable
from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from nightly.model import RunRefused, candidates_request, chain_ids, enrichment_request, run_id_of, upsert_request
from testkit.stages import a_company

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)
OUTBOX = "SELECT topic, value, headers FROM outbox WHERE producer = 'nightly' AND topic = $1 ORDER BY id"
ICP = "INSERT INTO icp_rules (tenant_id, industries, age_from) VALUES ($1, $2, $3)"


async def a_job(owner: Owner, tenant_id: int, *, status: str = "queued") -> UUID:
    job_id = uuid4()
    await owner.execute(
        "INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, total, asked)"
        " VALUES ($1, $2, 'staging_upsert', $3, '{}', 10, $1::uuid::text)",
        *(job_id, tenant_id, status),
    )
    return job_id


async def announced(owner: Owner, kind: type[Any] = RequestUpsert) -> list[tuple[Any, Envelope]]:
    """The events of one type that the night's outbox holds, oldest first."""
    rows = await owner.fetch(OUTBOX, kind.topic)
    return [(decode_body(kind, row["value"]), decode_headers(unpack_headers(row["headers"]))) for row in rows]


async def test_every_queued_job_of_every_active_tenant_is_announced(nights: Any, owner: Owner) -> None:
    """In the nightly lane, under its own tenant, following from the request that made it; other jobs are not."""
    first, second, third = [await a_job(owner, tenant_id) for tenant_id in (1, 1, 2)]
    for status in ("running", "done", "error"):
        await a_job(owner, 1, status=status)

    summary = await nights.start(only=())

    published = await announced(owner)
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

    published = await announced(owner, RefreshRegister)
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

    [(event, envelope)] = await announced(owner, RequestCandidates)
    assert (event.tenant_id, event.night, event.icp.industries, event.icp.age_from) == (1, NIGHT, ["2020:25"], 3)
    assert envelope.correlation_id == str(run_id_of(NIGHT, 1))


async def test_the_selected_companies_are_requested_once_in_a_night(nights: Any, owner: Owner) -> None:
    """In the order of the manifest, by ids that the night makes; a second start announces none again."""
    uens = await nights.candidates(7)
    for _ in range(2):
        summary = await nights.start()

    published = await announced(owner, RequestNightlyEnrichment)
    assert [event.company.uen for event, _ in published] == uens[:5] == await nights.selected()
    assert {envelope.correlation_id for _, envelope in published} == {str(nights.run_id())}
    assert {envelope.lane for _, envelope in published} == {"nightly"}
    assert published[0][0].company.website_domain == "u001.sg"
    ids = [row["event_id"] for row in await owner.fetch("SELECT event_id FROM run_companies ORDER BY position")]
    assert [envelope.event_id for _, envelope in published] == ids
    assert [(it.planned, it.considered) for it in summary.tenants] == [(5, {"new": 7, "stale": 0, "updated": 0})]


async def test_the_next_night_takes_others(nights: Any, owner: Owner) -> None:
    """Until all have had their turn; then there is nothing to do."""
    uens = await nights.candidates(12)
    taken = []
    for day in range(4):
        night = NIGHT + timedelta(days=day)
        await nights.start(nights.rules(night))
        taken.append(await nights.selected(night=night))
        await nights.complete(night=night)
        await nights.start(nights.rules(night), wait=True)

    assert taken == [uens[:5], uens[5:10], uens[10:], []]


async def test_a_night_that_is_planned_after_a_later_one_takes_others(nights: Any) -> None:
    """A company that another night asks for is not asked for twice, whichever came first."""
    uens = await nights.candidates(7)
    await nights.start(nights.rules(NIGHT + timedelta(days=1)))
    await nights.start()

    assert await nights.selected() == uens[5:]


async def test_the_manifest_says_what_the_choice_went_by(nights: Any, owner: Owner) -> None:
    """Caps, what was due, the vendors' budgets of the day, and the reason of each company."""
    await nights.candidates(2)
    await owner.execute("INSERT INTO vendor_usage VALUES (1, $1, 'lusha', 12, 3)", NIGHT)

    await nights.start(nights.rules(limit=1, vendor_caps={"lusha": 500, "tavily": 800}))

    row = await owner.fetchrow("SELECT * FROM run_manifests")
    assert row is not None
    assert (row["tenant_id"], row["night"], row["source"], len(row["company_ids"])) == (1, NIGHT, "selection", 1)
    assert json.loads(row["caps"]) == {"cap": 1, "setting": 5, "tenant": None, "limit": 1}
    assert json.loads(row["vendor_budget"]) == {"lusha": {"cap": 500, "used": 12}, "tavily": {"cap": 800, "used": 0}}
    assert json.loads(row["considered"]) == {"new": 2, "stale": 0, "updated": 0}
    reasons = await owner.fetch("SELECT reason, detail FROM run_companies")
    assert [tuple(row) for row in reasons] == [("new", "not seen before")]


async def test_a_tenants_own_cap_replaces_the_setting(nights: Any, owner: Owner) -> None:
    """Upwards too; a limit of the command only lowers it."""
    await nights.candidates(9)
    await owner.execute("UPDATE tenants SET nightly_cap = 7 WHERE tenant_id = 1")

    await nights.start(nights.rules(limit=8))

    assert len(await nights.selected()) == 7


async def test_steps_are_left_out_as_the_setting_says(nights: Any, owner: Owner) -> None:
    """Steps are left out as the setting says: those of the run are not announced; those of an enrichment go with each
    request.
    """
    await nights.candidates(1)
    await a_job(owner, 1)
    await owner.execute(ICP, 1, ["2020:25"], None)

    await nights.start(nights.rules(skip=("refresh", "jobs", "candidates", "crawl", "odoo")))

    for kind in (RefreshRegister, RequestUpsert, RequestCandidates):
        assert await announced(owner, kind) == []
    [(event, _)] = await announced(owner, RequestNightlyEnrichment)
    assert event.skip == ["crawl", "odoo"]


async def test_a_second_pass_in_one_night_announces_no_new_job(nights: Any, owner: Owner) -> None:
    """A run that is published is resumed, not begun again; the next night has its own."""
    await a_job(owner, 1)
    for night in (NIGHT, NIGHT, date(2026, 11, 24)):
        await nights.start(nights.rules(night))

    first, next_night = [envelope.event_id for _, envelope in await announced(owner)]
    assert first != next_night


async def test_what_a_job_left_over_tonight_is_the_next_nights(nights: Any, owner: Owner) -> None:
    """A second start in one night must not give a job a second share."""
    job_id = await a_job(owner, 1)
    await owner.execute("UPDATE background_jobs SET continues = $1", uuid4())
    tonight = day_in_singapore(datetime.now(UTC))

    await nights.start(nights.rules(tonight))
    assert await announced(owner) == []
    await nights.start(nights.rules(tonight + timedelta(days=1)))
    assert [event.job_id for event, _ in await announced(owner)] == [job_id]


async def test_a_tenant_that_is_not_active_is_left_out(nights: Any, owner: Owner) -> None:
    """Its jobs wait until it is active again; named by the command, it is refused."""
    await a_job(owner, 3)
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 3")

    summary = await nights.start(only=())

    assert 3 not in {it.tenant_id for it in summary.tenants}
    assert await announced(owner) == []
    with pytest.raises(RunRefused, match="tenant 3 is no active tenant"):
        await nights.chosen(only=(3,))


async def test_the_lists_choose_tenants_and_exclude_has_the_last_word(nights: Any) -> None:
    """Only those included and not excluded; an included number that is no active tenant is a slip, and reported."""
    chosen = await nights.chosen(include=frozenset({1, 2, 99}), exclude=frozenset({2, 4}))

    assert [it.tenant_id for it in chosen.tenants] == [1]
    assert [(it.tenant_id, it.error) for it in chosen.left_out] == [(99, "is no active tenant")]
    with pytest.raises(RunRefused, match=r"tenant 2 is excluded \(SCHED_TENANT_EXCLUDE, or --exclude\)"):
        await nights.chosen(only=(1, 2), exclude=frozenset({2}))


async def test_tenants_without_an_odoo_are_left_out_if_that_is_required(nights: Any, owner: Owner) -> None:
    """The summary says so, and it is no failure; named by the command, such a tenant is refused."""
    await owner.execute("INSERT INTO odoo_connections VALUES (2, 'https://odoo.example', 'db', 'key')")

    chosen = await nights.chosen(require_odoo=True)

    assert [it.tenant_id for it in chosen.tenants] == [2]
    assert {(it.status, it.error) for it in chosen.left_out} == {("skipped", None)}
    with pytest.raises(RunRefused, match="tenant 1 has no Odoo connection"):
        await nights.chosen(only=(1,), require_odoo=True)


async def test_a_tenant_that_fails_is_reported_and_the_others_go_on(nights: Any, owner: Owner) -> None:
    """Nothing of the failing tenant is announced, and its run says why; the next start plans it."""
    await a_job(owner, 1)
    await a_job(owner, 2)
    await owner.execute(
        "CREATE POLICY broken ON background_jobs AS RESTRICTIVE"
        " USING (1 / (nullif(current_setting('request.tenant_id', true), '')::int - 1) IS NOT NULL)"
    )

    summary = await nights.start(only=())

    failed = {it.tenant_id: it.error for it in summary.tenants if it.error}
    assert list(failed) == [1]
    assert "DivisionByZeroError" in (failed[1] or "")
    assert [event.tenant_id for event, _ in await announced(owner)] == [2]
    assert summary.exit_code == 3
    run = await nights.run()
    assert (run["status"], "DivisionByZeroError" in run["error"]) == ("failed", True)

    await owner.execute("DROP POLICY broken ON background_jobs")
    assert not (await nights.start()).failed
    assert [event.tenant_id for event, _ in await announced(owner)] == [2, 1]


async def test_the_inboxes_of_all_consumers_get_their_coming_partitions(nights: Any, owner: Owner) -> None:
    """One that was missing is there again, also of a consumer whose name has a hyphen."""
    newest = "SELECT max(relname) FROM pg_class WHERE relname ~ '^inbox_odoo_sync_[0-9]{8}$'"
    dropped = await owner.fetchval(newest)
    await owner.execute(f"DROP TABLE {dropped}")

    summary = await nights.start()

    assert await owner.fetchval(newest) == dropped
    assert {"gateway", "upserter", "enricher", "scorer", "odoo-sync", "nightly"} <= {
        it.consumer for it in summary.upkeep
    }


async def test_a_consumer_whose_partitions_cannot_be_kept_is_reported(nights: Any, owner: Owner) -> None:
    """The jobs are announced all the same."""
    await a_job(owner, 1)
    await owner.execute("ALTER TABLE inbox_gateway_other RENAME TO inbox_gateway_elsewhere")

    summary = await nights.start()

    assert [it.consumer for it in summary.upkeep if it.error] == ["gateway"]
    assert (summary.failed, summary.exit_code, summary.jobs) == (True, 3, 1)


async def test_the_summary_says_the_same_to_people_and_machines(nights: Any, owner: Owner) -> None:
    """Tenants, companies, jobs and what is left, as a table and as JSON."""
    await a_job(owner, 2)
    await nights.candidates(2, tenant_id=2)

    summary = await nights.start(only=(1, 2))

    found = json.loads(summary.as_json())
    assert (found["night"], found["jobs"], found["companies"], found["failed"]) == ("2026-11-23", 1, 2, False)
    assert found["tenants"][1]["considered"] == {"new": 2, "stale": 0, "updated": 0}
    table = summary.as_table().splitlines()
    assert table[2].startswith("     2  Tenant 2     1          2       0  publishing; selected before 2 commands")
    assert table[-1].startswith("night of 2026-11-23: companies 2, jobs 1, tenants 2; ")


async def test_a_database_that_is_away_is_said_at_once(nights: Any, database: Database) -> None:
    """Nothing is announced in part: the caller learns that the run did not begin."""
    chosen = await nights.chosen(only=(1,))
    await database.close()

    with pytest.raises(Unavailable):
        await nights.chosen(only=(1,))
    assert chosen.tenants


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_the_night_is_the_date_in_singapore(now: datetime, night: date) -> None:
    """01:00 there is still the day before in UTC."""
    assert day_in_singapore(now) == night


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
