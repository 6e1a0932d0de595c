"""`leadgen replay` without --rerun: what the inbox knows is recognised, what is missing is handled."""

from typing import TypeAlias

import asyncpg
import pytest

from common.handling.stage import Stage
from common.postgres import Database
from leadgen.replay.topic_reader import topic_reader
from testkit.replays import TOPIC, a_request, into_enricher, leadgen, requests
from testkit.stages import at_work, ended, envelope_for, publish, read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


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
        (["--rate", "0"], 2, "'0' is not a rate"),
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
    lines = {"127.0.0.1:1": "Kafka does not answer at 127.0.0.1:1: ", "127.0.0.1:none": "is not an address of Kafka"}
    for address, line in lines.items():
        result = await leadgen(*into_enricher("--rerun"), database_url=database_url, kafka=address)
        assert result.exit_code == 1
        assert line in result.output
        assert len(result.output.strip().splitlines()) == 1
