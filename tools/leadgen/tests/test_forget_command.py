"""The command `leadgen forget`: what it takes, and what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from typer.testing import CliRunner

from leadgen.cli import app
from leadgen.forget import running
from leadgen.forget.running import NotFinished, Report, forget
from leadgen.forget.subject import NoSubject, Subject, parse
from leadgen.forget.sweeping import Change
from leadgen.tenants.tokens import GivenRole
from leadgen.tenants.users import add_user
from testkit.stages import until


@pytest.mark.parametrize(
    ("given", "subject"),
    [
        ("Someone@Acme.com.sg ", Subject("email", "someone@acme.com.sg")),
        ("201912345k", Subject("company", "201912345K")),
        ("53999994J", Subject("company", "53999994J")),
        ("T08LL1234A", Subject("company", "T08LL1234A")),
    ],
)
def test_an_address_and_a_uen_are_distinguished(given: str, subject: Subject) -> None:
    """An address and a UEN are distinguished, however they are written."""
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
    """A dry run says what it would do. Of an address that stands in one free text, without topics; nothing changes."""
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


COMPANY = "INSERT INTO companies (uen, name, website_domain) VALUES ($1, $2, $3) RETURNING company_id"
CONTACT = """
    INSERT INTO contacts (tenant_id, company_id, kind, value, name, source_url)
    VALUES (1, $1, 'email', $2, $3, 'http://acme.sg/')
"""
NOTE = """
    INSERT INTO lead_feedback (tenant_id, company_id, outcome, note, actor, score)
    VALUES (1, $1, 'wrong_contact', $2, $3, 0.5)
"""
ANSWER = """
    INSERT INTO vendor_answers (tenant_id, vendor, request_hash, answer, answered_at)
    VALUES (0, $1, $2, jsonb_build_object('text', $3::text), now())
"""
IN_HAND = """
    INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, headers, in_hand)
    VALUES ('scorer', gen_random_uuid(), 'a', 0, 1, convert_to($1, 'UTF8'), 1, 'nightly', '[]', 'shared')
"""


async def forgotten(database_url: str, who: str) -> Report:
    return await forget(database_url, None, parse(who), operator="ops", is_dry=False, known_within=timedelta(0))


async def texts_of(owner: Any, table: str, column: str) -> list[str]:
    return sorted(row[0] for row in await owner.fetch(f"SELECT {column} FROM {table}"))


async def test_of_a_company_without_a_uen_names_are_forgotten_too(database_url: str, owner: Any) -> None:
    """By the key that its events have in place of one; those that are being handled are waited for."""
    company_id = await owner.fetchval(COMPANY, None, "Zest Traders", None)
    await owner.execute(CONTACT, company_id, "mei@gmail.com", "Mei Tan")
    await owner.execute(NOTE, company_id, "Mei Tan left", "ann")
    await forgotten(database_url, "mei@gmail.com")
    assert await texts_of(owner, "lead_feedback", "note") == ["[removed] left"]


@pytest.mark.parametrize("key", ["1", "1:NO-UEN"])
async def test_events_that_are_being_handled_are_waited_for(
    database_url: str, owner: Any, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Events that are being handled are waited for, also one of the tenant as a whole, and one of a company without a
    UEN: they may have read rows before.
    """
    company_id = await owner.fetchval(COMPANY, None, "Zest Traders", None)
    await owner.execute(CONTACT, company_id, "mei@gmail.com", "Mei Tan")
    await owner.execute(IN_HAND, key.replace("NO-UEN", await owner.fetchval("SELECT no_uen('Zest Traders')")))
    with monkeypatch.context() as patience:
        patience.setattr(running, "PATIENCE_S", 0.0)
        with pytest.raises(NotFinished, match="has been handling an event"):
            await forgotten(database_url, "mei@gmail.com")
    await owner.execute("UPDATE inbox SET in_hand = NULL")
    await forgotten(database_url, "mei@gmail.com")
    assert await texts_of(owner, "contacts", "value") == []


