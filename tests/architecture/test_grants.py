"""Rights of the services' roles in PostgreSQL, compared with architecture.md's table of who writes what."""

import re
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from common.postgres import role_of
from leadgen.local.stack import SERVICES

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"
ROLES = {role_of(service): service for service in SERVICES}

#: Every service has its own rows of these, and its own partitions: tested below.
BOXES = ("inbox", "outbox")
SHARED_TABLES = {"inbox_<service>", "outbox_<service>", "inbox_pauses", "outbox_owners", "outbox_refused"}

WRITES = """
    SELECT c.relname AS table, r.rolname AS role
      FROM pg_class c, pg_roles r, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS right_to
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND r.rolname = ANY ($1::text[])
       AND (has_table_privilege(r.rolname, c.oid, right_to)
            OR right_to IN ('INSERT', 'UPDATE') AND has_any_column_privilege(r.rolname, c.oid, right_to))
     GROUP BY 1, 2
"""
READERS = """
    SELECT r.rolname FROM pg_roles r
     WHERE r.rolname = ANY ($1::text[]) AND has_column_privilege(r.rolname, $2, $3, 'SELECT')
"""
PUBLIC_HAS = """
    SELECT format('%s %s', right_to.privilege_type, c.relname) AS right_to
      FROM pg_class c, aclexplode(c.relacl) AS right_to
     WHERE c.relnamespace = 'public'::regnamespace AND right_to.grantee = 0
     UNION ALL
    SELECT format('%s %s', right_to.privilege_type, p.proname)
      FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS right_to
     WHERE p.pronamespace = 'public'::regnamespace AND right_to.grantee = 0
"""


def documented() -> dict[str, set[str]]:
    """Table to the services that write it, as architecture.md says."""
    section = ARCHITECTURE.read_text().split("## Which service writes which table")[1].split("\n## ")[0]
    writers = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 4 or cells[1] in ("table", "---"):
            continue
        named = set(re.findall(r"[a-z-]+", re.sub(r"`[^`]*`", "", cells[2]))) & set(SERVICES)
        for table in re.findall(r"`([^`]+)`", cells[1]):
            writers[table] = named
    return writers


async def test_each_service_may_write_what_the_document_lists_as_its_own(owner: Owner) -> None:
    """Each service may write what the document lists as its own: those tables and no others, by any of the rights that
    change rows.
    """
    wanted = {table: writers for table, writers in documented().items() if table not in SHARED_TABLES}
    assert len(wanted) > 40
    found: dict[str, set[str]] = {table: set() for table in wanted}
    own = {f"{kind}_{role.removeprefix('leadgen_')}": service for role, service in ROLES.items() for kind in BOXES}
    for row in await owner.fetch(WRITES, list(ROLES)):
        table, service = row["table"], ROLES[row["role"]]
        if table in own:
            assert service == own[table]
        elif table not in SHARED_TABLES | {"outbox"}:
            found.setdefault(table, set()).add(service)
    assert found == wanted


async def test_every_table_is_in_the_document(owner: Owner) -> None:
    """A table that nobody is said to write would be compared with nothing."""
    rows = await owner.fetch(
        "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition"
    )
    assert {row["relname"] for row in rows} - set(documented()) == {"inbox", "outbox"}


@pytest.mark.parametrize(
    ("table", "column", "readers"),
    [
        ("odoo_connections", "api_key", {"odoo-sync"}),
        ("api_keys", "digest", {"gateway"}),
        ("tenant_users", "subject", {"gateway"}),
        ("vendor_answers", "answer", {"enricher"}),
        ("audit_log", "object", {"gateway"}),
        *[(f"inbox_{role.removeprefix('leadgen_')}", "value", {service}) for role, service in ROLES.items()],
        *[(f"outbox_{role.removeprefix('leadgen_')}", "value", {service}) for role, service in ROLES.items()],
        ("inbox", "value", set()),
        ("dead_letter_actions", "value", set()),
    ],
)
async def test_secrets_of_one_service_are_unreadable_for_others(
    owner: Owner, table: str, column: str, readers: set[str]
) -> None:
    """Credentials, hashes, and the content of events."""
    rows = await owner.fetch(READERS, list(ROLES), table, column)
    assert {ROLES[row["rolname"]] for row in rows} == readers


async def test_a_service_sees_its_own_rows_of_the_shared_outbox(owner: Owner) -> None:
    """Neither another's messages, nor another's lease, and it cannot write in another's name."""
    await owner.execute(
        "INSERT INTO outbox (producer, topic, headers) VALUES ('scorer', 't', '[]'), ('gateway', 't', '[]');"
        "INSERT INTO outbox_owners VALUES ('scorer', gen_random_uuid(), 1, now());"
        "INSERT INTO inbox_pauses (consumer, tenant_id, until, reason) VALUES ('odoo-sync', 1, now(), 'away')"
    )
    await owner.execute("SET ROLE leadgen_gateway")
    assert [row["producer"] for row in await owner.fetch("SELECT producer FROM outbox")] == ["gateway"]
    assert await owner.fetchval("SELECT count(*) FROM outbox_owners") == 0
    assert await owner.fetchval("SELECT count(*) FROM inbox_pauses") == 0
    for statement in (
        "INSERT INTO outbox (producer, topic, headers) VALUES ('scorer', 't', '[]')",
        "INSERT INTO outbox_owners VALUES ('odoo-sync', gen_random_uuid(), 1, now())",
        "INSERT INTO outbox_scorer (producer, topic, headers) VALUES ('scorer', 't', '[]')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(statement)


async def test_public_has_no_right_to_anything(owner: Owner) -> None:
    """Neither to a table or view, nor to a function."""
    assert [row["right_to"] for row in await owner.fetch(PUBLIC_HAS)] == []


async def test_roles_own_nothing_and_can_do_nothing_special(owner: Owner) -> None:
    """Roles own nothing and can do nothing special, and none of them has the rights of another."""
    rows = await owner.fetch(
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS is_special,"
        " EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid)"
        " AS owns, EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) AS has_others"
        " FROM pg_roles r WHERE rolname = ANY ($1::text[])",
        list(ROLES),
    )
    assert {row["rolname"] for row in rows} == set(ROLES)
    assert not any(row["is_special"] or row["owns"] or row["has_others"] for row in rows)
    for role in ROLES:
        assert await owner.fetchval("SELECT has_schema_privilege($1, 'public', 'CREATE')", role) is False


async def test_no_service_may_make_temporary_tables(template_database: str, owner: Owner) -> None:
    """Asked of the migrated database itself: a clone does not have its rights."""
    for role in ROLES:
        assert await owner.fetchval("SELECT has_database_privilege($1, $2, 'TEMP')", role, template_database) is False
