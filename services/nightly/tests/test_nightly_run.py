"""The nightly pass on a real PostgreSQL: which jobs it announces, and that a second pass announces nothing new."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest

from common.cloudevents import Envelope, decode_body, decode_headers, unpack_headers
from common.contracts import RefreshRegister, RequestUpsert
from common.errors import Unavailable
from common.postgres import Database
from common.singapore import day_in_singapore
from nightly.model import upsert_request
from nightly.run import publish_queued_jobs

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)


OUTBOX = "SELECT topic, value, headers FROM outbox WHERE producer = 'nightly' AND topic = $1 ORDER BY id"


async def a_job(owner: Owner, tenant_id: int, *, status: str = "queued") -> UUID:
    job_id = uuid4()
    await owner.execute(
        "INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, total, asked)"
        " VALUES ($1, $2, 'staging_upsert', $3, '{}', 10, $1::uuid::text)",
        *(job_id, tenant_id, status),
    )
    return job_id


async def announced(owner: Owner) -> list[tuple[RequestUpsert, Envelope]]:
    """The jobs that the night's outbox holds, oldest first."""
    rows = await owner.fetch(OUTBOX, RequestUpsert.topic)
    return [(decode_body(RequestUpsert, row["value"]), decode_headers(unpack_headers(row["headers"]))) for row in rows]


async def test_every_queued_job_of_every_active_tenant_is_announced(database: Database, owner: Owner) -> None:
    """In the nightly lane, under its own tenant, following from the request that made it; other jobs are not."""
    first, second, third = [await a_job(owner, tenant_id) for tenant_id in (1, 1, 2)]
    for status in ("running", "done", "error"):
        await a_job(owner, 1, status=status)

    summary = await publish_queued_jobs(database, night=NIGHT)

    told = await announced(owner)
    assert {(event.tenant_id, event.job_id) for event, _ in told} == {(1, first), (1, second), (2, third)}
    assert {event.job_id for event, _ in told if event.tenant_id == 1} == {first, second}
    assert all(envelope.lane == "nightly" for _, envelope in told)
    assert all(envelope.correlation_id == str(event.job_id) for event, envelope in told)
    assert [(it.tenant_id, it.jobs) for it in summary.tenants] == [(1, 2), (2, 1), (3, 0), (4, 0), (5, 0)]
    assert not summary.failed


async def test_the_register_is_refreshed_once_a_night(database: Database, owner: Owner) -> None:
    """Of no tenant, in the nightly lane, also when no job is queued; a second pass in one night is the same event."""
    for night in (NIGHT, NIGHT, date(2026, 11, 24)):
        await publish_queued_jobs(database, night=night)

    rows = await owner.fetch(OUTBOX, RefreshRegister.topic)
    told = [decode_headers(unpack_headers(row["headers"])) for row in rows]
    assert [decode_body(RefreshRegister, row["value"]).tenant_id for row in rows] == [0, 0, 0]
    assert {(envelope.tenant_id, envelope.lane) for envelope in told} == {(0, "nightly")}
    assert told[0].event_id == told[1].event_id != told[2].event_id


async def test_the_oldest_job_of_a_tenant_goes_first(database: Database, owner: Owner) -> None:
    """Jobs are announced in the order in which they were asked for."""
    jobs = [await a_job(owner, 1) for _ in range(5)]

    await publish_queued_jobs(database, night=NIGHT)

    assert [event.job_id for event, _ in await announced(owner)] == jobs


async def test_a_second_pass_in_one_night_announces_nothing_new(database: Database, owner: Owner) -> None:
    """The ids are those of the first pass, so that the consumer recognises them; the next night has its own."""
    await a_job(owner, 1)
    for night in (NIGHT, NIGHT, date(2026, 11, 24)):
        await publish_queued_jobs(database, night=night)

    first, again, next_night = [envelope.event_id for _, envelope in await announced(owner)]
    assert first == again
    assert first != next_night


async def test_what_a_job_left_over_tonight_is_the_next_nights(database: Database, owner: Owner) -> None:
    """A second pass in one night must not give a job a second share."""
    job_id = await a_job(owner, 1)
    await owner.execute("UPDATE background_jobs SET continues = $1", uuid4())
    tonight = day_in_singapore(datetime.now(UTC))

    await publish_queued_jobs(database, night=tonight)
    assert await announced(owner) == []
    await publish_queued_jobs(database, night=tonight + timedelta(days=1))
    assert [event.job_id for event, _ in await announced(owner)] == [job_id]


