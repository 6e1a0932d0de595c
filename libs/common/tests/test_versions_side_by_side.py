"""A deploy replaces the replicas of a stage one by one: two versions of the contracts share a group, an inbox and an
outbox, on the real Kafka and PostgreSQL."""

import asyncio
import json
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from itertools import count
from types import ModuleType
from typing import Any, ClassVar, Literal

import pytest

from common import contracts as this_version
from common.cloudevents import decode_body, encode_body, encode_headers
from common.delivery import dead_letters
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from common.ids import new_id
from last_version import contracts as last_version
from testkit.stages import a_company, at_work, ended, envelope_for, publish, publish_raw, read_topic, until

NOW = datetime(2026, 11, 30, tzinfo=UTC)
UENS = [f"2019{n:05}K" for n in range(12)]
#: Events that a test sends before it gives up waiting for the replicas to share the work.
MOST = 100_000
#: Open events up to which more are published: enough for every replica.
LOAD = 200
NOTE = "INSERT INTO handled (tenant_id, uen, number, opening, replica) VALUES (tenant(), $1, $2, $3, $4)"


@pytest.fixture
async def handled(toy, owner) -> str:
    """A table of what the replicas have done, in the order in which they did it."""
    await owner.execute(
        "CREATE TABLE handled (place bigint GENERATED ALWAYS AS IDENTITY, tenant_id int, uen text, number int,"
        " opening text, replica text);"
        "GRANT SELECT, INSERT ON handled TO leadgen_service; CALL keep_tenants_apart('handled')"
    )
    return "handled"


def a_lead(contracts: ModuleType, number: int) -> Any:
    """A lead as this version of the contracts can tell it: the newer one knows what to say first."""
    more = {"opening": contracts.Opening(text="hiring")} if hasattr(contracts, "Opening") else {}
    return contracts.LeadScored(
        tenant_id=1,
        company=contracts.Company.model_validate(a_company(UENS[number % len(UENS)]).model_dump()),
        score=0.5,
        bucket="High",
        rationale=str(number),
        model_version="1",
        enriched_at=NOW,
        scored_at=NOW,
        **more,
    )


def a_replica(contracts: ModuleType, replica: str) -> Stage:
    """A stage built on a version of the contracts. The newer one also handles an event that the other does not know."""
    stage = Stage("toy")

    @stage.handles(contracts.LeadScored, batch=20)
    async def note(work: Batch[Any]) -> None:
        for item in work.items:
            opening = getattr(item.event, "opening", None)
            note = (item.event.company.uen, int(item.event.rationale), opening and opening.text, replica)
            await work.tx.execute(NOTE, *note)
            synced = contracts.LeadSynced(tenant_id=1, company=item.event.company, outcome="no_connection")
            work.announce(synced, item)

    if hasattr(contracts, "CheckOdoo"):

        @stage.handles(contracts.CheckOdoo)
        async def check(work: Work[Any]) -> None:
            async with work.finish() as tx:
                await tx.execute(NOTE, None, int(work.event.requested_by), None, replica)

    return stage


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("before", "after"), [(last_version, this_version), (this_version, last_version)])
async def test_replicas_are_replaced_under_load(before, after, handled, owner, database, kafka) -> None:
    """Forward and back: either version handles and announces its part; every event once, in the order of its key."""
    numbers, checks = count(), count()
    is_over = asyncio.Event()

    async def has_room() -> bool:
        async with database.without_tenant() as tx:
            return await tx.fetchval("SELECT count(*) FROM inbox_toy WHERE state = 'open'") < LOAD

    async def keep_publishing() -> int:
        """Producers of both versions, in turn."""
        while not is_over.is_set():
            await until(has_room)
            part = [a_lead(this_version if n % 2 else last_version, n) for n in (next(numbers) for _ in range(40))]
            await publish(kafka, [(event, envelope_for(event)) for event in part])
            if int(part[-1].rationale) >= MOST:
                break
        return int(part[-1].rationale) + 1

    async def have_worked(*replicas: str) -> bool:
        """Whether each of them has handled something after now."""
        if publishing.done():
            pytest.fail(f"there is nothing left to share: {publishing.result()} events were published")
        found = await owner.fetch("SELECT DISTINCT replica FROM handled WHERE place > $1", since)
        return set(replicas) <= {row["replica"] for row in found}

    async def now() -> int:
        return await owner.fetchval("SELECT coalesce(max(place), 0) FROM handled")

    def replica(contracts: ModuleType, name: str) -> Any:
        return at_work(a_replica(contracts, name), database, kafka)

    async with AsyncExitStack() as producers:
        publishing = asyncio.create_task(keep_publishing())
        producers.push_async_callback(asyncio.wait, [publishing])
        producers.callback(is_over.set)
        async with AsyncExitStack() as after_one, AsyncExitStack() as after_two:
            async with AsyncExitStack() as one, AsyncExitStack() as two:
                await one.enter_async_context(replica(before, "before 1"))
                await two.enter_async_context(replica(before, "before 2"))
                since = await now()
                await until(partial(have_worked, "before 1", "before 2"), within_s=120)
                await one.aclose()
                await after_one.enter_async_context(replica(after, "after 1"))
                new_events = [
                    this_version.CheckOdoo(tenant_id=1, requested_by=str(next(checks)), requested_at=NOW)
                    for _ in range(5)
                ]
                await publish(kafka, [(event, envelope_for(event)) for event in new_events])
                since = await now()
                await until(partial(have_worked, "after 1", "before 2"), within_s=120)
                await until(partial(owner_count, owner, "uen IS NULL", len(new_events)))
            await after_two.enter_async_context(replica(after, "after 2"))
            since = await now()
            await until(partial(have_worked, "after 1", "after 2"), within_s=120)
            is_over.set()
            published = await publishing
            await ended(database, "toy", published + len(new_events))

    rows = await owner.fetch("SELECT uen, number, opening, replica FROM handled ORDER BY place")
    leads = [row for row in rows if row["uen"] is not None]
    assert sorted(row["number"] for row in leads) == list(range(published))
    assert sorted(row["number"] for row in rows if row["uen"] is None) == list(range(len(new_events)))
    for uen in UENS:
        of_key = [row["number"] for row in leads if row["uen"] == uen]
        assert of_key == sorted(of_key)
    newer = {"after 1", "after 2"} if after is this_version else {"before 1", "before 2"}
    assert {(row["number"] % 2 and "hiring") or None for row in leads if row["replica"] in newer} == {None, "hiring"}
    assert all(row["opening"] == ("hiring" if row["number"] % 2 and row["replica"] in newer else None) for row in leads)
    announced = await read_topic(kafka, this_version.LeadSynced.topic)
    assert len({dict(record.headers)["ce_id"] for record in announced}) == published
    for contracts in (last_version, this_version):
        uens = Counter(decode_body(contracts.LeadSynced, record.value).company.uen for record in announced)
        assert set(uens) == set(UENS)


