"""Migrations: the last version's services go on to work while one is applied and after it (expand, then contract)."""

import pytest

from leadgen.database.migrate import Migration, read_migrations
from leadgen.database.migration_rules import WITHOUT_TRANSACTION, breaches
from leadgen.deployed_files import deployed

#: Those up to here were applied before the rules.
BEFORE_THE_RULES = 43

MIGRATIONS = [
    it for it in read_migrations(deployed("migrations", "LEADGEN_MIGRATIONS")) if it.number > BEFORE_THE_RULES
]


def test_every_new_migration_keeps_the_rules() -> None:
    """CONTRIBUTING.md has them in words."""
    found = {it.name: wrong for it in MIGRATIONS if (wrong := breaches(it.sql))}
    assert found == {}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("CREATE INDEX by_name ON companies (name);", "CONCURRENTLY"),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS by_name ON companies (name);", "has to begin with"),
        (f"{WITHOUT_TRANSACTION}\nCREATE INDEX CONCURRENTLY by_name ON companies (name);", "repeatable"),
        ("ALTER TABLE companies DROP COLUMN name;", "taken away"),
        ("ALTER TABLE companies RENAME COLUMN name TO title;", "taken away"),
        ("DROP TABLE contacts;", "taken away"),
        ("REVOKE SELECT ON companies FROM leadgen_service;", "taken away"),
        ("ALTER TABLE companies ALTER COLUMN company_id TYPE text;", "rewrites the table"),
        ("ALTER TABLE companies ADD COLUMN size int NOT NULL;", "needs a DEFAULT"),
        ("ALTER TABLE companies ADD CONSTRAINT named CHECK (name <> '');", "NOT VALID"),
    ],
)
def test_what_would_lock_or_break_is_found(sql: str, said: str) -> None:
    """Each rule finds its case, and says what to do instead."""
    [breach] = breaches(sql)
    assert said in breach


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE alerts (id int); CREATE INDEX alerts_by_id ON alerts (id);",
        f"{WITHOUT_TRANSACTION}\nCREATE INDEX CONCURRENTLY IF NOT EXISTS by_name ON companies (name);",
        "-- contract: unused since 1.2\nALTER TABLE companies DROP COLUMN name;",
        "ALTER TABLE companies ADD COLUMN size int NOT NULL DEFAULT 0;",
        "ALTER TABLE companies ADD CONSTRAINT named CHECK (name <> '') NOT VALID;",
        "-- DROP TABLE contacts; is only talked of here\nSELECT 1;",
    ],
)
def test_what_the_last_version_can_work_beside_is_allowed(sql: str) -> None:
    """Additions, new tables, and what says since when it is unused."""
    assert breaches(sql) == []


def test_the_rules_are_asked_of_files_like_those_there_are() -> None:
    """An old file that made an index on a table that was there already would be found today."""
    [old] = [it for it in read_migrations(deployed("migrations", "LEADGEN_MIGRATIONS")) if it.number == 31]
    assert isinstance(old, Migration)
    assert breaches(old.sql)
