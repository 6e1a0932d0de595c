"""A tenant's night through the real stages: killed in each of its phases, without vendors, without Odoo.

The stages are at work in this process; the night is a process of its own where it is killed.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest

from common.postgres import Database, role_of
from enricher.purchases import circuit_breakers, guarded_call
from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from nightly.model import run_id_of
from nightly.night import Choice, choose, run_night
from nightly.report.night import Rest
from testkit.nights.tenant_night import CAP, TENANT, TODAY, Owner, has_status, is_proved, night, report, rules_of
from testkit.stages import at_work, until

AtWork: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]
ENLIST = """
    INSERT INTO companies (uen, name, status, website_domain, updated_at)
    SELECT 'U' || n, 'MAKER ' || n, 'live', website, now() - interval '1 day'
      FROM unnest($1::text[]) WITH ORDINALITY AS made (website, n)
"""
CANDIDATES = """
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT $1, company_id, gen_random_uuid() FROM companies
"""
#: Somebody else sends nightly's outbox, and takes a long time for it.
KEEP_THE_OUTBOX = """
    INSERT INTO outbox_owners (producer, owner, session, expires_at)
    VALUES ('nightly', gen_random_uuid(), pg_backend_pid(), now() + interval '1 hour')
"""
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nightly' AND wait_event_type = 'Lock'"
STATES = "SELECT consumer, state, count(*), count(DISTINCT event_id) FROM inbox GROUP BY 1, 2"
REASONS = "SELECT uen, reason, detail FROM run_companies WHERE night = $1 ORDER BY position"


@pytest.fixture
async def companies(owner: Owner, websites: list[str]) -> list[str]:
    """Candidates with sites that are in order, as many as two nights take; their UENs in order."""
    await owner.execute(ENLIST, websites[: 2 * CAP])
    await owner.execute(CANDIDATES, TENANT)
    return [f"U{n}" for n in range(1, 2 * CAP + 1)]


@pytest.fixture
def stages(line: Any, database_url: str, kafka: str) -> AtWork:
    """Enricher, scorer and odoo-sync, each with its own connections; the upserter has nothing to do here."""

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for name, stage in line.stages.items():
                if name != "upserter":
                    database = await Database.connect(database_url, name=name, role=role_of(name))
                    stack.push_async_callback(database.close)
                    await stack.enter_async_context(at_work(stage, database, kafka, lease_s=3))
            yield

    return running


@pytest.fixture
async def command(database_url: str, kafka: str) -> AsyncIterator[Callable[..., Any]]:
    """Starts `python -m nightly` for the tenant; what still runs at the end is killed."""
    started: list[asyncio.subprocess.Process] = []

    async def start(**settings: str) -> asyncio.subprocess.Process:
        given = {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "SCHED_DAILY_CAP_PER_TENANT": str(CAP),
            "SCHED_UPSERT_MINUTES": "0",
            **settings,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "nightly", "--tenant", str(TENANT), "--json"),
            env=os.environ | given,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("phase", ["planning", "publishing", "running", "concluding"])
async def test_a_night_that_is_killed_ends_as_an_undisturbed_one(
    phase: str,
    owner: Owner,
    database: Database,
    database_url: str,
    kafka: str,
    companies: list[str],
    odoo: Any,
    stages: AtWork,
    command: Any,
) -> None:
    """SIGKILL in each phase, then a second start: the same companies, each requested, scored and synced once."""
    holder = await asyncpg.connect(database_url)
    try:
        if phase == "publishing":
            await holder.execute(KEEP_THE_OUTBOX)
        first = await command(**({"SCHED_UPSERT_MINUTES": "60"} if phase == "planning" else {}))
        await until(lambda: has_status(owner, "running" if phase == "concluding" else phase), within_s=60)
        async with AsyncExitStack() as at_work:
            if phase == "concluding":
                await holder.execute("BEGIN; LOCK TABLE run_stage_stats IN EXCLUSIVE MODE")
                await at_work.enter_async_context(stages())
                await until(lambda: owner.fetchval(WAITS), within_s=90)
            first.kill()
            assert await first.wait() < 0
            await holder.close()  # what it held is free
            if phase != "concluding":
                await at_work.enter_async_context(stages())

            second = await command()
            out, _ = await asyncio.wait_for(second.communicate(), timeout=120)
    finally:
        await holder.close()

    assert second.returncode == 0, out
    [outcome] = json.loads(out)["tenants"]
    assert (outcome["status"], outcome["planned"], outcome["states"]) == ("done", CAP, {"synced": CAP})
    assert [row["uen"] for row in await owner.fetch(REASONS, TODAY)] == companies[:CAP]
    assert {tuple(row) for row in await owner.fetch(STATES)} == {
        (stage, "done", CAP, CAP) for stage in ("enricher", "scorer", "odoo-sync")
    }
    assert await owner.fetchval("SELECT count(*) FROM lead_scores") == CAP
    assert len({name for name in odoo.numbers if "company" in name}) == CAP
    await is_proved(database_url, kafka)
    figures = await report(database)
    assert (figures.balance.reached, figures.balance.rests) == ((CAP,) * 5, ())
    assert sorted(lead.uen for lead in figures.shortlist) == companies[:CAP]


async def test_an_audit_names_the_tenants_whose_turn_never_came(
    owner: Owner, database: Database, database_url: str, kafka: str
) -> None:
    """A night that stops early leaves a run of each of its tenants on record."""
    await owner.execute(ENLIST, ["a.example"])
    await owner.execute(CANDIDATES, TENANT)
    chosen = await choose(database, Choice(only=frozenset({TENANT, 2}), require_odoo=False))
    task = asyncio.create_task(run_night(database, chosen, rules_of(), concurrency=1))
    try:
        await until(lambda: has_status(owner, "publishing"), within_s=60)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await owner.execute("UPDATE enrichment_runs SET window_ends_at = now() - interval '1 hour' WHERE tenant_id = 2")

    report = await audit(database_url, kafka, Scope(services=frozenset({"nightly"}), patience_s=0))

    [over] = [it for it in report.exceptions if it.check.name == "night-over"]
    assert [(it["tenant_id"], it["status"]) for it in over.shown] == [(2, "planning")]


async def test_a_night_without_vendors_is_degraded_and_the_next_one_catches_up(
    owner: Owner,
    database: Database,
    database_url: str,
    kafka: str,
    companies: list[str],
    simulator: str,
    stages: AtWork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends in time, says what was missing, and loses nothing; the same companies are done well afterwards."""
    monkeypatch.setattr(guarded_call, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(circuit_breakers, "_REMEMBERED_S", 0.0)  # the test closes them in the table
    await owner.execute(
        "DELETE FROM icp_candidate_companies WHERE company_id NOT IN"
        " (SELECT company_id FROM companies ORDER BY uen LIMIT $1)",
        CAP,
    )
    async with httpx.AsyncClient() as http, stages():
        for vendor in ("tavily", "lusha", "zerobounce", "openai"):
            fault = {"kind": "fail", "status": 503, "times": None}
            (await http.post(f"{simulator}/_simulator/vendors/{vendor}/faults", json=fault)).raise_for_status()
        first = await night(database, kafka, rules_of(1))
        assert (first.status, first.states) == ("done", {"synced": CAP})
        assert any("openai" in reason for reason in first.degraded)
        assert "degraded: " in first.in_words
        figures = await report(database, days=1)
        assert (figures.balance.reached, len(figures.shortlist)) == ((CAP,) * 5, CAP)
        assert {reason.partition(":")[0] for reason, _ in figures.degraded} >= {"openai", "lusha"}
        assert {spend.by_night for spend in figures.spend} == {0}

        for vendor in ("tavily", "lusha", "zerobounce", "openai"):
            (await http.delete(f"{simulator}/_simulator/vendors/{vendor}/faults")).raise_for_status()
        await owner.execute("UPDATE vendor_breakers SET failures = 0, open_until = '-infinity'")
        await owner.execute("UPDATE icp_candidate_companies SET enriched_at = now()")  # the upserter's part
        second = await night(database, kafka, rules_of())

    assert (second.status, second.planned, second.states) == ("done", CAP, {"synced": CAP})
    assert [reason for reason in second.degraded if "503" in reason] == []
    chosen = await owner.fetch(REASONS, TODAY)
    assert {(row["reason"], row["detail"].partition(":")[0]) for row in chosen} == {
        ("stale", "the last enrichment was cut short")
    }
    assert second.spend.get("openai", 0) > 0
    await is_proved(database_url, kafka)


async def test_a_night_without_odoo_ends_and_its_leads_go_through_in_the_morning(
    owner: Owner,
    database: Database,
    database_url: str,
    kafka: str,
    companies: list[str],
    odoo: Any,
    stages: AtWork,
) -> None:
    """The run ends as partial, and becomes done by itself when the Odoo answers again; the next night says so."""
    odoo.is_away = True
    rules = rules_of(1, odoo_patience=timedelta(0))
    async with stages():
        evening = await night(database, kafka, rules)
        assert (evening.status, evening.states) == ("partial", {"odoo_waiting": CAP})
        assert odoo.numbers == {}
        figures = await report(database, days=1)
        assert figures.balance.reached == (CAP, CAP, CAP, CAP, 0)
        assert figures.balance.rests == (Rest("scored", "Odoo does not answer", CAP),)
        assert any(issue.words.startswith("odoo-sync waits since") for issue in figures.issues)
        assert [lead.odoo for lead in figures.shortlist] == ["not there yet"] * CAP

        odoo.is_away = False
        synced = (  # a link is saved before its event has ended
            "SELECT count(*) = $1 AND NOT EXISTS (SELECT FROM inbox WHERE consumer = 'odoo-sync' AND state = 'open')"
            " FROM odoo_links WHERE outcome = 'synced'"
        )
        await owner.execute("UPDATE odoo_outages SET probe_at = now()")  # hours later
        await owner.execute("UPDATE inbox_pauses SET until = now()")
        await until(lambda: owner.fetchval(synced, CAP), within_s=90)
        await owner.execute("UPDATE enrichment_runs SET observed_at = '-infinity'")  # a run is looked at once a second
        next_night = await night(database, kafka, rules_of())

    [carried] = next_night.carried_over
    assert (carried["status"], carried["unfinished"], carried["finished_since"]) == ("done", 0, CAP)
    run_id = run_id_of(TODAY - timedelta(days=1), TENANT)
    assert await owner.fetchval("SELECT status FROM enrichment_runs WHERE run_id = $1", run_id) == "done"
    assert next_night.status == "done"
    assert [row["uen"] for row in await owner.fetch(REASONS, TODAY)] == companies[CAP:]
    await is_proved(database_url, kafka)
    assert (await report(database, days=1)).balance.reached == (CAP,) * 5
    figures = await report(database)
    assert any(f"{CAP} companies were finished since" in issue.words for issue in figures.issues)
    assert all(lead.is_new for lead in figures.shortlist)
