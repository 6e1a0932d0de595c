"""The operator stores where a tenant's Odoo is; odoo-sync reads it back."""

from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from cryptography.fernet import Fernet

from common.errors import Unavailable
from common.postgres import Database
from leadgen.odoo.connections import ConnectionRejected, connect_odoo, rotate_key
from odoo_sync.model import LeadSettings, OdooConnection
from odoo_sync.tables import connections

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KEY = Fernet.generate_key().decode()
URL = "https://odoo.example.com"


async def found(database: Database, tenant_id: int, key: str = KEY) -> OdooConnection | None:
    async with database.transaction(tenant_id) as tx:
        stored = await connections.find(tx)
    return None if stored is None else stored.decrypted(Fernet(key))


async def test_what_the_operator_stores_is_what_the_service_reads(database: Database, database_url: str) -> None:
    """For this tenant alone, tidied of spaces and a last slash."""
    await connect_odoo(database_url, 1, f" {URL}/ ", "leads ", " k1\n", KEY)

    assert await found(database, 1) == OdooConnection(URL, "leads", "k1")
    assert await found(database, 2) is None


async def test_storing_again_replaces_the_connection(database: Database, database_url: str) -> None:
    """A key that was rotated is the one that is used."""
    await connect_odoo(database_url, 1, URL, "leads", "k1", KEY)
    await connect_odoo(database_url, 1, URL, "leads", "k2", KEY)

    assert await found(database, 1) == OdooConnection(URL, "leads", "k2")


async def test_the_api_key_does_not_lie_in_the_database_in_the_clear(database_url: str, owner: Owner) -> None:
    """The API key does not lie in the database in the clear: whoever reads the table has only a token."""
    await connect_odoo(database_url, 1, URL, "leads", "a-very-secret-key", KEY)

    assert b"a-very-secret-key" not in await owner.fetchval("SELECT api_key FROM odoo_connections")


async def test_an_owner_without_superuser_may_store_too(database: Database, database_url: str, owner: Owner) -> None:
    """Row-level security is forced on the owner: the tenant is set for it."""
    await owner.execute("CREATE ROLE plain_owner LOGIN")
    try:
        await owner.execute("ALTER TABLE odoo_connections OWNER TO plain_owner; GRANT SELECT ON tenants TO plain_owner")
        await owner.execute("GRANT INSERT ON audit_log TO plain_owner")
        parts = urlsplit(database_url)
        plain = urlunsplit(parts._replace(netloc=f"plain_owner@{parts.hostname}:{parts.port}"))

        await connect_odoo(plain, 2, URL, "leads", "k1", KEY)

        assert await found(database, 2) == OdooConnection(URL, "leads", "k1")
    finally:
        await owner.execute("REASSIGN OWNED BY plain_owner TO CURRENT_USER; DROP OWNED BY plain_owner")
        await owner.execute("DROP ROLE plain_owner")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"url": "odoo.example.com"}, "must look like https"),
        ({"url": "ftp://odoo.example.com"}, "must look like https"),
        ({"url": "https://admin:secret@odoo.example.com"}, "remove the name and password"),
        ({"database": " "}, "database is empty"),
        ({"api_key": ""}, "API key is empty"),
        ({"api_key": "ké"}, "no API key has"),
        ({"credentials_key": "short"}, "not a Fernet key"),
        ({"tenant_id": 99}, "no tenant 99"),
        ({"own_fields": ["website"]}, "like company.website"),
    ],
)
async def test_what_cannot_be_a_connection_is_refused(
    database_url: str, owner: Owner, changed: dict[str, object], words: str
) -> None:
    """With what to give instead; nothing is stored."""
    given = {"tenant_id": 1, "url": URL, "database": "leads", "api_key": "k1", "credentials_key": KEY}

    with pytest.raises(ConnectionRejected, match=words):
        await connect_odoo(database_url, **(given | changed))  # type: ignore[arg-type]

    assert await owner.fetchval("SELECT count(*) FROM odoo_connections") == 0


