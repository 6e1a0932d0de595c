"""Migrates a database to the newest schema: numbered plain SQL files, applied once, in order, each in a transaction.

A file that says so in its first line is applied outside of one: for indexes that are made CONCURRENTLY.

Applied migrations are in `schema_migrations` with its checksum. Files and records must agree before anything is
applied: a changed, renamed or lost file of an applied migration is refused, and so is a gap in the numbers.
"""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from common.errors import Permanent
from common.postgres import AWAY
from leadgen.database.migration_rules import WITHOUT_TRANSACTION
from leadgen.database.owner_connection import connected
from leadgen.deployed_files import deployed

FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

MAKE_TABLE = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        number     int PRIMARY KEY,
        name       text NOT NULL,
        checksum   text NOT NULL,  -- SHA-256 of the file
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""
READ = "SELECT number, name, checksum FROM schema_migrations ORDER BY number"
RECORD = "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)"

#: A statement that waits for a lock makes all behind it wait, so it gives up: the command is then given again.
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '10s'"

#: Held by the session that migrates a database; others wait for it, then find nothing left to do.
#: They ask again and again: one that waited inside a statement would be waited for by CREATE INDEX CONCURRENTLY.
TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('schema_migrations'))"
LOCK_PAUSE_S = 0.1

CONCURRENT_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS (\w+)", re.IGNORECASE)
IS_INVALID = "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid)"


class MigrationRefused(Permanent):
    """The files do not match the applied migrations; nothing was changed."""


class MigrationFailed(Permanent):
    """A migration's SQL failed and was rolled back; those before it stay applied."""


@dataclass(frozen=True)
class Migration:
    """One migration file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(database_url: str, directory: Path | None = None) -> list[str]:
    """Applies missing migrations and returns their names. May be repeated, and run concurrently.

    Connects as the tables' owner. Unless given, `directory` is `LEADGEN_MIGRATIONS` or the checkout's own.
    Raises MigrationRefused, MigrationFailed, DatabaseRefused, Unavailable.
    """
    migrations = read_migrations(directory or deployed("migrations", "LEADGEN_MIGRATIONS"))
    async with connected(database_url) as connection:
        while not await connection.fetchval(TRY_LOCK):  # noqa: ASYNC110 - the lock is the server's
            await asyncio.sleep(LOCK_PAUSE_S)
        return await _apply_missing(connection, migrations)


def read_migrations(directory: Path) -> list[Migration]:
    """Reads the files in order. Raises MigrationRefused if a name is malformed or the numbers are not 1, 2, 3, …"""
    migrations = []
    for file in sorted(directory.glob("*.sql")):
        match = FILE_NAME.fullmatch(file.name)
        if match is None:
            raise MigrationRefused(f"{file.name}: a migration is named like 0001_what_it_does.sql")
        migrations.append(Migration(int(match[1]), file.stem, file.read_text(encoding="utf-8")))
    if not migrations:
        raise MigrationRefused(f"{directory} holds no migration")
    for expected, migration in enumerate(migrations, start=1):
        if migration.number != expected:
            what = "is there twice" if migration.number < expected else f"comes where {expected:04} is missing"
            raise MigrationRefused(f"{migration.name}.sql: number {migration.number:04} {what}")
    return migrations


async def _apply_missing(connection: "asyncpg.Connection[asyncpg.Record]", migrations: list[Migration]) -> list[str]:
    await connection.execute(MAKE_TABLE)
    applied = await connection.fetch(READ)
    for record in applied:
        _check(record["number"], record["name"], record["checksum"], migrations)
    missing = migrations[len(applied) :]
    for migration in missing:
        try:
            if migration.sql.startswith(WITHOUT_TRANSACTION):
                await _apply_without_transaction(connection, migration)
                continue
            async with connection.transaction():
                await connection.execute(LOCK_TIMEOUT)
                await connection.execute(migration.sql)
                await connection.execute(RECORD, migration.number, migration.name, migration.checksum)
        except asyncpg.PostgresError as error:
            if isinstance(error, AWAY):
                raise
            raise MigrationFailed(f"{migration.name}.sql{_line(error, migration.sql)}: {error}") from error
    return [migration.name for migration in missing]


async def _apply_without_transaction(connection: "asyncpg.Connection[asyncpg.Record]", migration: Migration) -> None:
    """Executes the statements one by one. They are repeatable: after a failure, the file is applied from its start.

    An index whose making was interrupted exists, but no query uses it, and IF NOT EXISTS leaves it so: it is made anew.
    """
    for statement in filter(str.strip, migration.sql.split(";\n")):
        for index in CONCURRENT_INDEX.findall(statement):
            if await connection.fetchval(IS_INVALID, index):
                await connection.execute(f"DROP INDEX CONCURRENTLY {index}")
        await connection.execute(statement)
    await connection.execute(RECORD, migration.number, migration.name, migration.checksum)


def _check(number: int, name: str, checksum: str, migrations: list[Migration]) -> None:
    if number > len(migrations):
        raise MigrationRefused(f"{name} was applied to this database, but its file is missing: is this checkout older?")
    migration = migrations[number - 1]
    if migration.name != name:
        raise MigrationRefused(f"migration {number:04} was applied as {name}, but is now {migration.name}")
    if migration.checksum != checksum:
        raise MigrationRefused(f"{name}.sql was changed after it was applied: undo that, and add a new migration")


def _line(error: asyncpg.PostgresError, sql: str) -> str:
    position = getattr(error, "position", None)
    return f", line {sql.count(chr(10), 0, int(position) - 1) + 1}" if position else ""
