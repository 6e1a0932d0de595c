"""A start of the nightly run on a real PostgreSQL: for which tenants, with which partitions, and what it says."""

import json
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.errors import Unavailable
from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from nightly.model import RunRefused

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_a_tenant_that_is_not_active_is_left_out(nights: Any, owner: Owner) -> None:
    """Its jobs wait until it is active again; named by the command, it is refused."""
    await nights.a_job(3)
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 3")

    summary = await nights.start(only=())

    assert 3 not in {it.tenant_id for it in summary.tenants}
    assert await nights.announced() == []
    with pytest.raises(RunRefused, match="tenant 3 is not an active tenant"):
        await nights.chosen(only=(3,))


async def test_the_lists_choose_tenants_and_exclude_has_the_last_word(nights: Any) -> None:
    """Only those included and not excluded; an included number that is not an active tenant is a slip, and reported."""
    chosen = await nights.chosen(include=frozenset({1, 2, 99}), exclude=frozenset({2, 4}))

    assert [it.tenant_id for it in chosen.tenants] == [1]
    assert [(it.tenant_id, it.error) for it in chosen.left_out] == [(99, "is not an active tenant")]
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
    await nights.a_job(1)
    await nights.a_job(2)
    await owner.execute(
        "CREATE POLICY broken ON background_jobs AS RESTRICTIVE"
        " USING (1 / (nullif(current_setting('request.tenant_id', true), '')::int - 1) IS NOT NULL)"
    )

    summary = await nights.start(only=())

    failed = {it.tenant_id: it.error for it in summary.tenants if it.error}
    assert list(failed) == [1]
    assert "DivisionByZeroError" in (failed[1] or "")
    assert [event.tenant_id for event, _ in await nights.announced()] == [2]
    assert summary.exit_code == 3
    run = await nights.run()
    assert (run["status"], "DivisionByZeroError" in run["error"]) == ("failed", True)

    await owner.execute("DROP POLICY broken ON background_jobs")
    assert not (await nights.start()).failed
    assert [event.tenant_id for event, _ in await nights.announced()] == [2, 1]


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
    await nights.a_job(1)
    await owner.execute("ALTER TABLE inbox_gateway_other RENAME TO inbox_gateway_elsewhere")

    summary = await nights.start()

    assert [it.consumer for it in summary.upkeep if it.error] == ["gateway"]
    assert (summary.failed, summary.exit_code, summary.jobs) == (True, 3, 1)


async def test_the_summary_says_the_same_to_people_and_machines(nights: Any, owner: Owner) -> None:
    """Tenants, companies, jobs and what is left, as a table and as JSON."""
    await nights.a_job(2)
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
