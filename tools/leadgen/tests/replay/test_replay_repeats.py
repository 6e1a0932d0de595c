"""`leadgen replay` on the real broker and database: checks, reruns, kills, and what it leaves to live events."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from common.cloudevents import Envelope, decode_headers
from common.contracts import CompanyEnriched, RequestEnrichment, Site
from common.delivery.inbox import Inbox
from common.delivery.inbox.intake import arrival
from common.delivery.inbox.reruns import as_rerun
from common.handling.stage import Stage
from common.handling.work import Work
from common.ids import new_id
from common.postgres import Database
from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from leadgen.bench.harness.publishing import record
from leadgen.cli import app
from leadgen.replay import inbox_rows, planning, replays
from leadgen.replay.playing import Player
from leadgen.replay.slices import Slice
from leadgen.replay.topic_reader import topic_reader
from testkit.scoring import NOW
from testkit.stages import a_company, at_work, ended, envelope_for, publish, read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic

HANDLED = "SELECT tenant_id, uen, event_id, replay_id, lane, afresh, name FROM handled ORDER BY at"

FREE = f"SELECT pg_try_advisory_xact_lock(hashtextextended('replay of {TOPIC} into enricher', 0))"


@pytest.fixture
async def stage(owner: Owner) -> Stage:
    """An enricher that notes what it is given, and announces something."""
    await owner.execute(
        "CREATE TABLE handled (at bigint GENERATED ALWAYS AS IDENTITY, tenant_id int, uen text, event_id uuid,"
        " replay_id uuid, lane text, afresh timestamptz, name text);"
        "GRANT SELECT, INSERT ON handled TO leadgen_service"
    )
    stage = Stage("enricher")

    @stage.handles(RequestEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        company = work.event.company
        async with work.finish() as tx:
            it = work.item.envelope
            await tx.execute(
                "INSERT INTO handled (tenant_id, uen, event_id, replay_id, lane, afresh, name)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                *(it.tenant_id, company.uen, it.event_id, it.replay_id, it.lane, it.afresh, company.name),
            )
            work.announce(
                CompanyEnriched(
                    tenant_id=it.tenant_id,
                    company=company,
                    site=Site(outcome="no_site_known"),
                    contacts=[],
                    degraded_reasons=[],
                    enriched_at=NOW,
                )
            )

    return stage


def a_request(tenant_id: int, uen: str, name: str = "") -> RequestEnrichment:
    return RequestEnrichment(tenant_id=tenant_id, company=a_company(uen, name=name or f"Company {uen}"))


def requests(count: int, tenant_id: int = 1, keys: int = 5) -> list[tuple[RequestEnrichment, Envelope]]:
    """Events of a few companies in turn; the name says which of its company it is."""
    events = [a_request(tenant_id, f"20190000{n % keys}K", f"{n // keys:03}") for n in range(count)]
    return [(event, envelope_for(event)) for event in events]


async def leadgen(*arguments: str, database_url: str, kafka: str) -> Result:
    """Runs the command in a thread, as it would run in a process."""
    environment = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}
    return await asyncio.to_thread(CliRunner().invoke, app, [*arguments], env=environment)


def into_enricher(*options: str) -> list[str]:
    return ["replay", "--topic", TOPIC, "--into", "enricher", "--wait", "60", *options]


async def is_free(owner: Owner) -> bool:
    """Whether no replay holds its lock any more: PostgreSQL notices a killed process soon."""
    return bool(await owner.fetchval(FREE))


def in_order(rows: list[asyncpg.Record]) -> bool:
    """Whether each company's events come in the order in which they were announced."""
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault(row["uen"], []).append(row["name"])
    return all(some == sorted(some) for some in names.values())


async def test_a_repeat_recognises_what_is_known_and_handles_what_is_missing(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """A repeat recognises what is known and handles what is missing, so it is a check: nothing known happens again, and
    nothing is sent to Kafka.
    """
    await publish(kafka, requests(20))
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 20)
        again = await leadgen(*into_enricher("--reason", "a check"), database_url=database_url, kafka=kafka)
        assert again.exit_code == 0, again.output
        assert "20 of 20 events were recognised (20 done); none was missing" in again.output
        assert await owner.fetchval("SELECT count(*) FROM handled") == 20

        lost = await owner.fetch("DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM inbox LIMIT 3) RETURNING 1")
        found = await leadgen(*into_enricher(), database_url=database_url, kafka=kafka)
        assert "17 of 20 events were recognised (17 done); 3 were missing and are handled now" in found.output
        await ended(database, "enricher", 20)

    assert await owner.fetchval("SELECT count(*) FROM handled") == 20 + len(lost)
    assert len(await read_topic(kafka, TOPIC)) == 20
    row = await owner.fetchrow("SELECT * FROM replays ORDER BY started_at LIMIT 1")
    assert row is not None
    assert (row["kind"], row["state"], row["reason"], row["events"]) == ("repeat", "done", "a check", 20)
    assert row["operator"]


