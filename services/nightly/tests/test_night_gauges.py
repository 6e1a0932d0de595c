"""The gauges of the newest night, counted over tenants on a real PostgreSQL."""

from datetime import date, timedelta
from typing import Any

from nightly import gauges
from nightly.model import Tenant
from nightly.run import progress
from nightly.tables import runs
from testkit.samples import sample

NIGHT, NIGHT_BEFORE = date(2026, 11, 23), date(2026, 11, 22)


async def test_the_newest_night_is_counted_over_all_tenants(nights: Any, tenant: Tenant) -> None:
    """Runs by status and companies by state; an older night does not count, and an empty state is 0."""
    await nights.candidates(3)
    await nights.start(nights.rules(NIGHT_BEFORE, daily_cap=1))
    await nights.start(nights.rules(daily_cap=5))
    await nights.candidates(2, tenant_id=2, prefix="V")
    await nights.start(only=(2,))
    await nights.complete(tenant_id=2)
    await progress.look(nights.database, 2, nights.run_id(2), timedelta(0))
    await progress.conclude(nights.database, 2, nights.run_id(2), timedelta(0))
    first, second = await nights.run(), await nights.run(2)

    night = await gauges.newest_night(nights.database)
    gauges.show(night)

    assert night.runs == {"publishing": 1, "done": 1}
    assert night.companies == {"requested": 2, "synced": 2}
    assert night.started_s == min(first["started_at"], second["started_at"]).timestamp()
    assert night.window_ends_s == max(first["window_ends_at"], second["window_ends_at"]).timestamp()
    assert sample("leadgen_nightly_runs", status="done") == 1
    assert sample("leadgen_nightly_runs", status="failed") == 0
    assert sample("leadgen_nightly_companies", state="synced") == 2
    assert sample("leadgen_nightly_started_timestamp_seconds") == night.started_s


async def test_without_a_night_the_gauges_are_zero(nights: Any) -> None:
    """An alert on a missing night has nothing to go by then."""
    night = await gauges.newest_night(nights.database)

    assert (night.runs, night.companies, night.started_s, night.window_ends_s) == ({}, {}, 0.0, 0.0)


async def test_a_failed_run_counts_as_failed(nights: Any) -> None:
    """A failed run counts as failed, also one that was never planned."""
    rules = nights.rules()
    async with nights.database.transaction(1) as tx:
        run = await runs.begin(tx, 1, NIGHT, nights.options(rules).start)
        await runs.fail(tx, run.run_id, "the ICP cannot be read")

    assert (await gauges.newest_night(nights.database)).runs == {"failed": 1}
