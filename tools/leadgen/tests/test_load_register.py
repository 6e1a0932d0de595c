"""Loading into the real PostgreSQL: real files, all or nothing, and the same file again changes nothing."""

import asyncio
import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import Unavailable
from leadgen.load import LoadFailed, NotARegister, Progress, Summary, load, load_generated, staging, versions
from leadgen.load.header import COLUMNS

DATA = Path(__file__).parents[4] / "shared" / "data"
SAMPLE, LISTED = DATA / "acra_sample.csv.gz", DATA / "acra_listed_companies.csv"
needs_data = pytest.mark.skipif(
    not SAMPLE.exists() or not LISTED.exists(), reason="the real registry sample is not here"
)

HEADER = ("uen", "entity_name", "entity_status_description", "primary_ssic_code")

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def a_company(
    number: int, name: str = "SOME PTE. LTD.", status: str = "Live Company", code: str = "46900"
) -> tuple[str, ...]:
    return (f"2019{number:05d}K", name, status, code)


def as_csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode()


def write(path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    path.write_bytes(as_csv(rows, header))
    return path


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    return summary.inserted, summary.updated, summary.unchanged, summary.repeated, summary.rejected


async def held(owner: Owner) -> list[tuple[str | None, ...]]:
    rows = await owner.fetch(f"SELECT {', '.join(HEADER)} FROM staging_acra_companies ORDER BY uen")
    return [tuple(row) for row in rows]


async def content(owner: Owner) -> list[tuple[object, ...]]:
    """Everything, times of change and physical place included."""
    return [tuple(row) for row in await owner.fetch("SELECT *, xmin::text FROM staging_acra_companies ORDER BY uen")]


async def test_our_columns_are_the_tables(owner: Owner) -> None:
    """What a header can name is what the table has, but for what the table keeps about itself."""
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
async def test_who_lives_is_told_by_the_status(
    owner: Owner, database_url: str, tmp_path: Path, status: str, is_live: bool | None
) -> None:
    """Companies, businesses and those in receivership live; whose status is unknown is unknown."""
    await load(write(tmp_path / "a.csv", [a_company(1, status=status)]), database_url)

    assert await owner.fetchval("SELECT is_live FROM staging_acra_companies") is is_live


async def test_only_changed_content_moves_updated_at(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Of three companies one is renamed and one is new: the others keep their times."""
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
    """However far apart they are, and when loaded again nothing changes."""
    rows = [a_company(1, "OLD"), *(a_company(n) for n in range(2, 12_000)), a_company(1, "NEW")]
    file = write(tmp_path / "a.csv", rows)
    first = await load(file, database_url)
    before = await content(owner)
    second = await load(file, database_url)

    assert counts(first) == (11_999, 0, 0, 1, 0)
    assert counts(second) == (0, 0, 11_999, 1, 0)
    assert (await held(owner))[0] == a_company(1, "NEW")
    assert await content(owner) == before


async def test_bad_rows_go_to_the_rejects_file(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """With file, line, reason and text; the good ones are loaded. A clean load afterwards takes the file away."""
    file = tmp_path / "a.csv"
    good = as_csv([a_company(1), a_company(2)])
    file.write_bytes(
        good + b"too,short\r\n" + b"201900009K,CAF\xc9,Live,46900\r\n" + b'201900008K,"OPEN,Live,46900\r\n'
    )
    summary = await load(file, database_url)

    assert counts(summary) == (2, 0, 0, 0, 3)
    assert summary.rejects == file.with_name("a.csv.rejects.csv")
    with summary.rejects.open(newline="") as rejects:
        assert list(csv.reader(rejects)) == [
            ["file", "line", "reason", "text"],
            ["a.csv", "4", "2 columns instead of 4", "too,short"],
            ["a.csv", "5", "not UTF-8", r"201900009K,CAF\xc9,Live,46900"],
            ["a.csv", "6", "a quote is opened and not closed", '201900008K,"OPEN,Live,46900'],
        ]
    file.write_bytes(good)
    assert counts(await load(file, database_url)) == (0, 0, 2, 0, 0)
    assert not summary.rejects.exists()


async def test_rejects_never_replace_another_file(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Even the register itself can be named by mistake."""
    file = write(tmp_path / "a.csv", [a_company(1), ("bad",)])
    before = file.read_bytes()
    with pytest.raises(LoadFailed, match="no rejects file"):
        await load(file, database_url, rejects=file)

    assert file.read_bytes() == before
    assert await held(owner) == []


async def test_rejects_that_cannot_be_written_end_the_load(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Rather than lose them; nothing is changed."""
    file = write(tmp_path / "a.csv", [a_company(1), ("bad",)])
    with pytest.raises(LoadFailed, match="--rejects"):
        await load(file, database_url, rejects=tmp_path / "nowhere" / "rejects.csv")

    assert await held(owner) == []


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.csv", lambda content: content),
        ("a.csv", lambda content: b"\xef\xbb\xbf" + content),
        ("a.csv", lambda content: content.replace(b"\r\n", b"\n").rstrip()),
        ("a.csv.gz", gzip.compress),
        ("wrongly-named.csv", gzip.compress),
        ("a.zip", lambda content: zipped({"folder/a.csv": content, "__MACOSX/a.csv": b"\0", "readme.txt": b"hello"})),
    ],
    ids=["plain", "BOM", "no end of line", "gz", "gz by another name", "zip"],
)
async def test_a_file_may_be_packed(
    owner: Owner, database_url: str, tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    """Plain, .gz or .zip, as its first bytes tell."""
    (tmp_path / name).write_bytes(pack(as_csv([a_company(1), a_company(2)])))

    assert counts(await load(tmp_path / name, database_url)) == (2, 0, 0, 0, 0)
    assert await held(owner) == [a_company(1), a_company(2)]


async def test_a_folder_of_letter_files_is_one_load(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """In the order of names, each by its own header, also of another vintage; other files are left alone."""
    folder = tmp_path / "register"
    folder.mkdir()
    write(folder / "a.csv", [a_company(1), a_company(2, "OLD")])
    (folder / "b.csv.gz").write_bytes(gzip.compress(as_csv([[*reversed(a_company(2, "NEW"))]], HEADER[::-1])))
    titles = ("Shoe Size", "UEN", "Entity Name", "Primary SSIC Code", "No Of Charges")
    (folder / "c.zip").write_bytes(zipped({"c.csv": as_csv([("46", *a_company(3)[:2], "25910", "1")], titles)}))
    (folder / "a.csv.rejects.csv").write_text("file,line,reason,text\n")
    (folder / "readme.txt").write_text("hello")
    first, before = await load(folder, database_url), await content(owner)

    assert (first.files, counts(first), first.ignored_columns) == (3, (3, 0, 0, 1, 0), ("Shoe Size",))
    assert await held(owner) == [a_company(1), a_company(2, "NEW"), (*a_company(3)[:2], None, "25910")]
    assert await owner.fetchval("SELECT no_of_charges FROM staging_acra_companies WHERE no_of_charges <> ''") == "1"
    assert counts(await load(folder, database_url)) == (0, 0, 3, 1, 0)
    assert await content(owner) == before


BROKEN_ZIP = bytearray(zipped({"a.csv": as_csv([a_company(n) for n in range(99)])}))
BROKEN_ZIP[70:80] = b"xxxxxxxxxx"
MANY = as_csv([a_company(n, f"COMPANY {n * 7919 % 99_991}") for n in range(60_000)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x7fELF\x02\x01\x00\x00" * 999, "not the register's header"),
        (b"<!DOCTYPE html><html></html>", "not the register's header"),
        (as_csv([("1", "A")], ("uen", "entity_name")), "no primary_ssic_code"),
        (as_csv([a_company(1)]).decode().encode("utf-16"), "UTF-16"),
        (b"\x1f\x8bgarbage", "broken from the start"),
        (b"PK\x03\x04garbage", "cannot be read"),
        (zipped({"readme.txt": b"hello"}), "no .csv file in this zip"),
        (bytes(BROKEN_ZIP), "broken"),
        (gzip.compress(MANY)[:-9], "broken after [0-9,]+ bytes"),
    ],
    ids=["empty", "binary", "html", "collection 1", "utf-16", "bad gz", "bad zip", "zip of others", "crc", "cut gz"],
)
async def test_what_is_no_register_is_refused_and_changes_nothing(
    owner: Owner, database_url: str, tmp_path: Path, content: bytes, message: str
) -> None:
    """Whether it can be told at the start or only at the end, after a first file that was good."""
    write(tmp_path / "a.csv", [a_company(1)])
    (tmp_path / "b.csv").write_bytes(content)
    with pytest.raises(NotARegister, match=message) as refused:
        await load(tmp_path, database_url)

    assert "b.csv" in str(refused.value)
    assert await held(owner) == []


@pytest.mark.parametrize("path", ["nowhere.csv", "empty"])
async def test_a_path_to_nothing_is_refused(database_url: str, tmp_path: Path, path: str) -> None:
    """No such file, or a folder without a CSV."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotARegister, match=path):
        await load(tmp_path / path, database_url)


async def test_two_loads_at_once_take_turns(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Both end well, and each row is inserted once."""
    files = [write(tmp_path / f"{n}.csv", [a_company(k) for k in range(3000)]) for n in range(3)]
    summaries = await asyncio.gather(*(load(file, database_url) for file in files))

    assert sorted(counts(summary) for summary in summaries) == [(0, 0, 3000, 0, 0)] * 2 + [(3000, 0, 0, 0, 0)]


async def test_a_load_says_that_it_waits_for_another(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """And goes on as soon as the other has ended."""
    told: list[str] = []
    waits = asyncio.Event()

    def watch(progress: Progress) -> None:
        told.append(progress.phase)
        if progress.phase == "waiting":
            waits.set()

    await owner.execute(staging.LOCK)
    loading = asyncio.create_task(load(write(tmp_path / "a.csv", [a_company(1)]), database_url, progress=watch))
    await asyncio.wait_for(waits.wait(), timeout=20)
    await owner.execute(staging.UNLOCK)
    await loading

    assert list(dict.fromkeys(told)) == ["reading", "waiting", "merging"]


async def test_progress_never_goes_back(database_url: str, tmp_path: Path) -> None:
    """Through both phases to the end, over all files."""
    told: list[Progress] = []
    for letter in "abc":
        write(tmp_path / f"{letter}.csv", [a_company(ord(letter) * 100 + n) for n in range(50)])
    await load(tmp_path, database_url, progress=told.append)

    for phase in ("reading", "merging"):
        steps = [progress.done for progress in told if progress.phase == phase]
        assert steps == sorted(steps)
        assert steps[-1] == next(progress.total for progress in told if progress.phase == phase)


async def test_what_only_postgresql_rejects_is_found_and_rejected(
    owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """In a LATIN1 database a Chinese name has no place: its row is rejected, the 299 around it are not."""
    name = urlsplit(database_url).path.strip("/") + "_latin1"
    url = urlunsplit(urlsplit(database_url)._replace(path=f"/{name}"))
    table = await owner.fetchval(
        "SELECT 'CREATE TABLE staging_acra_companies (' || string_agg(attname || ' text', ', ') "
        "|| ', updated_at timestamptz, is_live boolean, UNIQUE (uen))' FROM pg_attribute "
        "WHERE attrelid = 'staging_acra_companies'::regclass AND attnum > 0 "
        "AND attname NOT IN ('updated_at', 'is_live')"
    )
    await owner.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        latin = await asyncpg.connect(url)
        await latin.execute(table)
        await latin.execute("CREATE TABLE ssic_ref (version text, code text, level text)")
        await latin.execute("CREATE FUNCTION industry_code(text) RETURNS text LANGUAGE sql RETURN $1")
        rows = [a_company(n, "漢 PTE. LTD." if n == 137 else "CAFÉ PTE. LTD.") for n in range(300)]
        summary = await load(write(tmp_path / "a.csv", rows), url)
        await latin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")

    assert counts(summary) == (299, 0, 0, 0, 1)
    assert summary.rejects is not None
    assert 'a.csv,139,"PostgreSQL: character with byte sequence' in summary.rejects.read_text()


async def test_each_row_is_looked_up_by_index_whatever_the_planner_knows(owner: Owner) -> None:
    """Of an empty register it knows nothing: a plan that reads it whole for each row takes hours once it has grown."""
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
    """Quotes, commas, line ends, backslashes: every value arrives, empty ones as NULL."""
    await owner.execute("TRUNCATE staging_acra_companies")
    rows = [(a_company(n)[0], *pair, "46900") for n, pair in enumerate(values)]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=quoting).writerows([HEADER, *rows])  # type: ignore[arg-type]
    summary = await load(tmp_path / "a.csv", database_url)

    assert counts(summary) == (len(rows), 0, 0, 0, 0)
    assert await held(owner) == [tuple(value.replace("\r\n", "\n") or None for value in row) for row in rows]