async def test_a_repeat_leaves_the_lane_to_what_is_not_read_yet(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """A missing event is nightly work; the one that the consumer reads next may be one that a rep waits for."""
    await publish(kafka, requests(3))
    async with at_work(stage, database, kafka), topic_reader(kafka, TOPIC) as reader:

        async def are_committed() -> bool:
            starts, ends = await reader.bounds(None)
            held = await reader.committed("enricher")
            return all(held[number] == end for number, end in ends.items() if starts[number] < end)

        await until(are_committed, within_s=60)
        await ended(database, "enricher", 3)
    lost = await owner.fetchval("DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM inbox LIMIT 1) RETURNING 1")
    late = requests(1)
    await publish(kafka, late)

    result = await leadgen(*into_enricher(), database_url=database_url, kafka=kafka)

    assert (lost, result.exit_code) == (1, 0), result.output
    rows = await owner.fetch(
        "SELECT lane, event_id = $1 AS is_late FROM inbox WHERE state = 'open'", late[0][1].event_id
    )
    assert sorted(map(tuple, rows)) == [("interactive", True), ("nightly", False)]


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


@pytest.mark.parametrize(
    ("options", "events"),
    [
        (["--company", "201900003K"], 6),
        (["--tenant", "2", "--company", "201900003K"], 2),
        (["--run", "night-7"], 1),
        (["--since", "1h"], 31),
        (["--until", "2020-01-01"], 0),
    ],
)
async def test_a_slice_is_found_by_time_key_and_run(
    options: list[str], events: int, database_url: str, kafka: str
) -> None:
    """Each filter narrows it."""
    special = a_request(3, "209900003K")
    of_run = envelope_for(special)._replace(correlation_id="night-7")
    await publish(kafka, requests(20) + requests(10, tenant_id=2) + [(special, of_run)])

    result = await leadgen(*into_enricher("--dry-run", "--json", *options), database_url=database_url, kafka=kafka)

    assert result.exit_code == 0, result.output
    assert f'"events": {events},' in result.stdout


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


async def test_a_killed_rerun_goes_on_where_it_stood(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """A killed rerun is resumed by the same command: each event is handled once under one replay id, in order."""
    await publish(kafka, requests(120))
    environment = {**os.environ, "DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 120)
        await owner.execute("TRUNCATE handled")
        script = Path(sys.executable).with_name("leadgen")
        command = into_enricher("--rerun", "--rate", "5/s")
        process = await asyncio.create_subprocess_exec(
            script, *command, env=environment, stdout=asyncio.subprocess.DEVNULL
        )

        async def is_under_way() -> bool:
            return bool(await owner.fetchval("SELECT played BETWEEN 10 AND 110 FROM replays"))

        await until(is_under_way, within_s=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        played = await owner.fetchval("SELECT played FROM replays")
        assert 10 <= played < 120

        await until(lambda: is_free(owner), within_s=60)
        await owner.execute("UPDATE replays SET rate = 5000")
        result = await leadgen(*command, database_url=database_url, kafka=kafka)
        assert result.exit_code == 0, result.output
        assert f"{played} are played" in result.output

    rows = await owner.fetch(HANDLED)
    assert len(rows) == 120
    assert len({row["event_id"] for row in rows}) == 120
    assert len({row["replay_id"] for row in rows}) == 1
    assert in_order(rows)
    states = await owner.fetch("SELECT state, played, added FROM replays")
    assert [tuple(row) for row in states] == [("done", 120, 120)]


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


async def test_one_replay_of_a_topic_into_a_consumer_runs_at_a_time(
    database_url: str, owner: Owner, kafka: str
) -> None:
    """The second ends with one line."""
    await publish(kafka, requests(1))
    await replays.lock(owner, TOPIC, "enricher")

    result = await leadgen(*into_enricher("--rerun"), database_url=database_url, kafka=kafka)

    assert result.exit_code == 1
    assert result.output.strip() == f"another replay of {TOPIC} into enricher is running"


async def test_an_abandoned_replay_is_not_gone_on_with(database_url: str, owner: Owner, kafka: str) -> None:
    """An abandoned replay is not resumed: the same command then starts a new one; resuming the old one is refused."""
    await publish(kafka, requests(4))
    async with topic_reader(kafka, TOPIC) as reader:
        plan = await planning.count(reader, Slice(TOPIC))
    old = await replays.begin(
        owner,
        new_id(),
        "repeat",
        Slice(TOPIC),
        "enricher",
        plan,
        afresh=False,
        rate=1000,
        operator="ann",
        reason="[/b]",
    )
    servers: dict[str, Any] = {"database_url": database_url, "kafka": kafka}

    assert (await leadgen("replay", "abandon", str(old.replay_id), **servers)).exit_code == 0
    refused = await leadgen("replay", "resume", str(old.replay_id), **servers)
    assert (refused.exit_code, refused.output.strip()) == (
        1,
        f"replay {old.replay_id} is abandoned: there is nothing to resume",
    )
    assert (await leadgen(*into_enricher(), **servers)).exit_code == 0
    assert await owner.fetchval("SELECT count(*) FROM replays") == 2
    listed = await leadgen("replay", "list", database_url=database_url, kafka=kafka)
    assert (listed.exit_code, "[/b]" in listed.output) == (0, True), listed.output


async def test_an_interrupted_rerun_must_be_ended_before_one_of_another_slice(
    database_url: str, owner: Owner, kafka: str
) -> None:
    """`--since 2h` names another slice a minute later: given anew, it would play the first part twice."""
    await publish(kafka, requests(4))
    old_slice = Slice(TOPIC, since=NOW)
    async with topic_reader(kafka, TOPIC) as reader:
        plan = await planning.count(reader, old_slice)
    old = await replays.begin(
        owner, new_id(), "rerun", old_slice, "enricher", plan, afresh=False, rate=1000, operator="ann", reason=""
    )
    command = into_enricher("--rerun", "--since", "2h", "--wait", "0")

    refused = await leadgen(*command, database_url=database_url, kafka=kafka)
    assert refused.exit_code == 1
    assert f"was interrupted at 0 of 4: `leadgen replay resume {old.replay_id}` resumes it" in refused.output
    resumed = await leadgen(
        "replay", "resume", str(old.replay_id), "--wait", "0", database_url=database_url, kafka=kafka
    )
    assert "0 done, 0 dead letters, 4 still open" in resumed.output
    assert (await leadgen(*command, database_url=database_url, kafka=kafka)).exit_code == 0
    assert await owner.fetchval("SELECT count(*) FROM inbox") == 8


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        (["--topic", "nonsense.v1"], 1, "there is no topic nonsense.v1"),
        (["--into", "scorer"], 1, f"scorer does not handle {TOPIC}: it is handled by enricher"),
        (["--topic", "lead.synced.v1", "--into", "gateway"], 1, "no group handles it"),
        (["--topic", "upsert.requested.v1", "--into", "upserter", "--company", "1"], 1, "leave out --company"),
        (["--since", "2999-01-01"], 2, "2999-01-01 is in the future"),
        (["--since", "yesterday"], 2, "'yesterday' is not a time"),
        (["--since", "1h", "--until", "2h"], 2, "it is not after --since"),
        (["--rate", "0"], 2, "'0' is no rate"),
        (["--afresh"], 2, "requires --rerun"),
    ],
)
async def test_bad_input_gets_one_clear_line(
    options: list[str], code: int, line: str, database_url: str, owner: Owner, kafka: str
) -> None:
    """Bad input gets one clear line, and nothing is written."""
    result = await leadgen(*into_enricher(*options), database_url=database_url, kafka=kafka)

    assert (result.exit_code, line in " ".join(result.output.replace("│", " ").split())) == (code, True), result.output
    assert not await owner.fetchval("SELECT count(*) FROM replays")


async def test_a_broker_that_is_away_gets_one_clear_line(database_url: str) -> None:
    """A broker that is away gets one clear line, as does an address that is none."""
    lines = {"127.0.0.1:1": "Kafka does not answer at 127.0.0.1:1: ", "127.0.0.1:none": "is no address of Kafka"}
    for address, line in lines.items():
        result = await leadgen(*into_enricher("--rerun"), database_url=database_url, kafka=address)
        assert result.exit_code == 1
        assert line in result.output
        assert len(result.output.strip().splitlines()) == 1
