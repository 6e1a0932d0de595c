"""Crash loops with real kills: the event that kills its process is found, those in hand with it survive."""

import asyncio
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import pytest

from common.cloudevents import encode_body
from common.contracts import RequestEnrichment
from common.delivery.inbox import Arrival, Inbox
from common.errors import Transient, Unavailable
from common.handling.crash_suspects import MAX_SOLO_CRASHES, QUIET_S, SUSPECT_AFTER, is_poison, is_suspect
from common.handling.failed_events import RunnerContext
from common.handling.failure_rate_guard import FailureRateGuard
from common.handling.handler_runner import HandlerRunner
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from common.ids import NO_REPLAY, new_id
from common.postgres import Database
from testkit.processes.crashing import KILLER, a_worker
from testkit.stages import a_company, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic
LEASE = timedelta(seconds=10)


@pytest.fixture
def inbox(toy: str) -> Inbox:
    return Inbox(toy, LEASE)


async def arrive(inbox: Inbox, database: Database, *uens: str) -> None:
    """Puts an event of each company into the inbox, oldest first."""
    arrivals = []
    for offset, uen in enumerate(uens):
        event = RequestEnrichment(tenant_id=1, company=a_company(uen))
        arrivals.append(
            Arrival(
                *(new_id(), NO_REPLAY, TOPIC, 0, offset, event.key.encode(), 1),
                *("interactive", encode_body(event), "[]", None),
            )
        )
    async with database.without_tenant() as tx:
        await inbox.take_in(tx, arrivals)


async def states(owner: Owner) -> dict[str, int]:
    return {row[0]: row[1] for row in await owner.fetch("SELECT state, count(*) FROM inbox GROUP BY state")}


async def test_the_event_that_kills_its_process_is_dead_lettered_and_no_other(
    inbox: Inbox, owner: Owner, database: Database, database_url: str
) -> None:
    """Twenty innocents are in hand at each of its kills: they end, and it takes no more than a few kills."""
    await arrive(inbox, database, KILLER, *(f"C{number}" for number in range(20)))
    kills = 0

    async def is_settled() -> bool:
        return not process.is_alive() or await owner.fetchval("SELECT count(*) = 0 FROM inbox WHERE state = 'open'")

    while await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'open'"):
        await owner.execute("UPDATE inbox SET next_at = now() WHERE state = 'open'")
        with a_worker(database_url, lease_s=LEASE.total_seconds()) as process:
            await until(is_settled)
            kills += not process.is_alive()

    assert kills == SUSPECT_AFTER + MAX_SOLO_CRASHES
    assert await states(owner) == {"done": 20, "dead": 1}
    error = await owner.fetchval("SELECT error FROM inbox WHERE state = 'dead'")
    assert error == "Permanent: its process died 5 times while handling only this event"


@pytest.mark.parametrize("innocents", [1, 6])
async def test_events_survive_25_kills_within_five_minutes(
    innocents: int, inbox: Inbox, owner: Owner, database: Database, database_url: str
) -> None:
    """Their handlers are in the middle each time; twelve seconds go by between two kills."""
    await arrive(inbox, database, *(f"C{number}" for number in range(innocents)))

    async def is_at_work() -> bool:
        """Whether something is in hand, as far as anything is due."""
        return bool(
            await owner.fetchval(
                "SELECT (SELECT sum(attempts) FROM inbox) > $1"
                " AND NOT EXISTS (SELECT FROM inbox WHERE crashes >= $2 AND in_hand = 'shared' AND next_at > now())"
                " OR NOT EXISTS (SELECT FROM inbox WHERE next_at <= now())",
                before,
                SUSPECT_AFTER,
            )
        )

    for _ in range(25):
        before = await owner.fetchval("SELECT sum(attempts) FROM inbox")
        with a_worker(database_url, lease_s=LEASE.total_seconds(), handlers="hang"):
            await until(is_at_work)
        await owner.execute("UPDATE inbox SET next_at = next_at - interval '12 seconds'")

    assert await owner.fetchval("SELECT max(crashes) FROM inbox") >= SUSPECT_AFTER
    assert await owner.fetchval("SELECT max(solo_crashes) FROM inbox") < MAX_SOLO_CRASHES
    assert await states(owner) == {"open": innocents}
    await owner.execute("UPDATE inbox SET next_at = now()")
    with a_worker(database_url, lease_s=LEASE.total_seconds()):
        await until(lambda: owner.fetchval("SELECT count(*) = 0 FROM inbox WHERE state = 'open'"))
    assert await states(owner) == {"done": innocents}


async def test_a_released_claim_is_no_crash(inbox: Inbox, owner: Owner, database: Database) -> None:
    """A database that is away, or a service that is stopped, thirty times: the event is as unsuspected as before."""
    await arrive(inbox, database, "C1")
    for _ in range(30):
        async with database.without_tenant() as tx:
            (claim,) = await inbox.claim(tx, TOPIC, "interactive", 1, 1)
            await inbox.hold_alone(tx, claim, LEASE)
            await inbox.release(tx, [claim])
    async with database.without_tenant() as tx:
        (claim,) = await inbox.claim(tx, TOPIC, "interactive", 1, 1)
    assert (claim.crashes, claim.solo_crashes, claim.failures) == (0, 0, 0)
    assert not is_suspect(claim)
    assert not is_poison(claim)