async def test_login_and_own_fields_are_stored_and_can_be_taken_back(database: Database, database_url: str) -> None:
    """Login and own fields are stored and can be taken back: what is not given with the next connection is gone."""
    await connect_odoo(
        database_url, 1, URL, "leads", "k1", KEY, login="sync@acme.sg", own_fields=["lead.name", "company.website"]
    )
    async with database.transaction(1) as tx:
        stored = await connections.find(tx)
    assert stored is not None
    assert (stored.login, stored.own_fields) == ("sync@acme.sg", {"company.website", "lead.name"})

    await connect_odoo(database_url, 1, URL, "leads", "k1", KEY)

    async with database.transaction(1) as tx:
        stored = await connections.find(tx)
    assert stored is not None
    assert (stored.login, stored.own_fields) == (None, frozenset())


async def test_keys_are_rotated_for_all_tenants_at_once(database: Database, database_url: str) -> None:
    """Afterwards the new key alone opens them; to do it again does no harm."""
    new = Fernet.generate_key().decode()
    await connect_odoo(database_url, 1, URL, "leads", "k1", KEY)
    await connect_odoo(database_url, 2, URL, "other", "k2", KEY)

    assert await rotate_key(database_url, f"{new},{KEY}") == 2
    assert await rotate_key(database_url, f"{new},{KEY}") == 2

    assert await found(database, 1, new) == OdooConnection(URL, "leads", "k1")
    assert await found(database, 2, new) == OdooConnection(URL, "other", "k2")


async def test_a_key_that_none_opens_stops_the_rotation(database: Database, database_url: str) -> None:
    """Named by its tenant; the others are as they were."""
    new, lost = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    await connect_odoo(database_url, 1, URL, "leads", "k1", KEY)
    await connect_odoo(database_url, 2, URL, "leads", "k2", lost)

    with pytest.raises(ConnectionRejected, match="API key of tenant 2"):
        await rotate_key(database_url, f"{new},{KEY}")

    assert await found(database, 1) == OdooConnection(URL, "leads", "k1")


async def test_a_login_without_the_right_may_not_store_connections(database_url: str, owner: Owner) -> None:
    """The message names the login to use."""
    await owner.execute("CREATE ROLE a_service LOGIN")
    try:
        parts = urlsplit(database_url)
        service = urlunsplit(parts._replace(netloc=f"a_service@{parts.hostname}:{parts.port}"))
        with pytest.raises(ConnectionRejected, match="use the login of the database's owner"):
            await connect_odoo(service, 1, URL, "leads", "k1", KEY)
    finally:
        await owner.execute("DROP ROLE a_service")


async def test_a_database_that_is_away_is_said_plainly() -> None:
    """A database that is away is said plainly, as something to wait for, not a traceback."""
    with pytest.raises(Unavailable, match="PostgreSQL does not answer"):
        await connect_odoo("postgresql://127.0.0.1:1/leads", 1, URL, "leads", "k1", KEY)


async def test_wishes_for_new_leads_are_stored_with_the_connection(database: Database, database_url: str) -> None:
    """Wishes for new leads are stored with the connection, and gone with the next connection that has none."""
    wishes = {"type": "opportunity", "team": "Sales", "salesperson": None, "tags": ["Leadgen"], "has_priority": True}
    await connect_odoo(database_url, 1, URL, "leads", "k1", KEY, lead_settings=wishes)
    async with database.transaction(1) as tx:
        stored = await connections.find(tx)
    assert stored is not None
    assert stored.lead == LeadSettings("opportunity", "Sales", tags=("Leadgen",), has_priority=True)

    await connect_odoo(database_url, 1, URL, "leads", "k1", KEY)

    async with database.transaction(1) as tx:
        stored = await connections.find(tx)
    assert stored is not None
    assert stored.lead == LeadSettings()


async def test_the_audit_log_names_the_connection_and_not_its_key(database_url: str, owner) -> None:
    """In the transaction of the act: a connection that is refused leaves no record."""
    with pytest.raises(ConnectionRejected):
        await connect_odoo(database_url, 99, URL, "leads", "k1", KEY)
    await connect_odoo(database_url, 1, URL, "leads", "a-very-secret-key", KEY, login="bot", operator="joe")
    (entry,) = await owner.fetch("SELECT tenant_id, actor, source, act, object, details::text FROM audit_log")
    assert tuple(entry)[:5] == (1, "joe", "command", "odoo.connected", URL)
    assert "bot" in entry["details"]
    assert "secret" not in entry["details"]
