"""`leadgen user` and `leadgen apikey`: an operator lets the first people into a tenant, and each act is recorded."""

import asyncio
import hashlib

import pytest
from typer.testing import CliRunner, Result

from leadgen.cli import app

AWAY = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def run(database_url: str):
    """`await run("user", "list", "--tenant", "1")`."""

    async def call(*arguments: str, url: str = database_url) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, [*arguments], env={"DATABASE_URL": url})

    return call


async def test_a_key_is_created_listed_and_revoked(run, owner) -> None:
    """The key alone is on standard output; the table has its digest; a repeat of the revocation is no act."""
    created = await run("apikey", "create", "--tenant", "2", "--name", "nightly", "--role", "ops", "--by", "joe")
    key = created.stdout.strip()
    key_id = key.split("_")[2]
    assert (created.exit_code, key.count("\n")) == (0, 0)
    row = await owner.fetchrow("SELECT tenant_id, role, digest, created_by FROM api_keys")
    assert tuple(row) == (2, "ops", hashlib.sha256(key.encode()).digest(), "joe")

    listed = (await run("apikey", "list", "--tenant", "2")).stdout
    assert f"{key_id}  ops     valid  never used  nightly  (by joe)" in listed
    assert key not in listed
    assert (await run("apikey", "list", "--tenant", "1")).stdout == ""

    assert (await run("apikey", "revoke", key_id, "--tenant", "1")).exit_code == 1
    for _ in range(2):
        assert (await run("apikey", "revoke", key_id, "--tenant", "2", "--by", "sue")).exit_code == 0
    assert "revoked 2" in (await run("apikey", "list", "--tenant", "2")).stdout
    log = await owner.fetch("SELECT tenant_id, actor, source, act, object FROM audit_log ORDER BY id")
    assert [tuple(entry) for entry in log] == [
        (2, "joe", "command", "api_key.created", key_id),
        (2, "sue", "command", "api_key.revoked", key_id),
    ]


async def test_a_user_is_added_changed_and_removed(run, owner) -> None:
    """Each change is recorded once."""
    for role in ("admin", "ops", "ops"):
        added = await run("user", "add", "ann", "--tenant", "1", "--role", role, "--by", "joe")
        assert (added.exit_code, added.stdout) == (0, f"tenant 1: ann is {role}\n")
    assert (await run("user", "list", "--tenant", "1")).stdout == "ops     ann\n"
    assert (await run("user", "remove", "ann", "--tenant", "1", "--by", "joe")).exit_code == 0
    again = await run("user", "remove", "ann", "--tenant", "1")
    assert (again.exit_code, "no user 'ann'" in again.stderr) == (1, True)
    log = await owner.fetch("SELECT act, details->>'role' FROM audit_log ORDER BY id")
    assert [tuple(entry) for entry in log] == [("user.saved", "admin"), ("user.saved", "ops"), ("user.removed", None)]


async def test_what_is_wrong_is_said_in_a_line(run, owner) -> None:
    """An unknown tenant or key, a name that is none, a database that is away; and nothing is done."""
    for arguments, code, sentence in (
        (("user", "add", "ann", "--tenant", "99"), 1, "there is no tenant 99"),
        (("user", "add", "key:1", "--tenant", "1"), 2, "SUBJECT"),
        (("user", "add", "a\tb", "--tenant", "1"), 2, "SUBJECT"),
        (("user", "add", "ann", "--tenant", "1", "--role", "king"), 2, "king"),
        (("apikey", "create", "--tenant", "99", "--name", "x"), 1, "there is no tenant 99"),
        (("apikey", "create", "--tenant", "1", "--name", " "), 2, "--name"),
        (("apikey", "revoke", "0" * 12, "--tenant", "1"), 1, "has no API key"),
    ):
        result = await run(*arguments)
        assert (result.exit_code, sentence in result.stderr) == (code, True), result.stderr
    away = await run("user", "list", "--tenant", "1", url=AWAY)
    assert (away.exit_code, "PostgreSQL does not answer" in away.stderr) == (1, True)
    assert await owner.fetchval("SELECT count(*) FROM tenant_users") == 0
    assert await owner.fetchval("SELECT count(*) FROM audit_log") == 0
