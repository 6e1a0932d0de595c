"""The command `leadgen forget`: what it takes, and what it refuses."""

import asyncio
from typing import Any

import pytest
from typer.testing import CliRunner

from leadgen.cli import app
from leadgen.forget.subject import NoSubject, Subject, parse
from leadgen.tokens import GivenRole
from leadgen.users import add_user


@pytest.mark.parametrize(
    ("given", "subject"),
    [
        ("Someone@Acme.com.sg ", Subject("email", "someone@acme.com.sg")),
        ("201912345k", Subject("company", "201912345K")),
        ("53999994J", Subject("company", "53999994J")),
        ("T08LL1234A", Subject("company", "T08LL1234A")),
    ],
)
def test_an_address_and_a_uen_are_told_apart(given: str, subject: Subject) -> None:
    """However they are written."""
    assert parse(given) == subject


@pytest.mark.parametrize("given", ["", "Mei Tan", "acme.com.sg", "someone@acme", "2019", "a@b.sg, c@d.sg", "201912345"])
def test_anything_else_is_refused_in_one_line(given: str) -> None:
    """Before anything is opened, and without the text itself: it may be a name."""
    with pytest.raises(NoSubject):
        parse(given)
    run = CliRunner().invoke(app, ["forget", given], env={"DATABASE_URL": "postgresql://nowhere.invalid/x"})
    assert run.exit_code == 2
    assert run.stderr == "this is neither an e-mail address (someone@acme.com.sg) nor a UEN (201912345K)\n"


async def test_a_user_has_to_be_removed_first(database_url: str, owner: Any) -> None:
    """Otherwise they could log in no more, and their tenant would not know why."""
    await add_user(database_url, 2, "Ann@acme.com.sg", GivenRole.SDR, operator="ops")
    environment = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": None}
    run = await asyncio.to_thread(CliRunner().invoke, app, ["forget", "ann@acme.com.sg"], env=environment)
    assert run.exit_code == 1
    assert run.stderr == "this address is a user of tenant 2: remove the user first (`leadgen user remove`)\n"
    assert await owner.fetchval("SELECT count(*) FROM forgotten") == 0


async def test_a_dry_run_says_what_it_would_do(database_url: str, owner: Any) -> None:
    """Of an address that stands in one free text, without topics; nothing changes."""
    await owner.execute(
        "INSERT INTO agent_threads (tenant_id, thread_id, subject, metadata)"
        """ VALUES (1, gen_random_uuid(), 'ann', '{"title": "write to mei@gmail.com"}')"""
    )
    environment = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": None}
    command = ["forget", "mei@gmail.com", "--dry-run"]
    run = await asyncio.to_thread(CliRunner().invoke, app, command, env=environment)
    assert run.exit_code == 0, run.stderr
    assert run.stdout.startswith("Would forget an e-mail address (in the audit log: ")
    assert "        1  agent_threads              to change\n" in run.stdout
    assert "Topics were not looked at: give --kafka." in run.stdout
    assert "mei@gmail.com" not in run.stdout
    assert await owner.fetchval("SELECT metadata->>'title' FROM agent_threads") == "write to mei@gmail.com"
    assert await owner.fetchval("SELECT count(*) FROM forgotten") == 0
