"""A run on a real PostgreSQL: followed through the stages' inboxes to its end, resumed, and looked back at."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.errors import Unavailable
from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from embedded.postgres import Postgres
from nightly import planning
from nightly.model import RunRefused, Tenant
from nightly.plan.given_manifests import GivenManifest
from nightly.report.night_queries import read_night
from nightly.report.terminal import as_text
from nightly.run import follower, progress, tenant_run
from nightly.tables import inboxes, runs
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)
PAUSE = """
    INSERT INTO inbox_pauses (consumer, tenant_id, since, until, reason)
    VALUES ('odoo-sync', 1, now() - $1::interval, now() + interval '1 hour', 'Odoo answers 503')
"""


async def settled(nights: Any, **rules: Any) -> Any:
    """Starts the night again, waiting, and returns its outcome."""
    await nights.forget_looks()
    [outcome] = (await nights.start(nights.rules(**rules), wait=True)).tenants
    return outcome


async def test_a_run_is_done_when_each_company_is_synced(nights: Any, owner: Owner) -> None:
    """The run, its companies and its stages say so; exit code 0."""
    await nights.candidates(2)
    night = asyncio.create_task(nights.start(wait=True))
    await until(lambda: nights.selected())
    await owner.execute("DELETE FROM outbox")
    await nights.complete()
    summary = await night

    [outcome] = summary.tenants
    assert (outcome.status, outcome.states, summary.exit_code) == ("done", {"synced": 2}, 0)
    row = await nights.run()
    assert (row["status"], row["error"]) == ("done", None)
    assert row["published_at"] is not None
    assert row["started_at"] <= row["ended_at"]
    assert set((await nights.states()).values()) == {"synced"}


async def test_each_state_on_the_way_is_read_from_the_inboxes(nights: Any) -> None:
    """From not taken in yet to its end, in one look."""
    await nights.candidates(9)
    rules = nights.rules(daily_cap=9)
    await nights.start(rules)
    await nights.arrive("enricher", *(f"U00{n}" for n in range(2, 10)), state="done")
    await nights.arrive("enricher", "U002")
    await nights.arrive("scorer", *(f"U00{n}" for n in range(4, 10)), state="done")
    await nights.arrive("scorer", "U004")
    await nights.arrive("odoo-sync", *(f"U00{n}" for n in range(6, 10)), state="done")
    await nights.arrive("odoo-sync", "U006")
    await nights.link("U007", outcome="synced")
    await nights.link("U008", outcome="no_connection")
    await nights.link("U009", outcome="refused", reason="the country is unknown")

    await progress.look(nights.database, 1, nights.run_id(), timedelta(0))

    assert await nights.states() == {
        "U001": "requested",
        "U002": "enriching",
        "U003": "scoring",
        "U004": "scoring",
        "U005": "syncing",
        "U006": "syncing",
        "U007": "synced",
        "U008": "no_connection",
        "U009": "held_back",
    }


async def test_when_a_lead_was_scored_is_noted_while_it_waits(nights: Any, owner: Owner) -> None:
    """The shortlist goes by it, whatever becomes of the sync."""
    await nights.candidates(1)
    await nights.start()
    for stage in ("enricher", "scorer"):
        await nights.arrive(stage, state="done")
    await nights.forget_looks()
    await progress.look(nights.database, 1, nights.run_id(), timedelta(0))
    scored = "SELECT state, scored_at IS NOT NULL FROM run_companies"
    assert tuple(await owner.fetchrow(scored) or ()) == ("syncing", False)
    await nights.arrive("odoo-sync")
    await nights.forget_looks()

    await progress.look(nights.database, 1, nights.run_id(), timedelta(0))

    assert tuple(await owner.fetchrow(scored) or ()) == ("syncing", True)


async def test_progress_is_read_once_a_second_at_most(nights: Any) -> None:
    """Progress is read once a second at most, however many look, and in whatever process: a look too soon counts what
    the last one wrote.
    """
    await nights.candidates(1)
    await nights.start()
    await nights.forget_looks()
    first = await progress.look(nights.database, 1, nights.run_id(), timedelta(0))
    await nights.complete()

    assert await progress.look(nights.database, 1, nights.run_id(), timedelta(0)) == first == {"requested": 1}
    await nights.forget_looks()
    assert await progress.look(nights.database, 1, nights.run_id(), timedelta(0)) == {"synced": 1}


async def test_a_dead_letter_ends_a_company_and_is_reported_with_its_error(nights: Any, owner: Owner) -> None:
    """The run is partial, and says where and why; a retried dead letter counts as what becomes of it."""
    await nights.candidates(2)
    await nights.start()
    await nights.complete("U001")
    await nights.arrive("enricher", "U002", state="dead", error="KeyError: 'x'")

    outcome = await settled(nights)

    assert (outcome.status, outcome.note) == ("partial", "1 became dead letters")
    dead = await owner.fetchrow("SELECT dead_at, error FROM run_companies WHERE state = 'dead'")
    assert dead is not None
    assert tuple(dead) == ("enrich", "KeyError: 'x'")
    enrich = await owner.fetchrow("SELECT counts, errors FROM run_stage_stats WHERE stage = 'enrich'")
    assert enrich is not None
    assert (json.loads(enrich["counts"]), json.loads(enrich["errors"])) == (
        {"done": 1, "dead": 1},
        {"KeyError: 'x'": 1},
    )

    await nights.complete("U002")
    assert (await settled(nights)).status == "done"


async def test_an_odoo_that_stays_away_is_not_waited_for(nights: Any, owner: Owner) -> None:
    """A short pause is; when the leads have gone through, the run becomes done."""
    await nights.candidates(1)
    await nights.start()
    await nights.arrive("enricher", state="done")
    await nights.arrive("scorer", state="done")
    await nights.arrive("odoo-sync", error="waiting for Odoo")
    await owner.execute(PAUSE, timedelta(minutes=4))
    await progress.look(nights.database, 1, nights.run_id(), timedelta(minutes=5))
    assert await nights.states() == {"U001": "syncing"}
    await owner.execute("UPDATE inbox_pauses SET since = now() - interval '6 minutes'")

    outcome = await settled(nights)
    assert (outcome.status, outcome.states) == ("partial", {"odoo_waiting": 1})
    assert outcome.note == "1 wait for an Odoo that does not answer"

    await owner.execute("DELETE FROM inbox_pauses")
    await nights.complete()
    assert (await settled(nights)).status == "done"


async def test_what_is_under_way_at_the_end_of_the_window_goes_on_and_is_reported_next_night(nights: Any) -> None:
    """The run ends partial; the next night's summary says what has finished since, and takes other companies."""
    await nights.candidates(3)
    rules = nights.rules(daily_cap=2, window=timedelta(milliseconds=1))
    [outcome] = (await nights.start(rules, wait=True)).tenants
    assert outcome.status == "partial"
    assert outcome.note == "2 are in progress at the end of the window and continue by themselves"
    await nights.complete("U001")
    await nights.forget_looks()

    tomorrow = NIGHT + timedelta(days=1)
    [outcome] = (await nights.start(nights.rules(tomorrow, daily_cap=2), wait=False)).tenants

    assert outcome.carried_over == [
        {
            "night": "2026-11-23",
            "run_id": str(nights.run_id()),
            "status": "partial",
            "unfinished": 1,
            "finished_since": 1,
        }
    ]
    assert "night of 2026-11-23: 1 still unfinished, 1 finished since" in outcome.in_words
    assert await nights.selected(night=tomorrow) == ["U003"]


