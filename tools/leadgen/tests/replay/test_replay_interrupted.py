"""Replays that are killed, abandoned or in each other's way."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

from common.handling.stage import Stage
from common.ids import new_id
from common.postgres import Database
from leadgen.replay import planning, replays
from leadgen.replay.slices import Slice
from leadgen.replay.topic_reader import topic_reader
from testkit.leads.scoring import NOW
from testkit.replays import HANDLED, TOPIC, in_order, into_enricher, leadgen, requests
from testkit.stages import at_work, ended, publish, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
FREE = f"SELECT pg_try_advisory_xact_lock(hashtextextended('replay of {TOPIC} into enricher', 0))"


async def is_free(owner: Owner) -> bool:
    """Whether no replay holds its lock any more: PostgreSQL notices a killed process soon."""
    return bool(await owner.fetchval(FREE))


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
