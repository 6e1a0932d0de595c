"""`leadgen ssic load`: half a version is never written."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from common.errors import Unavailable
from leadgen.ssic import NotAClassification, load_ssic, ssic_app
from testkit.register.ssic_files import ALL, OFFICIAL, Rows, as_csv, as_workbook, needs_data, pairs, structure, write

EVERYTHING = "SELECT version, code, level, title, parent_code, xmin::text FROM ssic_ref ORDER BY version, code"


def but(change: Callable[[str, str], Rows]) -> Rows:
    """The structure, with each code and title changed into no, one or more rows."""
    return [("SSIC 2020", "SSIC 2020 Title"), *(row for code, title in pairs() for row in change(code, title))]


REFUSED: dict[str, tuple[bytes, str | None, str]] = {
    "nothing": (b"", None, "no list of codes"),
    "bytes": (b"\x7fELF\xff\xff", None, "Save it as one"),
    "no workbook": (b"PK\x03\x04garbage", None, "not a workbook that can be read"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None, "Save it as .xlsx"),
    "empty workbook": (as_workbook([]), None, "no list of codes"),
    "a register": (b"uen,entity_name,primary_ssic_code\n1,A,46900\n", None, "no list of codes"),
    "no version": (as_csv([("Code", "Title"), *pairs()]), None, "Say which version it is, such as --version 2025"),
    "another version": (as_csv(structure()), "2025", "of SSIC 2020, as it says itself, not of 2025"),
    "no such version": (as_csv(structure()), "latest", "such as --version 2025"),
    "no subclasses": (as_csv(but(lambda c, t: [(c, t)] if len(c) < 5 else [])), None, "no five-digit codes"),
    "no sections": (as_csv(but(lambda c, t: [(c, t)] if len(c) > 1 else [])), None, "division 01 comes before any"),
    "no divisions": (as_csv(but(lambda c, t: [(c, t)] if len(c) != 2 else [])), None, "011 belongs below 01, which"),
    "a lost class": (
        as_csv(but(lambda c, t: [(c, t)] if c != "2592" else [])),
        None,
        "25921 belongs below 2592, which",
    ),
    "sorted": (
        as_csv([("SSIC 2020", "Title"), *sorted(pairs(), key=lambda p: (len(p[0]), p))]),
        None,
        "official order",
    ),
    "an extract": (as_csv(but(lambda c, t: [(c, t)] if c < "2" else [])), None, "division 01 comes before any"),
    "few": (as_csv([("SSIC 2020", "Title"), *pairs()[:400]]), None, "too few for a whole version"),
    "no code": (
        as_csv(but(lambda c, t: [("O" + c[1:] if c == "01111" else c, t)])),
        None,
        "'O1111' is not a code of SSIC",
    ),
    "no title": (as_csv(but(lambda c, t: [(c, t if c != "01111" else "")])), None, "01111 has no title"),
    "two titles": (
        as_csv(but(lambda c, t: [(c, t), (c, "X")] if c == "01111" else [(c, t)])),
        None,
        "Take one row out",
    ),
    "wrong level": (
        b"version,code,level,title\n2020,01,section,AGRICULTURE\n",
        None,
        "'01' is not a code of SSIC for a",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_no_whole_version_is_refused_and_changes_nothing(
    owner: Any, database_url: str, tmp_path: Path, case: str
) -> None:
    """With a sentence that names the file or row and says what to do."""
    content, asked, message = REFUSED[case]
    await owner.execute("INSERT INTO ssic_ref (version, code, level, title) VALUES ('2020', 'A', 'section', 'MINE')")
    before = await owner.fetch(EVERYTHING)
    with pytest.raises(NotAClassification, match=message) as refused:
        await load_ssic(write(tmp_path / "codes", content), database_url, asked)

    assert await owner.fetch(EVERYTHING) == before
    assert len(str(refused.value)) < 500


async def test_a_version_is_replaced_whole_and_others_are_left_alone(
    owner: Any, database_url: str, tmp_path: Path
) -> None:
    """A version is replaced whole and others are left alone: what the new file lacks goes, what it changed changes, and
    loading it again writes to no row.
    """
    other = write(tmp_path / "ssic2025.csv", as_csv([("code", "title"), *pairs()]))
    file = write(tmp_path / "a.xlsx", as_workbook(structure()))
    (first,) = await load_ssic(file, database_url)
    await load_ssic(other, database_url)
    of_2025 = "SELECT *, xmin FROM ssic_ref WHERE version = '2025' ORDER BY code"
    others = await owner.fetch(of_2025)
    gone = {"2592"} | {code.code for code in ALL if code.parent_code == "2592"}

    changed = but(lambda c, t: [(c, t + "!" if c == "01111" else t)] if c not in gone else [])
    (second,) = await load_ssic(write(tmp_path / "a.csv", as_csv(changed)), database_url)
    before = await owner.fetch(EVERYTHING)
    (third,) = await load_ssic(tmp_path / "a.csv", database_url)

    assert (first.is_new, first.added, first.changed, first.removed) == (True, 1711, 0, 0)
    assert first.levels == {"section": 21, "division": 81, "group": 204, "class": 382, "subclass": 1023}
    assert (second.is_new, second.added, second.changed, second.removed) == (False, 0, 1, len(gone))
    assert (third.added, third.changed, third.removed) == (0, 0, 0)
    assert await owner.fetch(EVERYTHING) == before
    assert {row["code"] for row in before if row["version"] == "2020"} == {code.code for code in ALL} - gone
    assert await owner.fetch(of_2025) == others


@needs_data
async def test_both_versions_stand_side_by_side(owner: Any, database_url: str) -> None:
    """A code that was reused has its own title in each."""
    await load_ssic(OFFICIAL, database_url)

    titles = await owner.fetch("SELECT version, title FROM ssic_ref WHERE code = '63901' ORDER BY version")
    assert [(row["version"], row["title"].split()[0]) for row in titles] == [("2020", "News"), ("2025", "Internet")]


async def test_two_loads_at_once_take_turns(owner: Any, database_url: str, tmp_path: Path) -> None:
    """Neither fails, and the table holds the version once."""
    file = write(tmp_path / "a.csv", as_csv(structure()))
    loaded = [each for (each,) in await asyncio.gather(*(load_ssic(file, database_url) for _ in range(3)))]

    assert sorted(each.added for each in loaded) == [0, 0, 1711]
    assert await owner.fetchval("SELECT count(*) FROM ssic_ref") == 1711


async def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    """A database that is away is said, as an error of ours."""
    with pytest.raises(Unavailable):
        await load_ssic(write(tmp_path / "a.csv", as_csv(structure())), "postgresql://nobody@127.0.0.1:1/nothing")


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.add_typer(ssic_app, name="ssic")
    return CliRunner().invoke(app, ["ssic", "load", *arguments])


async def test_the_command_says_what_came_of_it(database_url: str, tmp_path: Path) -> None:
    """Counts per level, what changed, and which services have to be restarted; nothing of it for a repeat."""
    file = str(write(tmp_path / "a.xlsx", as_workbook(structure())))
    first = await asyncio.to_thread(run, file, "--database-url", database_url)
    again = await asyncio.to_thread(run, file, "--database-url", database_url)

    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert "SSIC 2020: 21 sections, 81 divisions, 204 groups, 382 classes, 1,023 subclasses" in first.output
    assert "(1,711 added, 0 changed, 0 removed)" in first.output
    assert "Restart the gateway, the upserter and the scorer" in first.output
    assert "Nothing has changed" in again.output
    assert "Restart" not in again.output


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nowhere.xlsx"], 2, "nowhere.xlsx: cannot be read: No such file"),
        (["a.csv", "--version", "2025"], 2, "of SSIC 2020, as it says itself"),
        (["a.csv"], 1, "PostgreSQL does not answer"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    """2: the command or the file is not right; 1: the database is not there."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.csv", as_csv(structure()))
    result = run(*arguments, "--database-url", "postgresql://nobody@127.0.0.1:1/nothing")

    assert result.exit_code == code
    assert sentence in result.output
    assert "Traceback" not in result.output