async def test_what_the_stage_records_in_between_is_reported_all_the_same(nights: Any) -> None:
    """Each night tells what has finished since the one before it, until nothing is open; then no more."""

    async def concluded_by_the_stage() -> None:
        await nights.forget_looks()
        async with nights.database.transaction(1) as tx:
            run = await runs.find(tx, nights.run_id())
        assert run is not None
        assert await follower.conclude_if_over(nights.database, 1, run, timedelta(0))

    async def progress_since(night: date) -> list[tuple[str, int, int]]:
        await nights.forget_looks()
        [outcome] = (await nights.start(nights.rules(night, daily_cap=0))).tenants
        return [(it["status"], it["finished_since"], it["unfinished"]) for it in outcome.carried_over]

    await nights.candidates(3)
    await nights.start(nights.rules(daily_cap=3, window=timedelta(milliseconds=1)), wait=True)
    await nights.complete("U001")
    await concluded_by_the_stage()
    assert await progress_since(NIGHT + timedelta(days=1)) == [("partial", 1, 2)]
    assert await progress_since(NIGHT + timedelta(days=1)) == [("partial", 1, 2)], "of the run as it was planned"
    await nights.complete("U002", "U003")
    await concluded_by_the_stage()
    assert (await nights.run())["status"] == "done"

    assert await progress_since(NIGHT + timedelta(days=2)) == [("done", 2, 0)]
    assert await progress_since(NIGHT + timedelta(days=3)) == []


