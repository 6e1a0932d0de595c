"""`leadgen dlq` with bad input, without rights and without a database: one clear line each."""

import asyncio
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from leadgen.cli import app
from testkit.delivery.dead_letters import TOPIC, Owner, leadgen


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
