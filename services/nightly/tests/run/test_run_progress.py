"""The progress of a run's companies, read from the stages' inboxes on a real PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from nightly.run import follower, progress
from nightly.tables import inboxes
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


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
