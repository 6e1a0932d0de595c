"""The database or the broker goes away in the middle: everything waits, nothing is lost, nothing is done twice."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from common.contracts import LeadSynced, RequestEnrichment
from common.errors import Unavailable
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from common.ids import derived_id
from common.runtime import Runtime
from testkit.stages import a_company, at_work, ended, envelope_for, publish, read_topic, until

TAKE = "INSERT INTO toys (tenant_id, uen) VALUES (tenant(), $1)"
EVENTS = 300


def events(count: int = EVENTS):
    """Builds enriched companies of three tenants."""
    made = [RequestEnrichment(tenant_id=1 + n % 3, company=a_company(f"2019{n:05}K")) for n in range(count)]
    return [(event, envelope_for(event)) for event in made]


def slow_stage(pause_s: float = 0.02, batch: bool = False) -> Stage:
    """Takes its time over each event, so that there is a middle to break off in."""
    stage = Stage("toy")
    if batch:

        @stage.handles(RequestEnrichment, batch=20)
        async def take_many(work: Batch[RequestEnrichment]) -> None:
            await asyncio.sleep(pause_s * 5)
            await work.tx.executemany(TAKE, [(event.company.uen,) for event in work.events])
            for item in work.items:
                event = item.event
                work.announce(
                    LeadSynced(tenant_id=event.tenant_id, company=event.company, outcome="no_connection"), item
                )

    else:

        @stage.handles(RequestEnrichment)
        async def take(work: Work[RequestEnrichment]) -> None:
            await asyncio.sleep(pause_s)
            async with work.finish() as tx:
                await tx.execute(TAKE, work.event.company.uen)
                event = work.event
                work.announce(LeadSynced(tenant_id=event.tenant_id, company=event.company, outcome="no_connection"))

    return stage


async def some_done(owner) -> int:
    """Counts the events that are done, once there are some."""
    return await owner.fetchval("SELECT count(*) FROM inbox WHERE consumer = 'toy' AND state = 'done'")


async def each_once(sent, owner_url: str, kafka: str) -> None:
    """Every event sent has one row, and was announced under the one id that it leads to."""
    owner = await asyncpg.connect(owner_url)
    try:
        assert await owner.fetchval("SELECT count(*) FROM toys") == EVENTS
        assert await owner.fetchval("SELECT count(DISTINCT uen) FROM toys") == EVENTS
        assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
    finally:
        await owner.close()
    wanted = {derived_id(envelope.event_id, LeadSynced.topic, event.key) for event, envelope in sent}
    published = [UUID(dict(record.headers)["ce_id"].decode()) for record in await read_topic(kafka, LeadSynced.topic)]
    assert wanted <= set(published)


@pytest.mark.parametrize("batch", [False, True], ids=["one by one", "set-based"])
@pytest.mark.parametrize("crash", [False, True], ids=["stop", "kill"])
async def test_a_database_that_goes_away_loses_nothing(
    batch, crash, toy, owner, database, database_url, kafka, breakable_postgres
) -> None:
    """Stopped or killed amid intake and work, and started again: the service goes on by itself."""
    sent = events()
    # A claim whose answer got lost with the connection is nobody's until its lease ends.
    async with at_work(slow_stage(batch=batch), database, kafka, lease_s=3):
        await publish(kafka, sent)
        await until(lambda: some_done(owner))
        await asyncio.to_thread(breakable_postgres.kill if crash else breakable_postgres.stop)
        await asyncio.to_thread(breakable_postgres.start)
        await until(lambda: quiet(database), within_s=60)
    await each_once(sent, database_url, kafka)


async def quiet(database) -> bool:
    """Whether all is done, asked of a database that may just be coming back."""
    try:
        await ended(database, "toy", EVENTS, within_s=5)
    except (Unavailable, AssertionError):
        return False
    return True


async def test_a_broker_that_is_killed_loses_nothing(
    toy, owner, database, database_url, kafka, breakable_kafka
) -> None:
    """A broker that is killed loses nothing: what was announced meanwhile waits in the outbox; what was not yet taken
    in waits in Kafka.
    """
    sent = events()
    async with at_work(slow_stage(), database, kafka):
        await publish(kafka, sent)
        await until(lambda: some_done(owner))
        await asyncio.to_thread(breakable_kafka.kill)
        await asyncio.to_thread(breakable_kafka.start)
        await ended(database, "toy", EVENTS, within_s=60)
    await each_once(sent, database_url, kafka)


async def test_a_stop_gives_back_what_it_cannot_finish(toy, owner, database, database_url, kafka) -> None:
    """After the grace the unfinished are claimable at once, with no failure counted; the next replica ends them."""
    sent = events()
    stage, begun = Stage("toy"), asyncio.Event()

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        begun.set()
        await asyncio.Event().wait()  # for ever

    async with at_work(stage, database, kafka, grace_s=0.2):
        await publish(kafka, sent)
        await asyncio.wait_for(begun.wait(), 60)
    rows = await owner.fetchrow(
        "SELECT count(*) FILTER (WHERE next_at <= now()) AS ready, count(*) AS open, max(failures) AS failures"
        " FROM inbox WHERE state = 'open'"
    )
    assert rows["ready"] == rows["open"] > 0
    assert rows["failures"] == 0
    async with at_work(slow_stage(0), database, kafka):
        await ended(database, "toy", EVENTS)
    await each_once(sent, database_url, kafka)


async def test_two_replicas_share_the_work_and_do_nothing_twice(toy, owner, database, database_url, kafka) -> None:
    """Both take part; each event has one row and one announcement."""
    sent = events()
    async with at_work(slow_stage(), database, kafka), at_work(slow_stage(), database, kafka):
        await publish(kafka, sent)
        await ended(database, "toy", EVENTS)
    await each_once(sent, database_url, kafka)


async def test_a_lost_lease_commits_nothing(toy, owner, database, kafka) -> None:
    """A worker that was too slow finds its event taken by another: its changes are rolled back, the other's stand."""
    stage, slow = Stage("toy"), asyncio.Event()
    attempts = 0

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            # As if this process had been frozen: its lease is over, and another has taken the event.
            await owner.execute("UPDATE inbox SET next_at = now()")
            await asyncio.wait_for(slow.wait(), 60)
        async with work.finish() as tx:
            await tx.execute(TAKE, work.event.company.uen)
        slow.set()

    async with at_work(stage, database, kafka) as runtime:
        assert isinstance(runtime, Runtime)
        await publish(kafka, events(1))
        await ended(database, "toy", 1)
        await asyncio.wait_for(slow.wait(), 60)
    assert attempts == 2
    assert await owner.fetchval("SELECT count(*) FROM toys") == 1