def runner_of(stage: Stage, inbox: Inbox, database: Database, quiet_s: float = QUIET_S) -> HandlerRunner:
    context = RunnerContext(database, inbox, FailureRateGuard(), lambda _: None, lambda _: None, quiet_s=quiet_s)
    return HandlerRunner(stage.handlers[TOPIC], "interactive", 4, context)


async def test_a_handler_whose_database_is_away_counts_nothing(inbox: Inbox, owner: Owner, database: Database) -> None:
    """It waits for the database, and the event is claimable again."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        raise Unavailable("away")

    runner = runner_of(stage, inbox, database)
    await arrive(inbox, database, "C1")
    for _ in range(2):
        async with database.without_tenant() as tx:
            claims = await inbox.claim(tx, TOPIC, "interactive", 1, 1)
        await runner.handle(claims)
    row = await owner.fetchrow("SELECT state, failures, crashes, in_hand, next_at <= now() FROM inbox")
    assert tuple(row or ()) == ("open", 0, 0, None, True)


async def test_a_failed_event_of_a_batch_keeps_its_own_rest(inbox: Inbox, owner: Owner, database: Database) -> None:
    """Neither the heartbeat of its batch nor the batch's release touches it."""
    stage, is_stuck = Stage("toy"), asyncio.Event()

    @stage.handles(RequestEnrichment, batch=3)
    async def take(work: Batch[RequestEnrichment]) -> None:
        if work.events[0].company.uen == "C0":
            raise Transient("busy", retry_after=200)
        is_stuck.set()
        await asyncio.Event().wait()

    await arrive(inbox, database, "C0", "C1", "C2")
    async with database.without_tenant() as tx:
        claims = await inbox.claim(tx, TOPIC, "interactive", 1, 3)
    run = asyncio.create_task(runner_of(stage, inbox, database).handle(claims))
    await is_stuck.wait()
    async with database.statement() as tx:
        await inbox.extend(tx, claims)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)

    rows = await owner.fetch("SELECT next_at - now() AS rest, failures FROM inbox ORDER BY kafka_offset")
    assert [row["failures"] for row in rows] == [1, 0, 0]
    assert rows[0]["rest"] > timedelta(seconds=190)
    assert max(row["rest"] for row in rows[1:]) <= timedelta(0)


async def test_a_suspect_is_handled_while_nothing_else_is(inbox: Inbox, owner: Owner, database: Database) -> None:
    """It waits for the others to end, and the next ones wait for it; alive afterwards, it is no suspect any more."""
    stage, may_end, under_way = Stage("toy"), asyncio.Event(), list[str]()
    seen: list[list[str]] = []

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        uen = work.event.company.uen
        under_way.append(uen)
        seen.append(list(under_way))
        if uen == "FIRST":
            await may_end.wait()
        under_way.remove(uen)
        if uen == "SUSPECT":
            raise Transient("busy")

    runner = runner_of(stage, inbox, database)
    await arrive(inbox, database, "FIRST", "SUSPECT", "LAST")
    await owner.execute("UPDATE inbox SET crashes = 3 WHERE key = '1:SUSPECT'")
    async with database.without_tenant() as tx:
        claims = await inbox.claim(tx, TOPIC, "interactive", 1, 3)
    runs = [asyncio.create_task(runner.handle([claim])) for claim in claims]
    await until(lambda: has_begun(seen))
    may_end.set()
    await asyncio.gather(*runs)

    assert seen == [["FIRST"], ["SUSPECT"], ["LAST"]]
    row = await owner.fetchrow("SELECT crashes, solo_crashes, in_hand FROM inbox WHERE key = '1:SUSPECT'")
    assert tuple(row or ()) == (0, 0, None)


async def test_a_suspect_that_waits_in_vain_rests_and_holds_up_nobody(
    inbox: Inbox, owner: Owner, database: Database
) -> None:
    """While a long run goes on: the event that came meanwhile is handled once the suspect has given up."""
    stage, may_end, seen = Stage("toy"), asyncio.Event(), list[list[str]]()

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        seen.append([work.event.company.uen])
        if work.event.company.uen == "LONG":
            await may_end.wait()

    runner = runner_of(stage, inbox, database, quiet_s=0.3)
    await arrive(inbox, database, "LONG", "SUSPECT", "OTHER")
    await owner.execute("UPDATE inbox SET crashes = 3 WHERE key = '1:SUSPECT'")
    async with database.without_tenant() as tx:
        claims = await inbox.claim(tx, TOPIC, "interactive", 1, 3)
    long = asyncio.create_task(runner.handle(claims[:1]))
    await until(lambda: has_begun(seen))
    async with asyncio.timeout(60):
        await asyncio.gather(*(runner.handle([claim]) for claim in claims[1:]))

    assert not long.done()
    assert seen == [["LONG"], ["OTHER"]]
    row = await owner.fetchrow(
        "SELECT crashes, in_hand, next_at > now() + interval '30 s' FROM inbox WHERE key = '1:SUSPECT'"
    )
    assert tuple(row or ()) == (3, None, True)
    may_end.set()
    await long


async def has_begun(seen: list[list[str]]) -> bool:
    return bool(seen)
