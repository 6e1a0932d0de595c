"""Chunks: many events of one tenant handed to one run, which ends them as it goes, with HTTP between."""

import asyncio
from typing import TypeAlias

import asyncpg
import pytest

from common.contracts import LeadSynced, RequestEnrichment
from common.delivery.dead_letters import SUFFIX
from common.errors import Permanent, Transient
from common.handling.stage import Stage
from common.handling.work import Chunk
from common.postgres import Database
from testkit.stages import a_company, at_work, ended, envelope_for, publish, read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def requests(count: int, tenant_id: int = 1) -> list[RequestEnrichment]:
    return [RequestEnrichment(tenant_id=tenant_id, company=a_company(f"C{number}")) for number in range(count)]


async def states(owner: Owner) -> dict[str, int]:
    return {row[0]: row[1] for row in await owner.fetch("SELECT state, count(*) FROM inbox GROUP BY state")}


async def test_a_chunk_ends_its_events_together_or_some_at_a_time(
    toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """Half is finished with an announcement each; the rest, which the handler left, is ended and announces nothing."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment, chunk=100)
    async def take(work: Chunk[RequestEnrichment]) -> None:
        chosen = [item for item in work.items if item.event.company.uen in {"C0", "C1", "C2"}]
        async with work.reading() as tx:
            await tx.execute("SELECT 1")
        if chosen:
            async with work.finish(chosen) as tx:
                for item in chosen:
                    await tx.execute("INSERT INTO toys (tenant_id, uen) VALUES (tenant(), $1)", item.event.company.uen)
                    found = LeadSynced(tenant_id=1, company=item.event.company, outcome="no_connection")
                    work.announce(found, cause=item)

    async with at_work(stage, database, kafka):
        await publish(kafka, [(event, envelope_for(event)) for event in requests(6)])
        await ended(database, "toy", 6)
    assert await states(owner) == {"done": 6}
    assert sorted(row[0] for row in await owner.fetch("SELECT uen FROM toys")) == ["C0", "C1", "C2"]
    assert len(await read_topic(kafka, LeadSynced.topic)) == 3


async def test_a_transient_error_lets_only_the_unfinished_rest_and_tries_none_alone(
    toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """A remote system that is down is not asked again for each of two hundred; what was done before stays done."""
    stage, unfinished = Stage("toy"), list[int]()

    @stage.handles(RequestEnrichment, chunk=100)
    async def take(work: Chunk[RequestEnrichment]) -> None:
        first = [item for item in work.items if item.event.company.uen == "C0"]
        unfinished.append(len(work.items) - len(first))
        if first:
            async with work.finish(first):
                pass
        if await owner.fetchval("SELECT count(*) = 0 FROM toys"):
            async with work.reading() as tx:
                await tx.execute("INSERT INTO toys (tenant_id, uen) VALUES (tenant(), 'down')")
            raise Transient("down", retry_after=0.1)

    events = requests(5)
    async with at_work(stage, database, kafka, lanes={"interactive": 1, "nightly": 1}):
        # One transaction of intake, one claim: they arrive as one chunk, or as two where the poll cut them in two.
        await publish(kafka, [(event, envelope_for(event)) for event in events])
        await ended(database, "toy", 5)
    assert await states(owner) == {"done": 5}
    failures = await owner.fetchval("SELECT sum(failures) FROM inbox")
    assert failures == unfinished[0]
    assert await read_topic(kafka, RequestEnrichment.topic + SUFFIX) == []


@pytest.mark.parametrize("error", [Permanent("never"), KeyError("a bug")], ids=["permanent", "unknown"])
async def test_what_an_event_fails_on_is_found_and_holds_up_no_other(
    error: Exception, toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """The chunk is tried event by event; one is dead-lettered, the others end well."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment, chunk=100)
    async def take(work: Chunk[RequestEnrichment]) -> None:
        if any(event.company.uen == "C3" for event in work.events):
            raise error

    async with at_work(stage, database, kafka):
        await publish(kafka, [(event, envelope_for(event)) for event in requests(6)])
        await ended(database, "toy", 6)
    assert await states(owner) == {"done": 5, "dead": 1}
    (letter,) = await read_topic(kafka, RequestEnrichment.topic + SUFFIX)
    assert letter.key == b"1:C3"


async def test_chunks_of_one_tenant_leave_half_of_the_workers_to_others(
    toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """Tenant 1's remote system hangs: its next events wait for it, without taking the workers of tenant 2."""
    stage, hangs, under_way, most = Stage("toy"), asyncio.Event(), 0, 0

    @stage.handles(RequestEnrichment, chunk=2)
    async def take(work: Chunk[RequestEnrichment]) -> None:
        nonlocal under_way, most
        if work.tenant_id == 2:
            hangs.set()
            return
        under_way += 1
        most = max(most, under_way)
        await hangs.wait()
        under_way -= 1

    async with at_work(stage, database, kafka, lanes={"interactive": 2, "nightly": 1}):
        await publish(kafka, [(event, envelope_for(event)) for event in requests(8)])
        await publish(kafka, [(event, envelope_for(event)) for event in requests(1, tenant_id=2)])
        await ended(database, "toy", 9)
    assert most == 1
    assert await states(owner) == {"done": 9}


async def test_a_chunk_that_would_wait_for_another_of_its_tenant_is_filled_meanwhile(
    toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """While the first event is handled others arrive one by one: they are one chunk afterwards, not many small ones."""
    stage, goes_on, sizes = Stage("toy"), asyncio.Event(), list[int]()

    @stage.handles(RequestEnrichment, chunk=100)
    async def take(work: Chunk[RequestEnrichment]) -> None:
        sizes.append(len(work.items))
        await goes_on.wait()

    async def taken_in(number: int) -> bool:
        return bool(await owner.fetchval("SELECT count(*) = $1 FROM inbox", number))

    async with at_work(stage, database, kafka):
        for number, event in enumerate(requests(6), start=1):
            await publish(kafka, [(event, envelope_for(event))])
            await until(lambda number=number: taken_in(number))  # type: ignore[misc]
        goes_on.set()
        await ended(database, "toy", 6)
    assert sizes == [1, 5]


async def test_full_chunks_of_one_tenant_are_handled_beside_each_other(
    toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """Nothing can join a full chunk: it does not wait for the one before it."""
    stage, both = Stage("toy"), asyncio.Barrier(2)

    @stage.handles(RequestEnrichment, chunk=2)
    async def take(work: Chunk[RequestEnrichment]) -> None:
        if len(work.items) == 2:
            await both.wait()

    async with at_work(stage, database, kafka):
        async with owner.transaction():
            await owner.execute(
                "LOCK TABLE inbox_pauses IN ACCESS EXCLUSIVE MODE"
            )  # a claim reads it: none comes first
            await publish(kafka, [(event, envelope_for(event)) for event in requests(4)])
            await until(lambda: owner.fetchval("SELECT count(*) = 4 FROM inbox"))
        await ended(database, "toy", 4)
    assert await states(owner) == {"done": 4}
