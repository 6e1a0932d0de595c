"""The command `leadgen forget`: what it takes, and what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from typer.testing import CliRunner

from leadgen.cli import app
from leadgen.forget.running import forget
from leadgen.forget.subject import NoSubject, Subject, parse
from leadgen.forget.sweeping import Change
from leadgen.tenants.tokens import GivenRole
from leadgen.tenants.users import add_user


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


@pytest.fixture
async def plain_owner(owner: Any, database_url: str) -> AsyncIterator[str]:
    """The URL of a login that owns all tables and is no superuser: policies bind it."""
    parts = urlsplit(database_url)
    role = f"owner_of_{parts.path.strip('/')}"  # roles are the server's: the name is of this database alone
    await owner.execute(f"CREATE ROLE {role} LOGIN")
    try:
        await owner.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}")
        await owner.execute(
            f"""DO $$ DECLARE part regclass; BEGIN
                   FOR part IN SELECT oid FROM pg_class
                                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
                       EXECUTE format('ALTER TABLE %s OWNER TO {role}', part);
                   END LOOP;
               END $$"""
        )
        yield urlunsplit(parts._replace(netloc=f"{role}@{parts.hostname}:{parts.port}"))
    finally:
        await owner.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role}")
        await owner.execute(f"DROP ROLE {role}")


async def test_an_owner_without_superuser_forgets_for_all_tenants(plain_owner: str, owner: Any) -> None:
    """Each tenant's rows are seen with that tenant set, public answers with none; others' rows stay."""
    company_id = await owner.fetchval(
        "INSERT INTO companies (uen, name, website_domain) VALUES ('201912345K', 'ACME', 'acme.sg')"
        " RETURNING company_id"
    )
    for tenant in (1, 2):
        for value, name in (("mei@acme.sg", "Mei Tan"), ("ben@acme.sg", "Ben Ong")):
            await owner.execute(
                "INSERT INTO contacts (tenant_id, company_id, kind, value, name, source_url)"
                " VALUES ($1, $2, 'email', $3, $4, 'http://acme.sg/')",
                *(tenant, company_id, value, name),
            )
    await owner.execute(
        "INSERT INTO vendor_answers (tenant_id, vendor, request_hash, answer, answered_at)"
        """ VALUES (0, 'tavily', 'a', '{"text": "Mei Tan, mei@acme.sg; Ben Ong"}', now())"""
    )
    report = await forget(
        plain_owner, None, parse("mei@acme.sg"), operator="ops", is_dry=False, known_within=timedelta(0)
    )
    assert dict(report.swept.tables) == {Change("contacts", True): 2, Change("vendor_answers", False): 1}
    assert {row["value"] for row in await owner.fetch("SELECT value FROM contacts")} == {"ben@acme.sg"}
    assert await owner.fetchval("SELECT answer->>'text' FROM vendor_answers") == "[removed], [removed]; Ben Ong"
    assert [row[0] for row in await owner.fetch("SELECT tenant_id FROM audit_log ORDER BY 1")] == [1, 2]
    assert await owner.fetchval("SELECT count(*) FROM list_changes WHERE company_ids = ARRAY[$1::bigint]", company_id)