async def test_a_run_whose_window_is_open_is_not_ended_by_the_next_night(nights: Any) -> None:
    """One that was asked for an hour before: leads that come later within its window are not late."""
    await nights.candidates(1)
    await nights.start()
    await nights.arrive("enricher")
    await nights.forget_looks()
    tomorrow = NIGHT + timedelta(days=1)

    [outcome] = (await nights.start(nights.rules(tomorrow))).tenants

    run = await nights.run()
    assert (run["status"], run["ended_at"]) == ("publishing", None)
    assert [(it["unfinished"], it["finished_since"]) for it in outcome.carried_over] == [(1, 0)]
    await nights.complete()
    assert (await settled(nights)).status == "done"


async def test_the_runs_of_a_tenant_that_is_switched_off_get_their_ends(nights: Any, owner: Owner) -> None:
    """The runs of a tenant that is switched off get their ends: what was requested before goes on."""
    await nights.candidates(1)
    tonight = day_in_singapore(datetime.now(UTC))
    await nights.start(nights.rules(tonight))
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 1")
    await nights.complete(night=tonight)
    await nights.forget_looks()

    [run] = (await follower.find_unfinished(nights.database, tonight))[1]
    assert await follower.conclude_if_over(nights.database, 1, run, timedelta(0))

    assert (await nights.run(night=tonight))["status"] == "done"
    assert await follower.find_unfinished(nights.database, tonight) == {}


async def test_leads_that_odoo_or_people_keep_out_are_distinguished(nights: Any) -> None:
    """Refused ones need someone; deleted ones, and those that SCHED_SKIP leaves out, are as they should be."""
    await nights.candidates(2)
    await nights.start()
    await nights.complete("U001", outcome="deleted")
    await nights.complete("U002", outcome="refused")

    outcome = await settled(nights)
    assert (outcome.states, outcome.note) == ({"unsynced": 1, "held_back": 1}, "1 were not taken by Odoo")

    tomorrow = NIGHT + timedelta(days=1)
    await nights.candidates(1, prefix="V")
    await nights.start(nights.rules(tomorrow, skip=("odoo",)))
    await nights.complete(night=tomorrow, outcome="no_connection")
    await nights.forget_looks()
    [outcome] = (await nights.start(nights.rules(tomorrow, skip=("odoo",)), wait=True)).tenants
    assert (outcome.status, outcome.states) == ("done", {"unsynced": 1})


async def test_the_stages_are_summed_up(nights: Any, owner: Owner) -> None:
    """Counts, durations, what vendors were paid, and what was degraded and why."""
    await nights.candidates(4)
    await nights.start()
    steps = [{"step": "lusha", "outcome": "done", "units": 2}, {"step": "understand", "outcome": "done", "units": 900}]
    await nights.enriched(reasons=["tavily: HTTP 503"], ms=250, steps=json.dumps(steps))
    await nights.complete()

    outcome = await settled(nights)

    assert (outcome.spend, outcome.degraded) == ({"lusha": 8, "openai": 3600}, {"tavily: HTTP 503": 4})
    assert "degraded: 4 by tavily: HTTP 503" in outcome.in_words
    rows = {row["stage"]: row for row in await owner.fetch("SELECT * FROM run_stage_stats")}
    assert set(rows) == {"upsert", "enrich", "score", "sync"}
    enrich = rows["enrich"]
    assert (enrich["p50_ms"], enrich["p95_ms"], enrich["p99_ms"]) == (250, 250, 250)
    assert json.loads(rows["score"]["counts"]) == {"done": 4}
    assert json.loads(rows["sync"]["counts"]) == {"synced": 4}


