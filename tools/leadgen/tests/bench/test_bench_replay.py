"""The bench of replays measures a rerun that is done."""

import pytest

from leadgen.bench.cases.replay import bench_replay


@pytest.mark.timeout(240)
async def test_a_rerun_is_measured(database_url, kafka, tmp_path) -> None:
    """With odoo-sync as a process: every lead is done again, or there would be no figure."""
    figures = await bench_replay(database_url, kafka, tmp_path, leads=200, rounds=1)
    assert figures.events_per_s > 0
    assert figures.spread[0] <= figures.events_per_s <= figures.spread[1]
