"""Commands to the upserter: a night waits for them, and says which were late or failed."""

import asyncio
from datetime import date, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from nightly.report.night_queries import read_night
from nightly.run import progress
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)


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
