"""The growth bench at small sizes: on a real database and broker, every figure is there."""

from pathlib import Path

import pytest

from leadgen.bench.cases.growth.at_rest import growth_at_rest
from leadgen.bench.cases.growth.rows import growth_of_rows
from leadgen.local.stack import stack


async def test_rows_are_measured(database_url: str) -> None:
    """A claim, a round of tenants and a gauge, at each size up to the largest that is asked for."""
    figures = await growth_of_rows(database_url, size=1_500, tries=3)
    assert {name: list(its) for name, its in figures.items()} == {
        "claim_ms": ["1500", "beside 1500 resting and 1500 leased"],
        "ready_tenants_ms": ["1000"],
        "gauge_ms": ["1500"],
    }
    assert all(figure > 0 for its in figures.values() for figure in its.values())


@pytest.mark.timeout(180)
async def test_a_product_at_rest_is_measured(
    database_url: str, kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five services and a second scorer; the event of the killed one is ended by the other, after its lease."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
    lease = {"INBOX_LEASE_S": "2"}
    async with stack(tmp_path / "product", durable=False, settings=lease) as product:
        figures = await growth_at_rest(product, tmp_path, settle_s=0, idle_s=2, pause_s=1, pauses=1, kills=1)
    assert figures.keys() == {
        "idle_tx_per_s",
        "idle_cpu_percent",
        "warm_event_ms",
        "first_event_ms",
        "first_event_after_pause_ms",
        "recovery_s",
        "recovery_least_s",
        "recovery_most_s",
    }
    assert all(figure > 0 for name, figure in figures.items() if name != "first_event_after_pause_ms")
    assert figures["first_event_after_pause_ms"] < figures["first_event_ms"]
    assert figures["recovery_s"] > 1
