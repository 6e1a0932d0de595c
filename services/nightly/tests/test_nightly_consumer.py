"""Runs that are asked for by hand: the stage on the real Kafka and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.contracts import RefreshRegister, RequestNightlyEnrichment, RequestRun
from common.singapore.calendar import day_in_singapore
from nightly.consumer import nightly
from nightly.settings import NightlySettings
from testkit.stages import at_work, ended, envelope_for, publish, read_topic

NOW = datetime.now(UTC)
TODAY = day_in_singapore(NOW)
DEAD = "SELECT error FROM inbox_nightly WHERE consumer = 'nightly' AND state = 'dead'"


def a_request(tenant_id: int = 1, **other: Any) -> RequestRun:
    given = {"tenant_id": tenant_id, "night": TODAY, "requested_by": "ann@example.com", "requested_at": NOW}
    return RequestRun.model_validate(given | other)


@pytest.fixture
def settings() -> NightlySettings:
    return NightlySettings(
        database_url="-", kafka_bootstrap_servers="-", sched_require_odoo=False, sched_upsert_minutes=0
    )


async def test_a_requested_run_is_published_once(nights: Any, kafka: str, settings: NightlySettings) -> None:
    """Delivered twice, and asked for twice: each company is requested once, and the run says who asked."""
    uens = await nights.candidates(4)
    first, second = a_request(limit=3), a_request(requested_at=NOW + timedelta(seconds=1))
    envelope = envelope_for(first)
    async with at_work(nightly(nights.database, settings), nights.database, kafka):
        await publish(kafka, [(first, envelope), (first, envelope), (second, envelope_for(second))])
        await ended(nights.database, "nightly", 2)

    requested = [
        RequestNightlyEnrichment.model_validate_json(record.value).company.uen
        for record in await read_topic(kafka, RequestNightlyEnrichment.topic)
    ]
    assert sorted(requested) == uens[:3]
    assert len(await read_topic(kafka, RefreshRegister.topic)) >= 1
    run = await nights.run(night=TODAY)
    assert (run["trigger"], run["requested_by"], run["cap"]) == ("request", "ann@example.com", 3)
    assert await nights.owner.fetch(DEAD) == []


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (a_request(night=TODAY + timedelta(days=1)), "has not come yet"),
        (a_request(99), "tenant 99 is not an active tenant"),
    ],
    ids=["of the future", "of nobody"],
)
async def test_a_request_that_cannot_be_met_is_a_dead_letter(
    nights: Any, kafka: str, settings: NightlySettings, request_: RequestRun, says: str
) -> None:
    """With the reason, and nothing half done."""
    async with at_work(nightly(nights.database, settings), nights.database, kafka):
        await publish(kafka, [(request_, envelope_for(request_))])
        await ended(nights.database, "nightly", 1)

    [row] = await nights.owner.fetch(DEAD)
    assert says in row["error"]
    assert await nights.owner.fetchval("SELECT count(*) FROM enrichment_runs") == 0
