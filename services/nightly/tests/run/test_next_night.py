"""What a night left open, as the next one finds it. On a real PostgreSQL."""

import json
from datetime import date, timedelta
from typing import Any, TypeAlias

import asyncpg

from nightly.run import follower
from nightly.tables import runs

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)


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
    assert (await nights.settled()).status == "done"


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
    await nights.settled()

    tomorrow = NIGHT + timedelta(days=1)
    await nights.start(nights.rules(tomorrow))

    assert await nights.selected(night=tomorrow) == ["U001"]
    detail = await owner.fetchval("SELECT detail FROM run_companies WHERE night = $1", tomorrow)
    assert detail == "the last enrichment was cut short: lusha: HTTP 503"
