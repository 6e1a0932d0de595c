"""`leadgen replay --rerun` on the real broker and database: the slice again, in order, and beside live events."""

import asyncio
from datetime import timedelta
from typing import TypeAlias

import asyncpg

from common.cloudevents import decode_headers
from common.contracts import CompanyEnriched
from common.delivery.inbox import Inbox
from common.delivery.inbox.intake import arrival
from common.delivery.inbox.reruns import as_rerun
from common.handling.stage import Stage
from common.ids import new_id
from common.postgres import Database
from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from leadgen.bench.harness.publishing import record
from leadgen.replay import inbox_rows, planning, replays
from leadgen.replay.playing import Player
from leadgen.replay.slices import Slice
from leadgen.replay.topic_reader import topic_reader
from testkit.replays import HANDLED, TOPIC, a_request, in_order, into_enricher, leadgen, requests
from testkit.stages import at_work, ended, envelope_for, publish, read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_a_rerun_handles_the_slice_again_in_order_and_what_follows_has_its_id(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """A rerun handles the slice again in order and what follows has its id.

    Of one tenant, in the nightly lane; the other tenant's events stay done, and Kafka gets only what follows.
    """
    events = requests(20) + requests(10, tenant_id=2)
    await publish(kafka, events)
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 30)
        await owner.execute("TRUNCATE handled")
        counted = await leadgen(
            *into_enricher("--rerun", "--tenant", "1", "--dry-run"), database_url=database_url, kafka=kafka
        )
        assert "20 events, from " in counted.output
        assert "estimate: " in counted.output
        assert not await owner.fetchval("SELECT count(*) FROM replays")
        result = await leadgen(
            *into_enricher("--rerun", "--tenant", "1", "--by", "ann", "--reason", "new prices", "--rate", "1000/s"),
            database_url=database_url,
            kafka=kafka,
        )
        assert result.exit_code == 0, result.output
        assert "20 done, 0 dead letters, 0 still open" in result.output
        await ended(database, "enricher", 50)

    rows = await owner.fetch(HANDLED)
    replay = await owner.fetchrow("SELECT * FROM replays")
    assert replay is not None
    assert (replay["operator"], replay["reason"], replay["added"]) == ("ann", "new prices", 20)
    assert {(row["tenant_id"], row["replay_id"], row["lane"]) for row in rows} == {(1, replay["replay_id"], "nightly")}
    assert {row["event_id"] for row in rows} == {it.event_id for _, it in events[:20]}
    assert in_order(rows)
    assert len(rows) == 20
    assert len(await read_topic(kafka, TOPIC)) == 30
    followed = [decode_headers(it.headers) for it in await read_topic(kafka, CompanyEnriched.topic)]
    assert sum(it.replay_id == replay["replay_id"] and it.lane == "nightly" for it in followed) == 20
    report = await audit(database_url, kafka, Scope(patience_s=0))
    assert not {it.check.name for it in report.exceptions} & {"from-a-topic", "one-content", "taken-in"}
    listed = await leadgen("replay", "list", database_url=database_url, kafka=kafka)
    assert "new prices" in listed.output


async def test_a_rerun_plays_the_newest_form_of_an_event_that_was_rerun_before(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """An earlier rerun announced it again, under the same id and its own replay id."""
    first, again = a_request(1, "201900001K", "first form"), a_request(1, "201900001K", "second form")
    envelope = envelope_for(first)
    await publish(kafka, [(first, envelope), (again, envelope._replace(replay_id=new_id()))])
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 2)
        await leadgen(*into_enricher("--rerun", "--afresh"), database_url=database_url, kafka=kafka)

    row = await owner.fetchrow("SELECT h.name, h.afresh, r.started_at FROM handled h JOIN replays r USING (replay_id)")
    assert row is not None
    assert (row["name"], row["afresh"]) == ("second form", row["started_at"])
    assert await owner.fetchval("SELECT count(*) FROM handled") == 3


async def test_a_rerun_has_a_bounded_number_of_events_open(
    stage: Stage, database: Database, owner: Owner, kafka: str
) -> None:
    """It waits for the consumer, and says so after a while; then the rest follows."""
    await publish(kafka, requests(30))
    async with topic_reader(kafka, TOPIC) as reader:
        plan = await planning.count(reader, Slice(TOPIC))
        it = await replays.begin(
            owner, new_id(), "rerun", Slice(TOPIC), "enricher", plan, afresh=False, rate=1000, operator="ann", reason=""
        )
        found: list[str] = []
        player = Player(owner, it, found.append, progressed=lambda _: None, window=10, batch=5, stalled_s=0.5)
        playing = asyncio.create_task(player.play(reader, plan.newest))

        async def is_waiting() -> bool:
            return bool(found)

        await until(is_waiting, within_s=60)
        async with database.without_tenant() as tx:
            open_ = await tx.fetchval("SELECT count(*) FROM inbox WHERE state = 'open'")
        assert 5 < open_ <= 10
        assert found[0] == f"waiting: {open_} events are open in enricher's inbox. Is it running?"
        assert not playing.done()
        async with at_work(stage, database, kafka):
            await playing
            await ended(database, "enricher", 60)

    assert await owner.fetchval("SELECT count(*) FROM handled WHERE replay_id = $1", it.replay_id) == 30


async def test_live_events_never_wait_for_a_rerun(database: Database, owner: Owner) -> None:
    """A rerun's event stands behind all that is open of its key, also behind what comes later."""
    event = a_request(1, "201900001K")
    inbox = Inbox("enricher", timedelta(minutes=1))
    live, later = arrival(record(event, "interactive", 6)), arrival(record(event, "interactive", 12))
    original = arrival(record(event, "interactive", 0))
    async with owner.transaction():
        first, second = await inbox_rows.next_offsets(owner, 2)
        reruns = [as_rerun(original, new_id(), None)._replace(offset=offset) for offset in (first, second)]
        await inbox_rows.add(owner, "enricher", [live, *reruns])
    async with database.without_tenant() as tx:
        assert await inbox.claim(tx, TOPIC, "nightly", 1, 10) == []
        claims = await inbox.claim(tx, TOPIC, "interactive", 1, 10)
        assert [it.event_id for it in claims] == [live.event_id]
        await inbox.take_in(tx, [later])
        await inbox.finish(tx, claims, [])
        assert await inbox.claim(tx, TOPIC, "nightly", 1, 10) == []
        claims = await inbox.claim(tx, TOPIC, "interactive", 1, 10)
        assert [it.event_id for it in claims] == [later.event_id]
        await inbox.finish(tx, claims, [])
        for rerun in reruns:
            claims = await inbox.claim(tx, TOPIC, "nightly", 1, 10)
            assert [it.replay_id for it in claims] == [rerun.replay_id]
            await inbox.finish(tx, claims, [])
