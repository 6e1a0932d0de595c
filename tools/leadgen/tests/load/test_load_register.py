"""Loading into the real PostgreSQL: real files, all or nothing, and the same file again changes nothing."""

import asyncio
import csv
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import Unavailable
from leadgen.database.owner_connection import connected as owner_connection
from leadgen.load import LoadFailed, Progress, load, load_generated
from leadgen.load.database import staging, versions
from leadgen.load.database.connecting import connected as load_connection
from leadgen.load.files.header import COLUMNS
from testkit.checkout import SHARED
from testkit.register.registers import HEADER, Owner, a_company, content, counts, held, write
from testkit.stages import until

DATA = SHARED / "data"
SAMPLE, LISTED = DATA / "acra_sample.csv.gz", DATA / "acra_listed_companies.csv"
needs_data = pytest.mark.skipif(
    not SAMPLE.exists() or not LISTED.exists(), reason="the real registry sample is not here"
)


async def test_our_columns_are_the_tables(owner: Owner) -> None:
    """Our columns are the table's: what a header can name is what the table has, but for what the table keeps about
    itself.
    """
    columns = await owner.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'staging_acra_companies'::regclass AND attnum > 0"
    )
    assert {row["attname"] for row in columns} - {"first_loaded_at", "updated_at", "is_live", "ssic_version"} == set(
        COLUMNS
    )


