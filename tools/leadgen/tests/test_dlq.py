"""`leadgen dlq` on the real broker and database: what failed, and what becomes of it."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest
from click.testing import Result
from prometheus_client import REGISTRY
from typer.testing import CliRunner

from common.cloudevents import Envelope, encode_body, encode_headers
from common.contracts import RequestEnrichment
from common.delivery.dead_letters import SUFFIX
from common.errors import Permanent
from common.handling.stage import Stage
from common.handling.work import Work
from common.postgres import Database
from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from leadgen.cli import app
from testkit.stages import a_company, at_work, ended, envelope_for, publish, publish_raw, read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic

HANDLED = "SELECT uen, name FROM handled ORDER BY at"
STATES = "SELECT state, count(*) FROM inbox GROUP BY state ORDER BY state"


class Bug:
    """A fault of the handler: events whose company has this word in its name fail until it is fixed."""

    word: str | None = "broken"


@pytest.fixture
def bug() -> Bug:
    return Bug()


@pytest.fixture
async def stage(owner: Owner, bug: Bug) -> Stage:
    """An enricher with a bug, which notes what it handles."""
    await owner.execute(
        "CREATE TABLE handled (at bigint GENERATED ALWAYS AS IDENTITY, uen text, name text);"
        "GRANT SELECT, INSERT ON handled TO leadgen_service"
    )
    stage = Stage("enricher")

    @stage.handles(RequestEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        company = work.event.company
        if bug.word and bug.word in company.name:
            raise Permanent(f"company {company.company_id} cannot be enriched")
        async with work.finish() as tx:
            await tx.execute("INSERT INTO handled (uen, name) VALUES ($1, $2)", company.uen, company.name)

    return stage


def a_request(uen: str, name: str, tenant_id: int = 1, company_id: int = 1) -> tuple[RequestEnrichment, Envelope]:
    event = RequestEnrichment(tenant_id=tenant_id, company=a_company(uen, name=name, company_id=company_id))
    return event, envelope_for(event)


async def leadgen(database_url: str, *arguments: str, **environment: str) -> Result:
    """Runs the command in a thread, as it would run in a process."""
    settings = {"DATABASE_URL": database_url, **environment}
    return await asyncio.to_thread(CliRunner().invoke, app, ["dlq", *arguments], env=settings)


async def faults(database_url: str, kafka: str) -> set[str]:
    """The audit's checks that find an exception."""
    return {it.check.name for it in (await audit(database_url, kafka, Scope(patience_s=0))).exceptions}


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
        "test_dlq.stage.<locals>.enrich",
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


def an_editor(folder: Path, name: str, code: str) -> str:
    """An editor that changes the text by Python code, which has it as `text`."""
    script = folder / name
    script.write_text(
        "#!/usr/bin/env python3\nimport pathlib, sys\nfile = pathlib.Path(sys.argv[1])\ntext = file.read_text()\n"
        f"{code}\nfile.write_text(text)\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


async def test_an_invalid_message_is_corrected_in_the_editor_and_handled(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str, tmp_path: Path
) -> None:
    """A correction that is not as the topic promises is refused, and the original is kept."""
    event, envelope = a_request("201900001K", "well")
    body = encode_body(event).replace(b'"201900001K"', b"null", 1)
    await publish_raw(kafka, [(TOPIC, event.key.encode(), body, encode_headers(event, envelope, source="test"))])
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 1)
        command = ["retry", str(envelope.event_id), "--edit", "--wait", "60"]

        for code, line in (
            ("text = text.replace('\"tenant_id\": 1', '\"tenant_id\": 2')", "company.uen: "),
            (
                "text = text.replace('null', '\"201900001K\"').replace('\"tenant_id\": 1', '\"tenant_id\": 2')",
                "ce_tenantid",
            ),
            ("text = 'nonsense'", "the text is not JSON"),
            ("text = ''", "nothing was corrected"),
            ("pass", "nothing was corrected"),
            ("sys.exit(3)", "the editor failed"),
        ):
            editor = an_editor(tmp_path, "wrong", code)
            refused = await leadgen(database_url, *command, EDITOR=editor, VISUAL=editor)
            assert (refused.exit_code, line in refused.output) == (1, True), refused.output
            assert not await owner.fetchval("SELECT count(*) FROM dead_letter_actions")

        editor = an_editor(tmp_path, "right", "text = text.replace('null', '\"201900001K\"')")
        result = await leadgen(database_url, *command, EDITOR=editor, VISUAL=editor)
        assert result.exit_code == 0, result.output
        assert "1 retried: 1 done, 0 dead again, 0 still open" in result.output

    assert [tuple(row) for row in await owner.fetch(HANDLED)] == [("201900001K", "well")]
    row = await owner.fetchrow("SELECT action, value FROM dead_letter_actions")
    assert row is not None
    assert tuple(row) == ("correct", body)
    assert "one-content" not in await faults(database_url, kafka)


