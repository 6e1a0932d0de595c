"""The plan of a run is made once, also where a process, a database or another plan comes in between."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.errors import Unavailable
from common.postgres import Database
from embedded.postgres import Postgres
from nightly import planning
from nightly.model import RunRefused, Tenant
from nightly.plan.given_manifests import GivenManifest
from nightly.run import tenant_run
from nightly.tables import runs
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)


async def test_a_killed_plan_is_planned_again_with_a_window_of_its_own(nights: Any, owner: Owner) -> None:
    """A killed plan is planned again with a window of its own: what it announced before is announced again under the
    same ids; nothing of the manifest was there.
    """
    await nights.candidates(1)
    async with nights.database.transaction(1) as tx:
        begun = await runs.begin(tx, 1, NIGHT, nights.options(nights.rules(window=timedelta(hours=1))).start)
    assert begun.status == "planning"

    await nights.start(nights.rules(window=timedelta(hours=9)))

    row = await nights.run()
    assert row["status"] == "publishing"
    assert row["window_ends_at"] - begun.window_ends_at >= timedelta(hours=8)
    assert await nights.selected() == ["U001"]


async def test_the_plan_is_on_record_with_the_manifest_and_stays(nights: Any, tenant: Tenant) -> None:
    """A process that planned too, or planned after a failure was noted, leaves the first plan's figures."""
    await nights.candidates(2)
    rules = nights.rules(daily_cap=1)
    async with nights.database.transaction(1) as tx:
        await runs.begin(tx, 1, NIGHT, nights.options(rules).start)
        await runs.fail(tx, nights.run_id(), "OSError")
    first = await planning.plan(nights.database, tenant, rules, datetime.now(UTC))
    await planning.publish(nights.database, first, rules, None, {"upsert": {"jobs": 3}, "carried_over": []})
    row = await nights.run()
    assert (row["status"], row["error"], row["ended_at"]) == ("publishing", None, None)

    more = nights.rules(daily_cap=2)
    second = await planning.plan(nights.database, tenant, more, datetime.now(UTC))
    await planning.publish(nights.database, second, more, None, {"upsert": {"jobs": 9}, "carried_over": []})

    summary = json.loads((await nights.run())["summary"])
    considered = {"new": 2, "stale": 0, "updated": 0}
    assert summary == {"planned": 1, "considered": considered, "upsert": {"jobs": 3}, "carried_over": []}


async def test_a_given_manifest_is_refused_where_another_process_was_first(nights: Any, tenant: Tenant) -> None:
    """A given manifest is refused where another process was first, also by the transaction that would write it.

    The run stays as it is.
    """
    await nights.candidates(2)
    await nights.start(nights.rules(daily_cap=1))
    given = GivenManifest.model_validate({"tenant_id": 1, "companies": [{"uen": "U002"}]})
    rules = nights.rules()

    with pytest.raises(RunRefused, match="already, with another manifest"):
        await tenant_run.ensure_planned(nights.database, tenant, rules, nights.options(rules, given=given))
    made = await planning.plan(nights.database, tenant, rules, datetime.now(UTC), given)
    with pytest.raises(RunRefused, match="already, with another manifest"):
        await planning.publish(nights.database, made, rules, given)

    assert (await nights.run())["status"] == "publishing"
    assert await nights.selected() == ["U001"]


async def test_a_run_is_failed_before_another_process_may_plan_it(
    nights: Any, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the lock: otherwise a plan that the other has begun would be noted as failed."""
    locked = []

    async def fail(*_: Any) -> None:
        async with nights.database.lock(f"night {nights.run_id()}") as is_mine:
            locked.append(not is_mine)

    monkeypatch.setattr(tenant_run.runs, "fail", fail)
    await nights.candidates(1)
    given = GivenManifest.model_validate({"tenant_id": 1, "companies": [{"uen": "NONE"}]})
    rules = nights.rules()

    with pytest.raises(RunRefused, match="is not a candidate"):
        await tenant_run.ensure_planned(nights.database, tenant, rules, nights.options(rules, given=given))

    assert locked == [True]


async def test_a_plan_that_is_too_slow_fails_with_the_reason(
    nights: Any, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that answers, and not in time, is not waited for all night."""

    async def plan(database: Database, *_: Any) -> None:
        async with database.transaction(1) as tx:
            await tx.execute("SELECT pg_sleep(600)", timeout=0.05)

    monkeypatch.setattr(planning, "plan", plan)
    monkeypatch.setattr(tenant_run, "RETRY_S", 0.01)
    rules = nights.rules()

    with pytest.raises(tenant_run.PlanTooSlow):
        await tenant_run.ensure_planned(nights.database, tenant, rules, nights.options(rules))

    row = await nights.run()
    assert (row["status"], "did not end in time, 3 times" in row["error"]) == ("failed", True)


async def test_a_run_that_waited_for_the_database_in_vain_says_so(
    nights: Any, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the database answers again, if the window is over by then."""

    async def plan(*_: Any) -> None:
        raise Unavailable("PostgreSQL: it restarts")

    monkeypatch.setattr(planning, "plan", plan)
    rules = nights.rules()
    options = nights.options(rules, began=datetime.now(UTC) - timedelta(hours=7))

    with pytest.raises(Unavailable):
        await tenant_run.ensure_planned(nights.database, tenant, rules, options)

    row = await nights.run()
    assert (row["status"], row["error"]) == ("failed", "Unavailable: PostgreSQL: it restarts")


async def test_two_processes_at_once_do_what_one_does(nights: Any, database_url: str, owner: Owner) -> None:
    """Each company is requested once, and both say how the night ended."""
    await nights.candidates(5)
    other = await Database.connect(database_url)
    both = [asyncio.create_task(nights.start(wait=True, database=it)) for it in (nights.database, other)]
    try:
        await until(lambda: nights.selected())
        await nights.complete()
        summaries = await asyncio.gather(*both)
    finally:
        await other.close()

    assert [it.exit_code for it in summaries] == [0, 0]
    assert [it.tenants[0].states for it in summaries] == [{"synced": 5}] * 2
    sent = await owner.fetchval("SELECT count(*) FROM outbox WHERE topic = 'enrichment.requested.nightly.v1'")
    assert sent == 5
    assert await owner.fetchval("SELECT count(*) FROM run_manifests") == 1


@pytest.mark.parametrize("phase", ["planning", "following"])
async def test_a_database_that_restarts_is_waited_for(
    phase: str, nights: Any, database_url: str, owner: Owner, breakable_postgres: Postgres
) -> None:
    """The night goes on where it was, and ends well."""
    await nights.candidates(2)
    patience = timedelta(seconds=3 if phase == "planning" else 0)
    night = asyncio.create_task(nights.start(nights.rules(upsert_patience=patience), wait=True))
    await until(nights.run if phase == "planning" else nights.selected)
    await asyncio.to_thread(breakable_postgres.stop)
    await asyncio.to_thread(breakable_postgres.start)
    nights.owner = await asyncpg.connect(database_url)  # the test's own was cut off with the server
    try:
        await until(nights.selected, within_s=60)
        await nights.complete()
        [outcome] = (await night).tenants
    finally:
        await nights.owner.close()

    assert (outcome.status, outcome.error, outcome.states) == ("done", None, {"synced": 2})