@pytest.mark.parametrize("who", ["mei@acme.sg", "201912345K"])
async def test_a_user_is_not_deleted_by_an_address_that_is_found_along_the_way(
    database_url: str, owner: Any, who: str
) -> None:
    """A second address of the person, or one of a company's people: nothing is done until the user is removed."""
    company_id = await owner.fetchval(COMPANY, "201912345K", "ACME", "acme.sg")
    for email in ("mei@acme.sg", "mei@gmail.com"):
        await owner.execute(CONTACT, company_id, email, "Mei Tan")
    await add_user(database_url, 2, "Mei@gmail.com", GivenRole.SDR, operator="ops")
    environment = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": None}
    run = await asyncio.to_thread(CliRunner().invoke, app, ["forget", who], env=environment)
    assert run.exit_code == 1
    assert run.stderr.startswith("an address that belongs to it is a user of tenant 2: remove the user first")
    assert await owner.fetchval("SELECT count(*) FROM forgotten") == 0
    assert await owner.fetchval("SELECT count(*) FROM tenant_users WHERE lower(subject) = 'mei@gmail.com'") == 1


@pytest.mark.parametrize(("domain", "other_domain"), [("facebook.com", None), ("acme.sg", "acme.sg")])
async def test_a_domain_of_many_is_no_companys_own(
    database_url: str, owner: Any, domain: str, other_domain: str | None
) -> None:
    """A domain of many is no company's own: others keep theirs; the company's rows are found by its id."""
    company_id = await owner.fetchval(COMPANY, "201912345K", "ACME", domain)
    other_id = await owner.fetchval(COMPANY, "201912346K", "OTHER", other_domain)
    await owner.execute(CONTACT, company_id, f"mei@{domain}", "Mei Tan")
    await owner.execute(CONTACT, other_id, f"ben@{domain}", "Ben Ong")
    await owner.execute(NOTE, other_id, f"see {domain}: Ben Ong, Mei Tan", "ann")
    await forgotten(database_url, "201912345K")
    assert await texts_of(owner, "contacts", "value") == [f"ben@{domain}"]
    assert await texts_of(owner, "lead_feedback", "note") == [f"see {domain}: Ben Ong, Mei Tan"]


async def test_answers_about_others_of_the_same_name_stay(database_url: str, owner: Any) -> None:
    """One that names the person's company is theirs. What a language model said names nobody: it is asked anew."""
    company_id = await owner.fetchval(COMPANY, "201912345K", "ACME CAPS PTE LTD", "acme.sg")
    await owner.execute(CONTACT, company_id, "mei@acme.sg", "Mei Tan")
    for number, (vendor, text) in enumerate(
        [("tavily", "Mei Tan, mei@other.sg"), ("tavily", "Mei Tan of Acme Caps"), ("openai", "Mei Tan")]
    ):
        await owner.execute(ANSWER, vendor, f"{number}", text)
    await forgotten(database_url, "mei@acme.sg")
    assert await texts_of(owner, "vendor_answers", "answer->>'text'") == [
        "Mei Tan, mei@other.sg",
        "[removed] of Acme Caps",
    ]


async def test_who_did_something_stays_recorded_when_a_company_is_forgotten(database_url: str, owner: Any) -> None:
    """Users are no people of the company."""
    company_id = await owner.fetchval(COMPANY, "201912345K", "ACME", "acme.sg")
    await owner.execute(NOTE, company_id, "write to mei@acme.sg", "ann@seller.sg")
    await forgotten(database_url, "201912345K")
    row = await owner.fetchrow("SELECT note, actor FROM lead_feedback")
    assert tuple(row) == ("write to [removed]", "ann@seller.sg")


async def test_rows_that_a_handler_has_are_cleared_when_it_is_done(database_url: str, owner: Any) -> None:
    """Nothing waits for its lock, so the handler may take rows in any order; the row is not passed over."""
    company_id = await owner.fetchval(COMPANY, "201912345K", "ACME", "acme.sg")
    for email in ("mei@acme.sg", "ben@acme.sg"):
        await owner.execute(CONTACT, company_id, email, None)

    async def mei_is_cleared() -> bool:
        return await texts_of(owner, "contacts", "value") == ["ben@acme.sg"]

    handler = await asyncpg.connect(database_url)
    forgetting = None
    try:
        async with handler.transaction():
            await handler.execute("UPDATE contacts SET name = 'Ben Ong' WHERE value = 'ben@acme.sg'")
            forgetting = asyncio.create_task(forgotten(database_url, "201912345K"))
            await until(mei_is_cleared, within_s=120)
            await handler.execute("SELECT FROM contacts WHERE value = 'mei@acme.sg' FOR UPDATE")
        report = await forgetting
    finally:
        await handler.close()
        if forgetting is not None:
            await asyncio.gather(forgetting, return_exceptions=True)
    assert report.swept.tables[Change("contacts", True)] == 2
    assert await texts_of(owner, "contacts", "value") == []
