"""The operator gives tenants caps of their own, sees them, and takes them away again."""

import asyncio
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import typer
from typer.testing import CliRunner, Result

from common.errors import Permanent
from leadgen.tenants.tenants import Limits, NoSuchTenant, limit_command, limit_tenant

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NOWHERE = ("--database-url", "postgresql://nobody@127.0.0.1:1/nothing")

HELD = "SELECT upsert_sync_limit, upsert_max_per_job, requests_per_minute FROM tenants WHERE tenant_id = $1"


async def test_what_is_given_is_set_and_the_rest_stays(database_url: str, owner: Owner) -> None:
    """What is given is set and the rest stays, of this tenant alone; the answer is what holds now."""
    await limit_tenant(database_url, 1, Limits(sync_limit=0, max_per_job=500))
    assert await limit_tenant(database_url, 1, Limits(requests_per_minute=30)) == Limits(0, 500, 30)
    assert [tuple(await owner.fetchrow(HELD, tenant) or ()) for tenant in (1, 2)] == [(0, 500, 30), (None, None, None)]


async def test_nothing_given_changes_nothing(database_url: str) -> None:
    """It only tells."""
    await limit_tenant(database_url, 1, Limits(5, 6, 7, 8))
    assert await limit_tenant(database_url, 1, Limits()) == Limits(5, 6, 7, 8)


async def test_caps_are_taken_away_together(database_url: str) -> None:
    """Caps are taken away together, but for those that are given with it."""
    await limit_tenant(database_url, 1, Limits(5, 6, 7, 9))
    assert await limit_tenant(database_url, 1, Limits(max_per_job=8), afresh=True) == Limits(None, 8, None)
    assert await limit_tenant(database_url, 1, Limits(), afresh=True) == Limits()


async def test_a_tenant_that_is_not_there_is_said_so(database_url: str) -> None:
    """With the command that adds it."""
    with pytest.raises(NoSuchTenant, match="leadgen tenant add --tenant 99"):
        await limit_tenant(database_url, 99, Limits(sync_limit=1))


async def test_a_service_login_may_not_set_caps(database_url: str, owner: Owner) -> None:
    """The message names the login to use."""
    await owner.execute("CREATE ROLE a_service_login LOGIN IN ROLE leadgen_service INHERIT")
    try:
        parts = urlsplit(database_url)
        service = urlunsplit(parts._replace(netloc=f"a_service_login@{parts.hostname}:{parts.port}"))
        with pytest.raises(Permanent, match="use the database's owner"):
            await limit_tenant(service, 1, Limits(sync_limit=1))
    finally:
        await owner.execute("DROP ROLE a_service_login")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("1",),
        ("--tenant", "0"),
        ("--tenant", "one"),
        ("--tenant", "1", "--sync-limit", "-1"),
        ("--tenant", "1", "--max-per-job", "0"),
        ("--tenant", "1", "--requests-per-minute", "x"),
    ],
)
def test_what_can_be_no_cap_is_refused(arguments: tuple[str, ...]) -> None:
    """Exit code 2, before any database is asked."""
    assert limit(*arguments, *NOWHERE).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "default"), [(("--tenant", "1"), None), ((), "1")], ids=["as an option", "from the environment"]
)
def test_a_database_that_is_away_is_a_line(arguments: tuple[str, ...], default: str | None) -> None:
    """A database that is away is a line, and exit code 1. DEFAULT_TENANT_ID does instead of the option."""
    result = limit(*arguments, *NOWHERE, default_tenant=default)
    assert result.exit_code == 1
    assert "PostgreSQL" in result.output


async def test_the_command_shows_what_holds(database_url: str) -> None:
    """A line for each cap, whether the tenant has one or not."""
    given = ("--tenant", "1", "--sync-limit", "5", "--database-url", database_url)
    result = await asyncio.to_thread(limit, *given)
    assert result.exit_code == 0
    assert [line.split(maxsplit=1) for line in result.output.splitlines()] == [
        ["sync-limit", "5"],
        ["max-per-job", "none of its own"],
        ["requests-per-minute", "none of its own"],
        ["nightly-cap", "none of its own"],
    ]


def limit(*arguments: str, default_tenant: str | None = None) -> Result:
    app = typer.Typer()
    app.command()(limit_command)
    return CliRunner().invoke(app, arguments, env={"DEFAULT_TENANT_ID": default_tenant})
