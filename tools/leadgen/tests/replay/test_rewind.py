"""`leadgen rewind` on the real broker and database: a stopped group's offsets, and what is handled again."""

import asyncio
import json
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from common.cloudevents import Envelope, decode_headers
from common.contracts import CompanyEnriched, RequestEnrichment, Site
from common.handling.stage import Stage
from common.handling.work import Work
from common.ids import derived_id, new_id
from common.postgres import Database
from common.runtime import Runtime
from leadgen.cli import app
from testkit.leads.scoring import NOW
from testkit.stages import a_company, at_work, ended, envelope_for, has_committed_all, publish, read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic

HANDLED = "SELECT event_id, replay_id, lane, afresh IS NOT NULL AS is_afresh FROM handled ORDER BY at"


@pytest.fixture
async def stage(owner: Owner) -> Stage:
    """An enricher that notes what it is given, and announces something."""
    await owner.execute(
        "CREATE TABLE handled (at bigint GENERATED ALWAYS AS IDENTITY, event_id uuid, replay_id uuid, lane text,"
        " afresh timestamptz); GRANT SELECT, INSERT ON handled TO leadgen_service"
    )
    stage = Stage("enricher")

    @stage.handles(RequestEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        it = work.item.envelope
        async with work.finish() as tx:
            await tx.execute(
                "INSERT INTO handled (event_id, replay_id, lane, afresh) VALUES ($1, $2, $3, $4)",
                *(it.event_id, it.replay_id, it.lane, it.afresh),
            )
            work.announce(
                CompanyEnriched(
                    tenant_id=it.tenant_id,
                    company=work.event.company,
                    site=Site(outcome="no_site_known"),
                    contacts=[],
                    degraded_reasons=[],
                    enriched_at=NOW,
                )
            )

    return stage


def requests(count: int) -> list[tuple[RequestEnrichment, Envelope]]:
    events = [RequestEnrichment(tenant_id=1, company=a_company(f"20190000{n}K")) for n in range(count)]
    return [(event, envelope_for(event)) for event in events]


async def rewind(database_url: str, kafka: str, *options: str) -> Result:
    environment = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}
    command = ["rewind", "--topic", TOPIC, "--group", "enricher", "--to", "earliest", *options]
    return await asyncio.to_thread(CliRunner().invoke, app, command, env=environment)


async def abandon(database_url: str, replay_id: UUID) -> None:
    command, environment = ["replay", "abandon", str(replay_id)], {"DATABASE_URL": database_url}
    assert (await asyncio.to_thread(CliRunner().invoke, app, command, env=environment)).exit_code == 0


async def has_read_all(runtime: Runtime) -> bool:
    """Whether the group has committed all that its topics hold."""
    consumer = runtime.consumer
    return bool(consumer and consumer.assignment()) and await has_committed_all(consumer, list(consumer.assignment()))


async def handle(stage: Stage, database: Database, kafka: str, rows: int) -> None:
    """Runs the stage until its group has read all, and so many rows have ended."""
    async with at_work(stage, database, kafka) as runtime:
        await until(lambda: has_read_all(runtime), within_s=60)
        await ended(database, "enricher", rows, within_s=60)


