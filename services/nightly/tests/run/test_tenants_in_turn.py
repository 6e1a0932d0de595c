"""The tenants of a night one after the other: none keeps another from its run."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.postgres import Database
from nightly import planning
from nightly.model import Tenant
from nightly.report.night_queries import read_night
from nightly.report.terminal import as_text
from nightly.run import progress, tenant_run
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)


async def test_a_tenant_whose_turn_comes_after_the_window_is_published_and_not_waited_for(
    nights: Any, tenant: Tenant
) -> None:
    """Window and patience count from the start of the night, so that many slow tenants do not each add their own."""
    await nights.candidates(1)
    rules = nights.rules(upsert_patience=timedelta(hours=1), window=timedelta(hours=6))
    options = nights.options(rules, began=datetime.now(UTC) - timedelta(hours=7), wait=True)
    slots = asyncio.Semaphore(1)

    async with asyncio.timeout(120):
        outcome = await tenant_run.run_tenant(nights.database, tenant, rules, options, slots)

    assert (outcome.status, outcome.states, outcome.upsert["late"]) == ("partial", {"requested": 1}, 1)
    assert await nights.selected() == ["U001"]
    assert not slots.locked()


async def test_all_tenants_of_a_start_have_one_window(nights: Any, owner: Owner) -> None:
    """All tenants of a start have one window, whatever their turn."""
    await nights.start(only=(1, 2, 3), concurrency=1)

    ends = await owner.fetch("SELECT DISTINCT window_ends_at FROM enrichment_runs")
    assert len(ends) == 1
    assert await owner.fetchval("SELECT count(*) FROM enrichment_runs") == 3


@pytest.mark.parametrize("step", ["announce_upserts", "plan"])
async def test_a_fault_of_one_tenant_ends_no_other_ones_night(
    nights: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A fault of one tenant ends no other's night, whatever it is: the tenant's run fails and says why."""
    for tenant_id in (1, 2):
        await nights.candidates(1, tenant_id=tenant_id)
    right = getattr(planning, step)

    async def wrong(database: Database, tenant: Tenant, *others: Any) -> Any:
        if tenant.tenant_id == 1:
            raise KeyError("industries")
        return await right(database, tenant, *others)

    monkeypatch.setattr(planning, step, wrong)

    summary = await nights.start(only=(1, 2))

    assert [it.error for it in summary.tenants] == ["KeyError: 'industries'", None]
    assert (summary.exit_code, await nights.selected(tenant_id=2)) == (3, ["U001"])
    run = await nights.run()
    assert (run["status"], run["error"]) == ("failed", "KeyError: 'industries'")


async def test_a_slot_is_free_once_the_companies_are_enriched(nights: Any, owner: Owner) -> None:
    """A tenant whose Odoo is slow does not keep the next one from its night."""
    for tenant_id in (1, 2):
        await nights.candidates(1, tenant_id=tenant_id)
    night = asyncio.create_task(nights.start(only=(1, 2), wait=True, concurrency=1))
    await until(lambda: nights.selected())
    await nights.arrive("enricher", state="done")
    await until(lambda: nights.selected(tenant_id=2))
    assert await nights.states() == {"U001": "scoring"}

    for tenant_id in (1, 2):
        await nights.complete(tenant_id=tenant_id)
    assert (await night).exit_code == 0


async def test_a_tenant_that_stands_still_keeps_no_other_one_waiting(
    nights: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its vendor may be away for a day: its companies stay open in the enricher, and the next tenant has its night."""
    monkeypatch.setattr(tenant_run, "STANDSTILL", timedelta(0))
    for tenant_id in (1, 2):
        await nights.candidates(1, tenant_id=tenant_id)

    async with stopped_after(1, nights.start(only=(1, 2), wait=True, concurrency=1), nights):
        await nights.arrive("enricher", error="waits for the vendor")
        await until(lambda: nights.selected(tenant_id=2))
        assert set((await nights.states()).values()) <= {"requested", "enriching"}


@asynccontextmanager
async def stopped_after(tenant_id: int, night: Coroutine[Any, Any, Any], nights: Any) -> AsyncIterator[None]:
    """Runs the night until this tenant's companies are requested; it is stopped at the end of the block."""
    task = asyncio.create_task(night)
    try:
        await until(lambda: nights.selected(tenant_id=tenant_id))
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_upserter_has_its_commands_before_a_tenants_turn_comes(nights: Any, owner: Owner) -> None:
    """A tenant whose turn comes late selects from what they found; its turn does not announce them again."""
    await owner.execute("INSERT INTO icp_rules (tenant_id, industries) VALUES (2, '{2020:25}')")
    for tenant_id in (1, 2):
        await nights.candidates(1, tenant_id=tenant_id)
    searches = "SELECT count(*) FROM outbox WHERE topic = 'candidates.requested.v1'"

    async with stopped_after(1, nights.start(only=(1, 2), wait=True, concurrency=1), nights):
        assert await nights.selected(tenant_id=2) == []
        assert await owner.fetchval(searches) == 1
        await nights.complete()
        await until(lambda: nights.selected(tenant_id=2))

    assert await owner.fetchval(searches) == 1


async def test_a_night_that_stops_early_needs_somebody(nights: Any, owner: Owner) -> None:
    """The tenants whose turn did not come have a run too, and the report says how to run it."""
    for tenant_id in (1, 2):
        await nights.candidates(1, tenant_id=tenant_id)
    rules = nights.rules(skip=("refresh",))
    async with stopped_after(1, nights.start(rules, only=(1, 2), wait=True, concurrency=1), nights):
        pass
    await nights.complete()
    await nights.forget_looks()
    await progress.conclude(nights.database, 1, nights.run_id(), timedelta(0))
    assert (await nights.run(2))["status"] == "planning"
    assert "No action is needed" not in as_text(await read_night(nights.database, NIGHT, {}))
    await owner.execute("UPDATE enrichment_runs SET window_ends_at = now() - interval '1 hour'")

    found = await read_night(nights.database, NIGHT, {})

    [_, second] = found.tenants
    [issue] = [it for it in second.issues if it.urgency != "note"]
    assert issue.urgency == "act"
    assert issue.words.startswith("The run was never planned")
    assert f"`leadgen nightly --tenant 2 --date {NIGHT}`" in issue.advice
    assert not [it for it in second.issues if "No company was due" in it.words]
    assert "No action is needed" not in as_text(found)

    [outcome] = (await nights.start(rules, only=(2,))).tenants
    assert (outcome.planned, await nights.selected(tenant_id=2)) == (1, ["U001"])
