"""The migrator, on a database of its own for each test."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from common.delivery.inbox import Inbox
from common.errors import Unavailable
from common.ids import new_id
from common.postgres import Database
from embedded.ports import free_port
from leadgen.database.migrate import MigrationFailed, MigrationRefused, migrate, read_migrations
from leadgen.deployed_files import NotFound, deployed
from testkit.checkout import ROOT

_numbers = count(1)

FIRST = "CREATE TABLE companies (name text);\nINSERT INTO companies VALUES ('first');\n"
SECOND = "INSERT INTO companies VALUES ('second');\n"


@pytest.fixture
async def empty(postgres_server: str) -> AsyncIterator[str]:
    """The URL of a database that nobody has migrated."""
    name = f"empty_{next(_numbers)}"
    administration = await asyncpg.connect(postgres_server)
    await administration.execute(f"CREATE DATABASE {name}")
    yield f"{postgres_server.rpartition('/')[0]}/{name}"
    await administration.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await administration.close()


def files(folder: Path, **contents: str) -> Path:
    """A folder of migrations; `_0001_first="…"` becomes 0001_first.sql."""
    for name, sql in contents.items():
        (folder / f"{name.removeprefix('_')}.sql").write_text(sql)
    return folder


async def names_in(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [record["name"] for record in await connection.fetch("SELECT name FROM companies ORDER BY name")]
    finally:
        await connection.close()


async def test_migrations_are_applied_once_and_in_order(empty: str, tmp_path: Path) -> None:
    """Each run applies what was added since, and tells its names."""
    files(tmp_path, _0001_first=FIRST, _0002_second=SECOND)

    assert await migrate(empty, tmp_path) == ["0001_first", "0002_second"]
    assert await migrate(empty, tmp_path) == []

    files(tmp_path, _0003_third="INSERT INTO companies VALUES ('third')")
    assert await migrate(empty, tmp_path) == ["0003_third"]
    assert await names_in(empty) == ["first", "second", "third"]


INBOX_ROW = """
    INSERT INTO inbox (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, value,
                       headers, state, next_at, attempts)
    VALUES ('scorer', $1, $1, 'company.enriched', 0, $2, $3, 1, 'nightly', '{}', '[]', $4, now() + $5, 1)
"""


async def test_the_latest_migrations_keep_the_events_of_a_database_in_use(empty: str, tmp_path: Path) -> None:
    """From before retries by time on: what was open is claimable when it is due, in order; the outbox is as it was."""
    for file in deployed("migrations", "LEADGEN_MIGRATIONS").glob("*.sql"):
        if file.name < "0019":
            shutil.copy(file, tmp_path)
    await migrate(empty, tmp_path)
    hour = timedelta(hours=1)
    owner = await asyncpg.connect(empty)
    try:
        rows = [(b"a", "open", -hour), (b"a", "open", -hour), (b"b", "open", hour), (b"c", "done", -hour)]
        for offset, (key, state, due) in enumerate(rows):
            await owner.execute(INBOX_ROW, new_id(), offset, key, state, due)
        await owner.execute(
            "INSERT INTO outbox (producer, topic, headers, lane) VALUES ('scorer', 't', '[]', 'nightly')"
        )
        assert await migrate(empty)
        assert await owner.fetchval("SELECT count(*) FROM outbox") == 1
        inbox = Inbox("scorer", hour)
        database = await Database.connect(empty)
        try:
            async with database.without_tenant() as tx:
                assert await inbox.ready_tenants(tx, "company.enriched", "nightly") == [1]
                claims = await inbox.claim(tx, "company.enriched", "nightly", 1, 10)
                assert [claim.offset for claim in claims] == [0]
                await inbox.finish(tx, claims, [])
                assert [it.offset for it in await inbox.claim(tx, "company.enriched", "nightly", 1, 10)] == [1]
        finally:
            await database.close()
    finally:
        await owner.close()


async def test_the_real_migrations_apply_to_an_empty_database(empty: str) -> None:
    """Everything in deploy/migrations, found without a path."""
    applied = await migrate(empty)

    assert applied == [migration.name for migration in read_migrations(ROOT / "deploy/migrations")]
    assert await names_in(empty) == []


async def test_a_changed_applied_file_is_refused(empty: str, tmp_path: Path) -> None:
    """Nothing is applied, not even what is new: the database may not be what the files say."""
    await migrate(empty, files(tmp_path, _0001_first=FIRST))
    files(tmp_path, _0001_first=FIRST + "-- one more thought\n", _0002_second=SECOND)

    with pytest.raises(MigrationRefused, match=r"0001_first\.sql was changed after it was applied"):
        await migrate(empty, tmp_path)
    assert await names_in(empty) == ["first"]


async def test_an_applied_migration_without_its_file_is_refused(empty: str, tmp_path: Path) -> None:
    """An older checkout must not touch a newer database."""
    await migrate(empty, files(tmp_path, _0001_first=FIRST, _0002_second=SECOND))
    (tmp_path / "0002_second.sql").unlink()

    with pytest.raises(MigrationRefused, match="0002_second was applied to this database, but its file is missing"):
        await migrate(empty, tmp_path)


async def test_a_renamed_applied_migration_is_refused(empty: str, tmp_path: Path) -> None:
    """Two branches that used the same number are distinguished by name."""
    await migrate(empty, files(tmp_path, _0001_first=FIRST))
    (tmp_path / "0001_first.sql").rename(tmp_path / "0001_other.sql")

    with pytest.raises(MigrationRefused, match="0001 was applied as 0001_first, but is now 0001_other"):
        await migrate(empty, tmp_path)


async def test_a_failing_migration_leaves_nothing_of_itself(empty: str, tmp_path: Path) -> None:
    """A failing migration leaves nothing of itself: those before it stay; once mended, the next run goes on from there.

    The message names file and line.
    """
    files(tmp_path, _0001_first=FIRST, _0002_second=SECOND + "INSERT INTO\nnowhere VALUES (1);\n")

    with pytest.raises(MigrationFailed, match=r'0002_second\.sql, line 3: relation "nowhere" does not exist'):
        await migrate(empty, tmp_path)
    assert await names_in(empty) == ["first"]

    files(tmp_path, _0002_second=SECOND)
    assert await migrate(empty, tmp_path) == ["0002_second"]
    assert await names_in(empty) == ["first", "second"]


async def test_two_migrators_at_once_apply_everything_once(empty: str, tmp_path: Path) -> None:
    """The second waits for the first, and finds nothing left to do."""
    files(tmp_path, _0001_first=FIRST, _0002_slow="SELECT pg_sleep(0.2)", _0003_second=SECOND)

    applied = await asyncio.gather(*(migrate(empty, tmp_path) for _ in range(4)))

    assert sorted(applied, key=len) == [[], [], [], ["0001_first", "0002_slow", "0003_second"]]
    assert await names_in(empty) == ["first", "second"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["_0001_a", "_0003_b"], "number 0003 comes where 0002 is missing"),
        (["_0001_a", "_0001_b"], "number 0001 is there twice"),
        (["_1_a"], "is named like 0001_what_it_does.sql"),
        ([], "holds no migration"),
    ],
)
def test_a_folder_that_is_no_sequence_is_refused(tmp_path: Path, names: list[str], message: str) -> None:
    """A gap, a number used twice, a name out of form, or no file at all."""
    files(tmp_path, **dict.fromkeys(names, "SELECT 1"))

    with pytest.raises(MigrationRefused, match=message):
        read_migrations(tmp_path)


async def test_a_server_that_is_away_is_said_so(tmp_path: Path) -> None:
    """A server that is away is said so, as Unavailable, which callers know how to wait for."""
    with pytest.raises(Unavailable):
        await migrate(f"postgresql://postgres@127.0.0.1:{free_port()}/postgres", files(tmp_path, _0001_first=FIRST))


async def test_a_named_folder_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the setting."""
    monkeypatch.setenv("LEADGEN_MIGRATIONS", str(tmp_path / "nowhere"))

    with pytest.raises(NotFound, match=r"LEADGEN_MIGRATIONS names .*nowhere, which does not exist"):
        await migrate("postgresql://postgres@127.0.0.1:1/postgres")


