"""Rows that cannot be loaded go to the rejects file; the others are loaded all the same."""

import csv
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from leadgen.load import LoadFailed, load
from testkit.register.registers import Owner, a_company, as_csv, counts, held, write


async def test_bad_rows_go_to_the_rejects_file(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """With file, line, reason and text; the good ones are loaded. A clean load afterwards takes the file away."""
    file = tmp_path / "a.csv"
    good = as_csv([a_company(1), a_company(2)])
    file.write_bytes(
        good + b"too,short\r\n" + b"201900009K,CAF\xc9 \xe6\xbc\xa2,Live,46900\r\n" + b'201900008K,"OPEN,Live,46900\r\n'
    )
    summary = await load(file, database_url)

    assert counts(summary) == (2, 0, 0, 0, 3)
    assert summary.rejects == file.with_name("a.csv.rejects.csv")
    with summary.rejects.open(newline="") as rejects:
        assert list(csv.reader(rejects)) == [
            ["file", "line", "reason", "text"],
            ["a.csv", "4", "2 columns instead of 4", "too,short"],
            ["a.csv", "5", "not UTF-8", r"201900009K,CAF\xc9 漢,Live,46900"],
            ["a.csv", "6", "a quote is opened and not closed", '201900008K,"OPEN,Live,46900'],
        ]
    file.write_bytes(good)
    assert counts(await load(file, database_url)) == (0, 0, 2, 0, 0)
    assert not summary.rejects.exists()


async def test_rejects_never_replace_another_file(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Even the register itself can be named by mistake."""
    file = write(tmp_path / "a.csv", [a_company(1), ("bad",)])
    before = file.read_bytes()
    with pytest.raises(LoadFailed, match="not a rejects file"):
        await load(file, database_url, rejects=file)

    assert file.read_bytes() == before
    assert await held(owner) == []


async def test_rejects_that_cannot_be_written_end_the_load(owner: Owner, database_url: str, tmp_path: Path) -> None:
    """Rather than lose them; nothing is changed."""
    file = write(tmp_path / "a.csv", [a_company(1), ("bad",)])
    with pytest.raises(LoadFailed, match="--rejects"):
        await load(file, database_url, rejects=tmp_path / "nowhere" / "rejects.csv")

    assert await held(owner) == []


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
        await latin.execute("CREATE FUNCTION one_line(text) RETURNS text LANGUAGE sql RETURN $1")
        await latin.execute("CREATE FUNCTION company_status(text) RETURNS text LANGUAGE sql RETURN $1")
        rows = [a_company(n, "漢 PTE. LTD." if n == 137 else "CAFÉ PTE. LTD.") for n in range(300)]
        summary = await load(write(tmp_path / "a.csv", rows), url)
        await latin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")

    assert counts(summary) == (299, 0, 0, 0, 1)
    assert summary.rejects is not None
    assert 'a.csv,139,"PostgreSQL: character with byte sequence' in summary.rejects.read_text()
