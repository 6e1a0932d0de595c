"""`leadgen dlq` on the real broker and database: what failed, and what becomes of it."""

import json
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY

from common.cloudevents import encode_headers
from common.delivery.dead_letters import SUFFIX
from common.handling.stage import Stage
from common.postgres import Database
from testkit.delivery.dead_letters import HANDLED, STATES, TOPIC, Bug, Owner, a_request, faults, leadgen
from testkit.stages import at_work, ended, publish, publish_raw, read_topic, until


async def test_letters_are_listed_by_reason_retried_in_order_and_followed(
    stage: Stage, bug: Bug, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """Two of a key whose third is done already: the dry run warns; once the bug is fixed, both are handled in order."""
    events = [
        a_request("201900001K", "broken 1", company_id=11),
        a_request("201900001K", "broken 2", company_id=12),
        a_request("201900001K", "well 3"),
        a_request("201900002K", "broken", tenant_id=2, company_id=13),
        a_request("201900003K", "well"),
    ]
    await publish(kafka, events)
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 5)

        listed = json.loads((await leadgen(database_url, "list", "--json")).stdout)["groups"]
        assert [(it["letters"], it["consumer"], it["topic"], it["reason"]) for it in listed] == [
            (3, "enricher", TOPIC, "Permanent: company # cannot be enriched")
        ]
        assert listed[0]["first_at"] <= listed[0]["last_at"]
        of_two = json.loads((await leadgen(database_url, "list", "--json", "--tenant", "2")).stdout)["groups"]
        assert [(it["letters"], it["example"]) for it in of_two] == [(1, "Permanent: company 13 cannot be enriched")]
        for filters in (
            ["--reason", "no such"],
            ["--topic", "lead.scored.v1"],
            ["--consumer", "scorer"],
            ["--until", "1h"],
        ):
            assert "0 dead letters" in (await leadgen(database_url, "list", *filters)).output

        tried = await leadgen(database_url, "retry", "--tenant", "1", "--dry-run")
        assert "2 of them have a later event of the same key" in tried.output
        assert "2 would be retried" in tried.output
        again = await leadgen(database_url, "retry", str(events[3][1].event_id), "--wait", "60")
        assert again.exit_code == 1
        assert "1 retried: 0 done, 1 dead again, 0 still open" in again.output
        assert "Permanent: company 13 cannot be enriched" in again.output

        bug.word = None
        result = await leadgen(
            database_url, "retry", "--consumer", "enricher", "--why", "fixed", "--by", "ann", "--wait", "60"
        )
        assert result.exit_code == 0, result.output
        assert "3 retried: 3 done, 0 dead again, 0 still open" in result.output

    names = [row["name"] for row in await owner.fetch(HANDLED) if row["uen"] == "201900001K"]
    assert names == ["well 3", "broken 1", "broken 2"]
    assert [tuple(row) for row in await owner.fetch(STATES)] == [("done", 5)]
    actions = await owner.fetch("SELECT action, operator, reason FROM dead_letter_actions WHERE reason IS NOT NULL")
    assert [tuple(row) for row in actions] == [("retry", "ann", "fixed")] * 3


async def test_a_letter_is_shown_with_its_handler_its_error_and_its_message(
    stage: Stage, database: Database, database_url: str, kafka: str
) -> None:
    """A letter is shown with its handler, its error and its message, also the copy in the dead-letter topic names the
    handler.
    """
    event, envelope = a_request("201900001K", "broken", company_id=11)
    await publish(kafka, [(event, envelope)])
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 1)

    shown = (await leadgen(database_url, "show", str(envelope.event_id))).output

    for words in (
        "error     Permanent: company 11 cannot be enriched",
        "dlq.conftest.stage.<locals>.enrich",
        f"from      {TOPIC}, partition ",
        "key 1:201900001K",
        "the message is a valid RequestEnrichment",
        "ce_lane: interactive",
        '"uen": "201900001K"',
    ):
        assert words in shown, shown
    (letter,) = await read_topic(kafka, TOPIC + SUFFIX)
    assert dict(letter.headers)["dlq_handler"].endswith(b"enrich")


async def test_dropped_letters_keep_their_reason_and_count_no_more(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str
) -> None:
    """They are listed only if asked for, and the gauges leave them out."""
    events = [a_request(f"20190000{n}K", "broken") for n in range(3)]
    await publish(kafka, events)
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 3)
    first = str(events[0][1].event_id)

    dropped = await leadgen(database_url, "drop", first, "--reason", "a test company", "--by", "ann")

    assert (dropped.exit_code, dropped.output.strip()) == (0, "1 dropped: a test company")
    assert "2 dead letters" in (await leadgen(database_url, "list")).output
    assert "1 dead letter\n" in (await leadgen(database_url, "list", "--dropped")).output
    assert "nothing was done" in (await leadgen(database_url, "retry", first)).output
    row = await owner.fetchrow("SELECT action, operator, reason, error FROM dead_letter_actions")
    assert row is not None
    assert tuple(row) == ("drop", "ann", "a test company", "Permanent: company 1 cannot be enriched")
    assert await faults(database_url, kafka) >= {"given-up"}
    labels = {"stage": "enricher", "topic": TOPIC}

    async def are_counted() -> bool:
        return REGISTRY.get_sample_value("leadgen_inbox_dead_letters", labels) == 2

    async with at_work(stage, database, kafka):
        await until(are_counted, within_s=60)
        age = REGISTRY.get_sample_value("leadgen_inbox_dead_letters_oldest_seconds", labels)
        assert age is not None
        assert age > 0
    await leadgen(database_url, "drop", "--error", "cannot", "--reason", "test companies")
    assert "given-up" not in await faults(database_url, kafka)


async def test_letters_are_exported_with_their_whole_message(
    stage: Stage, database: Database, database_url: str, kafka: str, tmp_path: Path
) -> None:
    """One JSON object per line; a body that is no JSON in base64."""
    event, envelope = a_request("201900001K", "broken")
    await publish(kafka, [(event, envelope)])
    await publish_raw(kafka, [(TOPIC, b"1:x", b"\xff\x00", encode_headers(event, a_request("x", "y")[1], source="t"))])
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 2)
    file = tmp_path / "letters.jsonl"

    result = await leadgen(database_url, "export", "--out", str(file))

    assert result.output.strip() == f"2 dead letters in {file}"
    found: list[dict[str, Any]] = [json.loads(line) for line in file.read_text().splitlines()]
    whole = next(it for it in found if "body" in it)
    assert whole["event_id"] == str(envelope.event_id)
    assert whole["body"]["company"]["uen"] == "201900001K"
    assert whole["headers"]["ce_tenantid"] == "1"
    assert next(it for it in found if "body_base64" in it)["body_base64"] == "/wA="