async def test_a_rewound_group_recognises_what_its_inbox_knows(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """Rows that were lost, as after restoring a backup, are taken in again and handled."""
    await publish(kafka, requests(8))
    await handle(stage, database, kafka, 8)
    await owner.execute("DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM inbox LIMIT 3)")

    tried = await rewind(database_url, kafka, "--dry-run", "--json")
    assert json.loads(tried.stdout)["again"] == 8, tried.output
    assert not await owner.fetchval("SELECT count(*) FROM replays")
    result = await rewind(database_url, kafka, "--reason", "backup restored", "--by", "ann")
    assert result.exit_code == 0, result.output
    assert "8 events are read again by enricher, and recognised if its inbox knows them" in result.output
    await handle(stage, database, kafka, 8)

    assert await owner.fetchval("SELECT count(*) FROM handled") == 11
    row = await owner.fetchrow("SELECT kind, consumer, operator, reason, state, events FROM replays")
    assert row is not None
    assert tuple(row) == ("rewind", "enricher", "ann", "backup restored", "done", 8)


async def test_a_rewind_for_a_rerun_has_all_handled_again_once(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """Under its id, in the nightly lane, and what follows too; new events are live, and a restart repeats nothing."""
    old = requests(6)
    await publish(kafka, old)
    await handle(stage, database, kafka, 6)
    await owner.execute("TRUNCATE handled")

    result = await rewind(database_url, kafka, "--rerun", "--afresh")
    assert result.exit_code == 0, result.output
    assert "6 events are read again by enricher, and handled again" in result.output
    live = requests(1)
    await publish(kafka, live)
    await handle(stage, database, kafka, 13)
    await handle(stage, database, kafka, 13)

    replay_id = await owner.fetchval("SELECT replay_id FROM replays")
    rows = await owner.fetch(HANDLED)
    again = [row for row in rows if row["replay_id"] == replay_id]
    assert {row["event_id"] for row in again} == {envelope.event_id for _, envelope in old}
    assert {(row["lane"], row["is_afresh"]) for row in again} == {("nightly", True)}
    assert len(again) == 6
    (other,) = [row for row in rows if row["replay_id"] != replay_id]
    assert (other["event_id"], other["lane"]) == (live[0][1].event_id, "interactive")
    followed = [decode_headers(it.headers) for it in await read_topic(kafka, CompanyEnriched.topic)]
    assert sum(it.replay_id == replay_id for it in followed) == 6

    assert (await rewind(database_url, kafka)).exit_code == 0
    await handle(stage, database, kafka, 13)
    assert await owner.fetchval("SELECT count(*) FROM handled") == 7


async def test_a_rewind_for_a_rerun_handles_what_an_earlier_rerun_announced(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """Its forms of events are the newest: they are handled after the first ones, each once."""
    [(event, envelope)] = requests(1)
    earlier = new_id()
    await publish(kafka, [(event, envelope), (event, envelope._replace(replay_id=earlier, lane="nightly"))])
    await handle(stage, database, kafka, 2)
    await owner.execute("TRUNCATE handled")

    assert (await rewind(database_url, kafka, "--rerun")).exit_code == 0
    await handle(stage, database, kafka, 4)

    replay_id = await owner.fetchval("SELECT replay_id FROM replays")
    again = [(row["event_id"], row["replay_id"]) for row in await owner.fetch(HANDLED)]
    assert again == [
        (envelope.event_id, replay_id),
        (envelope.event_id, derived_id(replay_id, "rewind", str(earlier))),
    ]


async def test_a_rewind_does_not_end_one_that_is_not_read_through(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """A rewind does not end one that is not read through: what the first wants handled again would be recognised, and
    left; an operator may give it up.
    """
    await publish(kafka, requests(4))
    await handle(stage, database, kafka, 4)
    assert (await rewind(database_url, kafka, "--rerun")).exit_code == 0
    first = await owner.fetchval("SELECT replay_id FROM replays")

    refused = await rewind(database_url, kafka)
    assert (refused.exit_code, f"yet to read 4 of the 4 events that rewind {first}" in refused.output) == (1, True)
    assert await owner.fetchval("SELECT count(*) FROM replays") == 1

    await abandon(database_url, first)
    assert (await rewind(database_url, kafka)).exit_code == 0


async def test_an_abandoned_rewind_ends_in_services_that_run(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """Messages of the rewound part that come after that are live."""
    await publish(kafka, requests(3))
    await handle(stage, database, kafka, 3)
    assert (await rewind(database_url, kafka, "--rerun")).exit_code == 0
    await owner.execute(
        "UPDATE replays SET ends = (SELECT jsonb_object_agg(key, 1000000000000) FROM jsonb_each(positions))"
    )
    live = requests(2)

    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 6)
        await abandon(database_url, await owner.fetchval("SELECT replay_id FROM replays"))
        await publish(kafka, live)
        await ended(database, "enricher", 8)

    rows = await owner.fetch(HANDLED)
    assert [row["lane"] for row in rows] == ["interactive"] * 3 + ["nightly"] * 3 + ["interactive"] * 2
    assert {row["event_id"] for row in rows[-2:]} == {envelope.event_id for _, envelope in live}


async def test_a_group_that_runs_is_not_rewound(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """Its members would go on from where they are."""
    await publish(kafka, requests(2))
    async with at_work(stage, database, kafka) as runtime:
        await until(lambda: has_read_all(runtime), within_s=60)
        result = await rewind(database_url, kafka)
        assert (result.exit_code, result.output.strip()) == (
            1,
            "enricher is running (1 members): stop all its replicas first",
        )
    assert not await owner.fetchval("SELECT count(*) FROM replays")


async def test_a_rewind_to_the_end_says_what_is_left_out(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """A rewind to the end says what is left out: those events stay in the topic, for a replay."""
    await handle(stage, database, kafka, 0)
    await publish(kafka, requests(5))

    result = await rewind(database_url, kafka, "--to", "latest")
    assert "5 events are left out" in result.output, result.output
    await handle(stage, database, kafka, 0)

    assert not await owner.fetchval("SELECT count(*) FROM inbox")


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        (["--to", "tomorrow"], 2, "'tomorrow' is not a time"),
        (["--to", "2999-01-01"], 2, "is in the future"),
        (["--afresh"], 2, "requires --rerun"),
        (["--group", "scorer"], 1, f"scorer does not handle {TOPIC}"),
        (["--topic", "nonsense.v1"], 1, "there is no topic nonsense.v1"),
    ],
)
async def test_bad_input_gets_one_clear_line(
    options: list[str], code: int, line: str, database_url: str, kafka: str, owner: Owner
) -> None:
    """Bad input gets one clear line, and nothing is set."""
    result = await rewind(database_url, kafka, *options)

    output: Any = " ".join(result.output.replace("│", " ").split())
    assert (result.exit_code, line in output) == (code, True), result.output
    assert not await owner.fetchval("SELECT count(*) FROM replays")