async def test_a_message_without_headers_is_given_them(
    stage: Stage, database: Database, database_url: str, owner: Owner, kafka: str, tmp_path: Path
) -> None:
    """It names no tenant until then; retried as it is, it is a dead letter again, with the same error."""
    event, _ = a_request("201900001K", "well")
    await publish_raw(kafka, [(TOPIC, None, encode_body(event), [])])
    async with at_work(stage, database, kafka):
        await ended(database, "enricher", 1)
        (event_id,) = await owner.fetchrow("SELECT event_id FROM inbox") or (UUID(int=0),)
        error = await owner.fetchval("SELECT error FROM inbox")
        assert "1 dead letter\n" in (await leadgen(database_url, "list", "--tenant", "-1")).output
        assert "1 dead again" in (await leadgen(database_url, "retry", "--all", "--wait", "60")).output
        assert await owner.fetchval("SELECT error FROM inbox") == error

        headers = '"headers": {"ce_tenantid": "1", "ce_lane": "nightly"}'
        editor = an_editor(tmp_path, "right", f"text = text.replace('\"headers\": {{}}', '{headers}')")
        result = await leadgen(
            database_url, "retry", str(event_id), "--edit", "--wait", "60", EDITOR=editor, VISUAL=editor
        )
        assert "1 retried: 1 done" in result.output, result.output

    row = await owner.fetchrow("SELECT tenant_id, lane, key FROM inbox")
    assert row is not None
    assert tuple(row) == (1, "nightly", b"1:201900001K")


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["retry"], 2, "or say --all"),
        (["drop", "--reason", "x"], 2, "or say --all"),
        (["drop", "--all", "--reason", " "], 2, "say why"),
        (["drop", "--all"], 2, "Missing option '--reason'"),
        (["retry", "--all"], 1, "no dead letter matches"),
        (["retry", "--all", "--edit"], 2, "needs one id"),
        (["retry", "01a203b4-de3a-7000-8000-000000000002"], 1, "no dead letter has the id 01a203b4"),
        (["show", "01a203b4-de3a-7000-8000-000000000002"], 1, "no dead letter"),
        (["show", "nonsense"], 2, "Invalid value for 'event_id'"),
        (["list", "--since", "nonsense"], 2, "'nonsense' is not a time"),
        (["export", "--out", "/no/such/folder/file"], 2, "there is no folder"),
    ],
)
async def test_bad_input_gets_one_clear_line(arguments: list[str], code: int, line: str, database_url: str) -> None:
    """Bad input gets one clear line, and nothing is done."""
    result = await leadgen(database_url, *arguments)

    assert (result.exit_code, line in " ".join(result.output.replace("│", " ").split())) == (code, True), result.output


LETTER = """
    INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, tenant_id, lane, headers, state,
                       attempts, error, dead_at)
    VALUES ('enricher', gen_random_uuid(), $1, 0, 0, 1, 'interactive', '[]', 'dead', 1, $2, now())
"""


async def test_an_error_with_brackets_is_listed_as_it_is(database_url: str, owner: Owner) -> None:
    """Neither a tag of the terminal's markup nor an emoji: pydantic and Python write such errors."""
    await owner.execute(LETTER, TOPIC, "KeyError: '[/b]' [type=float_type] :warning:")

    for options in ([], ["--each"]):
        listed = await leadgen(database_url, "list", *options)
        assert listed.exit_code == 0, listed.output
        for word in ("'[/b]'", "[type=float_type]", ":warning:"):
            assert word in listed.output


async def test_a_login_without_rights_gets_one_clear_line(database_url: str, owner: Owner, kafka: str) -> None:
    """A login without rights gets one clear line, of every command that reads the tables: no traceback, and the way
    out.
    """
    name = f"stranger_{urlsplit(database_url).path.strip('/')}"
    await owner.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
    try:
        given = urlsplit(database_url)
        place = given.netloc.rpartition("@")[2]
        environment = {"DATABASE_URL": given._replace(netloc=f"{name}:x@{place}").geturl()}
        for command in (
            ["dlq", "list"],
            ["replay", "list"],
            ["audit", "--tenant", "1", "--kafka", kafka],
            ["trace", "201900001K", "--tenant", "1", "--kafka", kafka],
        ):
            result = await asyncio.to_thread(CliRunner().invoke, app, command, env=environment)
            assert result.exit_code == 1, (command, result.output)
            assert result.output.startswith("this login lacks the rights"), (command, result.output)
            assert "use the login that owns the tables" in result.output
    finally:
        await owner.execute(f"DROP ROLE {name}")


async def test_a_database_that_is_away_gets_one_clear_line() -> None:
    """No traceback."""
    result = await leadgen("postgresql://nobody@127.0.0.1:1/none", "list")

    assert (result.exit_code, result.output.startswith("PostgreSQL does not answer")) == (1, True), result.output