@needs_data
async def test_the_real_sample_is_loaded_once(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """8,906 entities with their leading zeros, none rejected; the second time not a single row is written to."""
    rejects = tmp_path / "rejects.csv"
    first = await load(SAMPLE, database_url, rejects=rejects)
    before = await content(owner)
    second = await load(SAMPLE, database_url, rejects=rejects)

    assert counts(first) == (8906, 0, 0, 0, 0)
    assert counts(second) == (0, 0, 8906, 0, 0)
    assert await content(owner) == before
    assert not rejects.exists()
    assert await owner.fetchval("SELECT count(*) FROM staging_acra_companies WHERE is_live") == 4291
    assert (
        await owner.fetchval("SELECT min(postal_code) FROM staging_acra_companies WHERE length(postal_code) = 6") < "1"
    )
    assert await owner.fetchval("SELECT min(length(primary_ssic_code)) FROM staging_acra_companies") == 5
    for column in ("entity_name", "secondary_ssic_code", "building_name", "former_entity_name1"):
        assert await owner.fetchval(f"SELECT count(*) FROM staging_acra_companies WHERE {column} IN ('na', '')") == 0


@needs_data
async def test_a_file_without_a_status_is_loaded_with_a_note(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Nobody knows whether these companies live, so they do not count as living."""
    summary = await load(LISTED, database_url, rejects=tmp_path / "rejects.csv")

    assert counts(summary) == (89, 0, 0, 0, 0)
    assert "entity_status_description" in summary.notes[0]
    assert await owner.fetch("SELECT DISTINCT is_live FROM staging_acra_companies") == [(None,)]


@pytest.mark.parametrize(
    ("status", "is_live"),
    [
        ("Live Company", True),
        ("Live", True),
        ("LIVE COMPANY", True),
        ("Live (Receiver or Receiver and Manager appointed)", True),
        ("Struck Off", False),
        ("Gazetted To Be Struck Off", False),
        ("Lively", False),
        ("na", None),
    ],
)
async def test_who_lives_is_reported_by_the_status(
    owner: Owner, database_url: str, tmp_path: Path, status: str, is_live: bool | None
) -> None:
    """Companies, businesses and those in receivership live; whose status is unknown is unknown."""
    await load(write(tmp_path / "a.csv", [a_company(1, status=status)]), database_url)

    assert await owner.fetchval("SELECT is_live FROM staging_acra_companies") is is_live


async def test_only_changed_content_moves_updated_at(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Only changed content moves updated_at.

    Of three companies one is renamed and one is new: the others keep their times.
    """
    times = "SELECT uen, first_loaded_at, updated_at FROM staging_acra_companies ORDER BY uen"
    await load(write(tmp_path / "a.csv", [a_company(1), a_company(2)]), database_url)
    before = await owner.fetch(times)
    summary = await load(
        write(tmp_path / "a.csv", [a_company(1), a_company(2, "NEW NAME"), a_company(3)]), database_url
    )
    after = await owner.fetch(times)

    assert counts(summary) == (1, 1, 1, 0, 0)
    assert after[0] == before[0]
    assert after[1]["first_loaded_at"] == before[1]["first_loaded_at"]
    assert after[1]["updated_at"] > before[1]["updated_at"]


async def test_columns_that_a_file_lacks_stay_as_they_are(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """A later file without the status takes none away; one that says na does."""
    await load(write(tmp_path / "a.csv", [a_company(1), a_company(2)]), database_url)
    without = [(company[0], "NEW NAME", company[3]) for company in (a_company(1), a_company(2))]
    await load(write(tmp_path / "b.csv", without, ("uen", "entity_name", "primary_ssic_code")), database_url)
    await load(write(tmp_path / "c.csv", [a_company(2, "NEW NAME", "na")]), database_url)

    assert [row[1:3] for row in await held(owner)] == [("NEW NAME", "Live Company"), ("NEW NAME", None)]


async def test_of_a_uen_that_comes_twice_the_later_row_wins(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """The later row of a repeated UEN wins.

    However far apart they are, and when loaded again nothing changes.
    """
    rows = [a_company(1, "OLD"), *(a_company(n) for n in range(2, 12_000)), a_company(1, "NEW")]
    file = write(tmp_path / "a.csv", rows)
    first = await load(file, database_url)
    before = await content(owner)
    second = await load(file, database_url)

    assert counts(first) == (11_999, 0, 0, 1, 0)
    assert counts(second) == (0, 0, 11_999, 1, 0)
    assert (await held(owner))[0] == a_company(1, "NEW")
    assert await content(owner) == before


async def test_progress_never_goes_back(database_url: str, tmp_path: Path) -> None:
    """Through both phases to the end, over all files."""
    found: list[Progress] = []
    for letter in "abc":
        write(tmp_path / f"{letter}.csv", [a_company(ord(letter) * 100 + n) for n in range(50)])
    await load(tmp_path, database_url, progress=found.append)

    for phase in ("reading", "merging"):
        steps = [progress.done for progress in found if progress.phase == phase]
        assert steps == sorted(steps)
        assert steps[-1] == next(progress.total for progress in found if progress.phase == phase)


async def test_each_row_is_looked_up_by_index_whatever_the_planner_knows(owner: Owner) -> None:
    """Each row is looked up by index whatever the planner knows.

    Of an empty register it knows nothing: a plan that reads it whole for each row takes hours once it has grown.
    """
    await staging.create_incoming(owner, [])
    async with owner.transaction():
        await owner.execute(staging.LOOK_UP_BY_UEN)
        await versions.keep_telling_codes(owner)
        version = versions.VERSION_OF_ROW
        for statement in (
            staging.update_statement(HEADER, version),
            staging.insert_statement(HEADER, version, look_up=True),
        ):
            for pages in ("'(0,0)'", "'(9,0)'"):
                statement = statement.replace("$1" if pages == "'(0,0)'" else "$2", pages)
            plan = "\n".join(
                row[0] for row in await owner.fetch("EXPLAIN " + statement.replace("$3", "0").replace("$4", "'2020'"))
            )
            assert "Index Cond: (uen = incoming.uen)" in plan
            assert "Index Cond: (code = industry_code" in plan or "Index Cond: (code = CASE" in plan
            assert "Tid Range Scan on incoming" in plan


async def test_no_database_is_a_clear_error(tmp_path: Path, database_url: str) -> None:
    """Away, of another name, not migrated, or no URL at all: said in a sentence."""
    file = write(tmp_path / "a.csv", [a_company(1)])
    away = urlunsplit(urlsplit(database_url)._replace(netloc="postgres@127.0.0.1:1"))
    with pytest.raises(Unavailable, match="does not answer"):
        await load(file, away)
    with pytest.raises(LoadFailed, match="does not exist"):
        await load(file, database_url + "_of_another_name")
    with pytest.raises(LoadFailed, match="not been migrated"):
        await load(file, urlunsplit(urlsplit(database_url)._replace(path="/template1")))
    with pytest.raises(LoadFailed, match="No database URL"):
        await load(file, "mysql://root@127.0.0.1/leadgen")


async def test_a_database_that_goes_away_midway_keeps_what_it_had(
    owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """The load ends with a clear error, nothing of it remains, and the next one does all of it."""
    file = write(tmp_path / "a.csv", [a_company(n) for n in range(30_000)])
    is_under_way = asyncio.Event()

    async def cut() -> None:
        await is_under_way.wait()
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'leadgen load' AND datname = current_database()"
        )

    with pytest.raises(Unavailable, match="Load again"):
        await asyncio.gather(load(file, database_url, progress=lambda _: is_under_way.set()), cut())

    assert await held(owner) == []
    assert counts(await load(file, database_url)) == (30_000, 0, 0, 0, 0)


@pytest.mark.parametrize("connected", [load_connection, owner_connection], ids=["load", "other commands"])
async def test_a_connection_that_is_cut_between_two_statements_is_an_outage(
    owner: Owner, database_url: str, connected: Any
) -> None:
    """asyncpg then says only that the connection is closed."""

    async def work() -> None:
        async with connected(database_url) as connection:
            await owner.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
            await until(lambda: is_closed(connection))
            await connection.execute("SELECT 1")

    with pytest.raises(Unavailable):
        await work()


async def is_closed(connection: Owner) -> bool:
    return connection.is_closed()


async def test_a_made_up_register_is_the_same_for_the_same_seed(
    owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """Loading it again changes nothing, more of it adds to it, another seed is another."""
    rejects = tmp_path / "rejects.csv"

    assert counts(await load_generated(500, 1, database_url, rejects=rejects)) == (500, 0, 0, 0, 0)
    assert counts(await load_generated(700, 1, database_url, rejects=rejects)) == (200, 0, 500, 0, 0)
    assert await owner.fetchval("SELECT count(*) FROM staging_acra_companies WHERE is_live") > 100
    assert (await load_generated(500, 2, database_url, rejects=rejects)).unchanged == 0


VALUES = st.text(st.sampled_from('ab",\n\r é漢\\.'), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=40), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
)
async def test_postgresql_holds_what_was_written(
    owner: Owner, database_url: str, tmp_path: Path, values: list[tuple[str, str]], quoting: int
) -> None:
    """Quotes, commas, line ends, backslashes: every value arrives, without blanks at its ends; empty ones as NULL."""
    await owner.execute("TRUNCATE staging_acra_companies")
    rows = [(a_company(n)[0], *pair, "46900") for n, pair in enumerate(values)]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=quoting).writerows([HEADER, *rows])  # type: ignore[arg-type]
    summary = await load(tmp_path / "a.csv", database_url)

    assert counts(summary) == (len(rows), 0, 0, 0, 0)
    assert await held(owner) == [tuple(value.replace("\r\n", "\n").strip() or None for value in row) for row in rows]
