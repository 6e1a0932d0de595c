"""`leadgen audit` as an operator meets it: a report, an exit code, and a sentence about a wrong question."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from embedded.kafka import kafka as new_kafka
from leadgen.bench.harness.ledger_night import make_night
from leadgen.cli import app
from leadgen.kafka.topics import create_topics

AWAY_DATABASE = "postgresql://nobody@127.0.0.1:1/nothing"
AWAY_KAFKA = "127.0.0.1:1"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's environment takes part."""
    for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "ODOO_CREDENTIALS_KEY"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments])


async def in_a_thread(*arguments: str) -> Result:
    """The command has an event loop of its own."""
    return await asyncio.to_thread(run, *arguments)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), 2, "DATABASE_URL"),
        (("--database-url", AWAY_DATABASE), 2, "KAFKA_BOOTSTRAP_SERVERS"),
        (("--database-url", AWAY_DATABASE, "--kafka", AWAY_KAFKA), 1, "PostgreSQL"),
        (("--since", "yesterday"), 2, "2026-11-28T01:00+08:00"),
        (("--since", "2999-01-01"), 2, "future"),
        (("--run", "tonight"), 2, "UUID"),
        (("--tenant", "0"), 2, "1"),
        (("odoo",), 2, "DATABASE_URL"),
    ],
)
def test_a_question_that_makes_no_sense_gets_a_sentence(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    """Nothing is audited: the exit code and one line say what is wrong."""
    if not any(it in ("--database-url", "odoo") for it in arguments) and arguments:
        arguments = ("--database-url", AWAY_DATABASE, "--kafka", AWAY_KAFKA, *arguments)
    result = run(*arguments)

    assert result.exit_code == code
    assert sentence in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output


async def test_the_exit_code_says_whether_there_is_an_exception(database_url: str, kafka: str, owner) -> None:
    """0 with the counts of what was read; 1 with each exception. An unknown tenant, and no Kafka, are said."""
    await make_night(database_url, kafka, tenants=[1], companies=3)
    there = ("--database-url", database_url, "--kafka", kafka, "--patience", "0")

    clean = await in_a_thread(*there)
    assert (clean.exit_code, "17 messages" in clean.output, "no exception" in clean.output) == (0, True, True)

    await owner.execute("DELETE FROM odoo_links WHERE company_id = (SELECT min(company_id) FROM odoo_links)")
    faulty = await in_a_thread(*there)
    assert faulty.exit_code == 1
    assert "synced: 1 exception to " in faulty.output
    as_json = await in_a_thread(*there, "--json")
    found = json.loads(as_json.output)
    assert (as_json.exit_code, found["is_clean"]) == (1, False)
    assert [(it["check"], it["count"], len(it["shown"])) for it in found["exceptions"]] == [("synced", 1, 1)]

    await owner.execute("DELETE FROM odoo_links")
    assert (await in_a_thread(*there)).output.count("  company_id ") == 3
    cut = await in_a_thread(*there, "--shown", "1")
    assert (cut.output.count("  company_id "), "and 2 more" in cut.output) == (1, True)

    unknown = await in_a_thread(*there, "--tenant", "77")
    assert (unknown.exit_code, unknown.output.strip()) == (1, "there is no tenant 77")
    no_kafka = await in_a_thread("--database-url", database_url, "--kafka", AWAY_KAFKA)
    assert (no_kafka.exit_code, f"Kafka does not answer at {AWAY_KAFKA}" in no_kafka.output) == (1, True)


async def test_a_broker_that_never_had_a_consumer_group_is_audited(database_url: str, tmp_path: Path) -> None:
    """Such a broker has no coordinator of groups yet, and nothing can be wrong."""
    with new_kafka(tmp_path / "kafka") as address:
        await create_topics(address)
        result = await in_a_thread("--database-url", database_url, "--kafka", address, "--patience", "0")
    assert (result.exit_code, "no exception" in result.output) == (0, True)