async def test_a_full_inbox_leaves_the_backlog_in_kafka(toy, owner, database, kafka) -> None:
    """Intake pauses above the bound and goes on below half of it; every event is taken in the end."""
    gate, most = asyncio.Event(), 0
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        await gate.wait()

    async with at_work(stage, database, kafka, bound=100) as runtime:
        for start in range(0, 6000, 1500):
            await publish(kafka, [(event, envelope_for(event)) for event, _ in events(1500)])
            assert start >= 0
        await until(lambda: is_paused(runtime))
        most = await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'open'")
        gate.set()
        await ended(database, "toy", 6000)
    assert 100 <= most < 6000


async def is_paused(runtime: Runtime) -> bool:
    """Whether the consumer holds back."""
    return bool(runtime.consumer and runtime.consumer.paused())


async def test_a_large_tenant_does_not_starve_a_small_one(toy, owner, database, kafka) -> None:
    """Ten events of tenant 2 that arrive after 2,000 of tenant 1 do not wait for those."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.finish() as tx:
            await tx.execute(TAKE, work.event.company.uen)

    def of(tenant_id: int, count: int):
        made = [RequestEnrichment(tenant_id=tenant_id, company=a_company(f"T{tenant_id}N{n}")) for n in range(count)]
        return [(event, envelope_for(event)) for event in made]

    async with at_work(stage, database, kafka):
        await publish(kafka, of(1, 2000))
        await until(lambda: some_done(owner))
        await publish(kafka, of(2, 10))
        await ended(database, "toy", 2010)
    after = await owner.fetchval(
        "SELECT count(*) FROM toys WHERE tenant_id = 1 AND at > (SELECT max(at) FROM toys WHERE tenant_id = 2)"
    )
    assert after > 500