async def test_an_enrichment_that_was_cut_short_is_caught_up_with(nights: Any, owner: Owner) -> None:
    """The night after vendors were down takes the same companies again; a step without a key cuts nothing short."""
    await nights.candidates(2)
    await nights.start()
    steps = [{"step": "lusha", "outcome": "skipped", "reason": "lusha: HTTP 503"}]
    await nights.enriched(steps=json.dumps(steps))
    await owner.execute(
        "UPDATE company_enrichment_runs SET steps = $1 WHERE company_id ="
        " (SELECT company_id FROM companies WHERE uen = 'U002')",
        json.dumps([{"step": "lusha", "outcome": "skipped", "reason": "lusha: no key"}]),
    )
    await owner.execute("UPDATE icp_candidate_companies SET enriched_at = now()")
    await nights.complete()
    await settled(nights)

    tomorrow = NIGHT + timedelta(days=1)
    await nights.start(nights.rules(tomorrow))

    assert await nights.selected(night=tomorrow) == ["U001"]
    detail = await owner.fetchval("SELECT detail FROM run_companies WHERE night = $1", tomorrow)
    assert detail == "the last enrichment was cut short: lusha: HTTP 503"


async def test_candidates_that_fit_the_icp_are_taken_first(nights: Any, owner: Owner) -> None:
    """By industry, age and district; a company that is gone is not taken at all."""
    await owner.execute(
        "INSERT INTO ssic_ref (version, code, level, title, parent_code) VALUES ('2020', 'C', 'section', 'C', NULL),"
        " ('2020', '25', 'division', 'METAL', 'C'), ('2020', '25912', 'subclass', 'CAPS', '25') ON CONFLICT DO NOTHING"
    )
    icp = "INSERT INTO icp_rules (tenant_id, industries, age_from, age_to, districts) VALUES (1, $1, 3, 9, '{22}')"
    await owner.execute(icp, ["2020:25"])
    good = {"domain": "a.sg", "born": date(2020, 11, 23), "postal_code": "618888"}
    await nights.candidate("OTHER", **good | {"code": "47111"})
    await nights.candidate("YOUNG", **good | {"born": date(2024, 1, 1)})
    await nights.candidate("OLD", **good | {"born": date(2016, 11, 23)})
    await nights.candidate("AWAY", **good | {"postal_code": "048616"})
    await nights.candidate("GONE", **good | {"status": "gone"})
    await nights.candidate("FITS", **good)

    await nights.start(nights.rules(daily_cap=9))

    first, *others = await nights.selected()
    assert first == "FITS"
    assert set(others) == {"OTHER", "YOUNG", "OLD", "AWAY"}


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

    with pytest.raises(RunRefused, match="is no candidate"):
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


async def test_commands_to_the_upserter_are_waited_for_and_counted(nights: Any, owner: Owner) -> None:
    """Commands to the upserter are waited for and counted: what is late is said, and does not keep the night from its
    candidates.
    """
    await nights.candidates(1)
    rules = nights.rules(upsert_patience=timedelta(minutes=5))
    night = asyncio.create_task(nights.start(rules))
    waiting = "SELECT count(*) = 1 FROM outbox WHERE topic = 'refresh.requested.v1'"
    await until(lambda: owner.fetchval(waiting))
    assert await nights.selected() == []
    refresh = await owner.fetchval("SELECT (headers::json -> 1 ->> 1)::uuid FROM outbox")
    await owner.execute(
        "INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, tenant_id, lane, headers, state)"
        " VALUES ('upserter', $1, 'refresh.requested.v1', 0, 0, 0, 'nightly', '[]', 'done')",
        refresh,
    )
    [outcome] = (await night).tenants
    assert outcome.upsert["late"] == 0

    await nights.candidates(1, prefix="V")
    tomorrow = NIGHT + timedelta(days=1)
    [outcome] = (await nights.start(nights.rules(tomorrow))).tenants
    assert outcome.upsert["late"] == 1
    assert await nights.selected(night=tomorrow) == ["V001"]


