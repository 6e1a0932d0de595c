"""The end of a run on a real PostgreSQL: done or partial, with the reason."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg

from common.singapore.calendar import day_in_singapore
from nightly.run import follower, progress
from nightly.tables import runs
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)
PAUSE = """
    INSERT INTO inbox_pauses (consumer, tenant_id, since, until, reason)
    VALUES ('odoo-sync', 1, now() - $1::interval, now() + interval '1 hour', 'Odoo answers 503')
"""


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


async def test_a_dead_letter_ends_a_company_and_is_reported_with_its_error(nights: Any, owner: Owner) -> None:
    """The run is partial, and says where and why; a retried dead letter counts as what becomes of it."""
    await nights.candidates(2)
    await nights.start()
    await nights.complete("U001")
    await nights.arrive("enricher", "U002", state="dead", error="KeyError: 'x'")

    outcome = await nights.settled()

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
    assert (await nights.settled()).status == "done"


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

    outcome = await nights.settled()
    assert (outcome.status, outcome.states) == ("partial", {"odoo_waiting": 1})
    assert outcome.note == "1 wait for an Odoo that does not answer"

    await owner.execute("DELETE FROM inbox_pauses")
    await nights.complete()
    assert (await nights.settled()).status == "done"


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

    outcome = await nights.settled()
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

    outcome = await nights.settled()

    assert (outcome.spend, outcome.degraded) == ({"lusha": 8, "openai": 3600}, {"tavily: HTTP 503": 4})
    assert "degraded: 4 by tavily: HTTP 503" in outcome.in_words
    rows = {row["stage"]: row for row in await owner.fetch("SELECT * FROM run_stage_stats")}
    assert set(rows) == {"upsert", "enrich", "score", "sync"}
    enrich = rows["enrich"]
    assert (enrich["p50_ms"], enrich["p95_ms"], enrich["p99_ms"]) == (250, 250, 250)
    assert json.loads(rows["score"]["counts"]) == {"done": 4}
    assert json.loads(rows["sync"]["counts"]) == {"synced": 4}


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