async def owner_count(owner, condition: str, expected: int) -> bool:
    """Whether so many rows were written by now."""
    return await owner.fetchval(f"SELECT count(*) FROM handled WHERE {condition}") == expected


@pytest.mark.timeout(900)
async def test_a_value_that_the_last_version_does_not_know_is_kept_for_the_next(
    handled, owner, database, kafka
) -> None:
    """Against the rules a producer says it under the same topic: it becomes a dead letter with all its bytes, holds up
    no other key, and is handled when the operator retries it after the deploy."""

    class NextLead(this_version.LeadScored):
        topic: ClassVar[str] = this_version.LeadScored.topic
        bucket: Literal["Urgent", "High", "Medium", "Low"]  # type: ignore[assignment]

    stage = Stage("toy")

    @stage.handles(NextLead)
    async def note(work: Work[Any]) -> None:
        async with work.finish() as tx:
            await tx.execute(NOTE, work.event.company.uen, int(work.event.rationale), work.event.bucket, "next")

    urgent = NextLead.model_validate(a_lead(this_version, 0).model_dump() | {"bucket": "Urgent"})
    other = a_lead(this_version, 1)
    envelope = envelope_for(urgent, new_id())
    body = encode_body(urgent)
    message = (urgent.topic, urgent.key.encode(), body, encode_headers(urgent, envelope, source="test"))

    async with at_work(a_replica(last_version, "old"), database, kafka):
        await publish_raw(kafka, [message])
        await publish(kafka, [(other, envelope_for(other))])
        await ended(database, "toy", 2)
    assert [row["number"] for row in await owner.fetch("SELECT number FROM handled")] == [1]
    (dead,) = await read_topic(kafka, f"{urgent.topic}.dlq")
    assert dead.value == body
    assert json.loads(dead.value)["bucket"] == "Urgent"

    async with at_work(stage, database, kafka):
        (letter,) = await dead_letters.keys(owner, dead_letters.Selection(consumer="toy"))
        assert await dead_letters.retry(owner, [letter], "ann", None) == 1
        await ended(database, "toy", 2)
    assert await owner.fetch("SELECT number, opening FROM handled WHERE replica = 'next'") == [(0, "Urgent")]