@pytest.mark.parametrize(("state", "expected"), [(None, "act"), ("done", "note"), ("dead", "act")])
async def test_the_report_says_what_became_of_late_commands(
    nights: Any, owner: Owner, state: str | None, expected: str
) -> None:
    """An upserter that is still away in the morning needs somebody; one that was only slow does not."""
    await nights.candidates(1)
    await nights.start()
    await nights.complete()
    if state:
        refresh = await owner.fetchval(
            "SELECT (headers::json -> 1 ->> 1)::uuid FROM outbox WHERE topic = 'refresh.requested.v1'"
        )
        await owner.execute(
            "INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, tenant_id, lane, headers,"
            " state) VALUES ('upserter', $1, 'refresh.requested.v1', 0, 0, 0, 'nightly', '[]', $2)",
            *(refresh, state),
        )

    [found] = (await read_night(nights.database, NIGHT, {})).tenants

    [issue] = [it for it in found.issues if "to the upserter" in it.words]
    assert (issue.urgency, issue.words.startswith("1 command")) == (expected, True)
    assert not [it for it in found.issues if "PUT /icp" in it.advice], "more may be found yet"


def test_a_job_that_failed_keeps_a_run_from_being_done() -> None:
    """It is a dead letter too, and counts once."""
    assert progress.verdict({"synced": 20}, {"late": 3}, is_late=False) == ("done", None)
    assert progress.verdict({"synced": 20}, {"jobs_failed": 2, "dead": 1}, is_late=False) == (
        "partial",
        "2 commands to the upserter became dead letters",
    )


async def test_a_run_that_nobody_waits_for_is_concluded_by_the_stage(nights: Any) -> None:
    """Not before it is over; then its end is on record."""
    await nights.candidates(1)
    await nights.start()
    async with nights.database.transaction(1) as tx:
        run = await runs.find(tx, nights.run_id())
    assert run is not None
    await nights.forget_looks()
    assert not await follower.conclude_if_over(nights.database, 1, run, timedelta(0))
    await nights.complete()
    await nights.forget_looks()

    assert await follower.conclude_if_over(nights.database, 1, run, timedelta(0))
    assert (await nights.run())["status"] == "done"


async def test_a_run_that_cannot_be_followed_stops_no_other(
    nights: Any, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that cannot be followed stops no other.

    Of whatever fault: the others get their ends, and so does this one when it is mended.
    """
    for tenant_id in (1, 2):
        await nights.candidates(1, tenant_id=tenant_id)
    tonight = day_in_singapore(datetime.now(UTC))
    await nights.start(nights.rules(tonight), only=(1, 2))
    for tenant_id in (1, 2):
        await nights.complete(tenant_id=tenant_id, night=tonight)
    await nights.forget_looks()
    broken = True

    async def look(database: Database, tenant_id: int, *others: Any) -> dict[str, int]:
        if broken and tenant_id == 1:
            raise KeyError("states")
        return await progress.look(database, tenant_id, *others)

    async def is_done(tenant_id: int) -> bool:
        return bool((await nights.run(tenant_id, tonight))["status"] == "done")

    monkeypatch.setattr(follower, "look", look)
    monkeypatch.setattr(follower, "POLL_S", 0.05)
    async with follower.following(nights.database, timedelta(0)) as task:
        await until(lambda: is_done(2))
        assert not await is_done(1)
        broken = False
        await until(lambda: is_done(1))
        assert not task.done()


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


async def test_the_outbox_is_known_to_be_sent(nights: Any, owner: Owner) -> None:
    """Only then is a run said to be published."""
    await nights.candidates(1)
    await nights.start()
    await progress.look(nights.database, 1, nights.run_id(), timedelta(0))
    assert (await nights.run())["published_at"] is None
    await owner.execute("DELETE FROM outbox")
    async with nights.database.without_tenant() as tx:
        assert await inboxes.is_sent(tx)

    await progress.look(nights.database, 1, nights.run_id(), timedelta(0))

    row = await nights.run()
    assert (row["status"], row["published_at"] is None) == ("running", False)


@pytest.mark.parametrize("tenant_id", [2, 3])
async def test_another_tenant_sees_nothing_of_a_run(nights: Any, tenant_id: int) -> None:
    """Runs, manifests, companies and statistics are the tenant's own."""
    await nights.candidates(1)
    await nights.start()

    async with nights.database.transaction(tenant_id) as tx:
        for table in ("enrichment_runs", "run_manifests", "run_companies", "run_stage_stats"):
            assert await tx.fetchval(f"SELECT count(*) FROM {table}") == 0