async def test_a_tenant_that_is_not_active_is_left_out(database: Database, owner: Owner) -> None:
    """Its jobs wait until it is active again."""
    await a_job(owner, 3)
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 3")

    summary = await publish_queued_jobs(database, night=NIGHT)

    assert 3 not in {it.tenant_id for it in summary.tenants}
    assert await announced(owner) == []


async def test_the_lists_choose_tenants_and_exclude_has_the_last_word(database: Database, owner: Owner) -> None:
    """Only those included and not excluded."""
    for tenant_id in (1, 2, 3):
        await a_job(owner, tenant_id)

    summary = await publish_queued_jobs(database, night=NIGHT, include={1, 2}, exclude={2, 4})

    assert [it.tenant_id for it in summary.tenants] == [1]
    assert [event.tenant_id for event, _ in await announced(owner)] == [1]


async def test_an_included_number_that_is_no_active_tenant_is_reported(database: Database) -> None:
    """It is a slip: the run says so and counts as failed."""
    summary = await publish_queued_jobs(database, night=NIGHT, include={1, 99})

    assert [(it.tenant_id, it.error) for it in summary.tenants] == [(1, None), (99, "is no active tenant")]
    assert summary.failed


async def test_a_tenant_that_fails_is_reported_and_the_others_go_on(database: Database, owner: Owner) -> None:
    """Nothing of the failing tenant is announced; everything of the others is."""
    await a_job(owner, 1)
    await a_job(owner, 2)
    await owner.execute(
        "CREATE POLICY broken ON background_jobs AS RESTRICTIVE"
        " USING (1 / (nullif(current_setting('request.tenant_id', true), '')::int - 1) IS NOT NULL)"
    )

    summary = await publish_queued_jobs(database, night=NIGHT)

    failed = {it.tenant_id: it.error for it in summary.tenants if it.error}
    assert list(failed) == [1]
    assert "DivisionByZeroError" in (failed[1] or "")
    assert [event.tenant_id for event, _ in await announced(owner)] == [2]
    assert summary.failed


async def test_the_inboxes_of_all_consumers_get_their_coming_partitions(database: Database, owner: Owner) -> None:
    """One that was missing is there again, also of a consumer whose name has a hyphen."""
    newest = "SELECT max(relname) FROM pg_class WHERE relname ~ '^inbox_odoo_sync_[0-9]{8}$'"
    dropped = await owner.fetchval(newest)
    await owner.execute(f"DROP TABLE {dropped}")

    summary = await publish_queued_jobs(database, night=NIGHT)

    assert await owner.fetchval(newest) == dropped
    assert {"gateway", "upserter", "enricher", "scorer", "odoo-sync", "nightly"} <= {
        it.consumer for it in summary.upkeep
    }


async def test_a_consumer_whose_partitions_cannot_be_kept_is_reported(database: Database, owner: Owner) -> None:
    """The jobs are announced all the same."""
    await a_job(owner, 1)
    await owner.execute("ALTER TABLE inbox_scorer_other RENAME TO inbox_scorer_elsewhere")

    summary = await publish_queued_jobs(database, night=NIGHT)

    assert [it.consumer for it in summary.upkeep if it.error] == ["scorer"]
    assert summary.failed
    assert summary.jobs == 1


async def test_the_summary_says_the_same_to_people_and_machines(database: Database, owner: Owner) -> None:
    """Tenants, jobs and failures, as a table and as JSON."""
    await a_job(owner, 2)

    summary = await publish_queued_jobs(database, night=NIGHT, include={1, 2, 99})

    told = json.loads(summary.as_json())
    assert (told["night"], told["jobs"], told["failed"]) == ("2026-11-23", 1, True)
    assert told["tenants"][1] == {"tenant_id": 2, "name": "Tenant 2", "jobs": 1, "error": None}
    table = summary.as_table().splitlines()
    assert table[2].split() == ["2", "Tenant", "2", "1", "published"]
    assert table[3].split(maxsplit=2)[2] == "is no active tenant"
    assert table[-1].startswith("night of 2026-11-23: 1 jobs of 3 tenants")


async def test_a_database_that_is_away_is_said_at_once(database: Database) -> None:
    """Nothing is announced in part: the caller learns that the pass did not begin."""
    await database.close()

    with pytest.raises(Unavailable):
        await publish_queued_jobs(database, night=NIGHT)


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


def test_an_announcement_is_made_of_night_and_job_alone() -> None:
    """The same each time; of another job, another."""
    job_id = uuid4()

    assert upsert_request(1, job_id, NIGHT) == upsert_request(1, job_id, NIGHT)
    assert upsert_request(1, job_id, NIGHT).envelope.event_id != upsert_request(1, uuid4(), NIGHT).envelope.event_id