async def test_an_index_is_made_concurrently_while_others_write(empty: str, tmp_path: Path) -> None:
    """In a file that asks for no transaction; two commands at once apply it once."""
    index = "-- without transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS by_name ON companies (name);\nSELECT 1;\n"
    await migrate(empty, files(tmp_path, _0001_first=FIRST))
    files(tmp_path, _0002_index=index)
    applied = await asyncio.gather(*(migrate(empty, tmp_path) for _ in range(3)))
    assert sorted(applied) == [[], [], ["0002_index"]]
    connection = await asyncpg.connect(empty)
    try:
        assert await connection.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_name'::regclass")
    finally:
        await connection.close()


async def test_an_index_whose_making_failed_is_made_anew(empty: str, tmp_path: Path) -> None:
    """PostgreSQL leaves it behind as invalid, which IF NOT EXISTS takes for being there."""
    index = "-- without transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS by_name ON companies (name);\n"
    await migrate(empty, files(tmp_path, _0001_first=FIRST + FIRST.splitlines()[1]))
    files(tmp_path, _0002_index=index)
    with pytest.raises(MigrationFailed, match="by_name"):
        await migrate(empty, tmp_path)  # two companies have one name
    connection = await asyncpg.connect(empty)
    try:
        is_valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_name'::regclass"
        assert await connection.fetchval(is_valid) is False
        await connection.execute("DELETE FROM companies WHERE ctid = (SELECT min(ctid) FROM companies)")
        assert await migrate(empty, tmp_path) == ["0002_index"]
        assert await connection.fetchval(is_valid) is True
    finally:
        await connection.close()


async def test_a_migration_gives_up_a_lock_that_it_does_not_get(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration gives up a lock that it does not get: what waits behind it goes on.

    Nothing is applied, and the next start applies it.
    """
    monkeypatch.setattr("leadgen.database.migrate.LOCK_TIMEOUT", "SET LOCAL lock_timeout = '50ms'")
    await migrate(empty, files(tmp_path, _0001_first=FIRST))
    files(tmp_path, _0002_column="ALTER TABLE companies ADD COLUMN size int")
    holder = await asyncpg.connect(empty)
    try:
        async with holder.transaction():
            await holder.execute("INSERT INTO companies VALUES ('held')")
            with pytest.raises(Unavailable, match="lock"):
                await migrate(empty, tmp_path)
    finally:
        await holder.close()
    assert await migrate(empty, tmp_path) == ["0002_column"]
