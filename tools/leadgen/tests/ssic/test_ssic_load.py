"""`leadgen ssic load`: every layout of a version gives the same codes, and half a version is never written."""

import asyncio
import contextlib
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from common.errors import Unavailable
from leadgen.ssic import Code, NotAClassification, load_ssic, ssic_2020, ssic_app
from leadgen.ssic.codes import Listed, classification
from leadgen.ssic.loading import read_versions
from testkit.checkout import SHARED

DATA = SHARED / "data"
OFFICIAL, CHANGES, INDEX = (DATA / name for name in ("ssic.csv", "ssic_changes_2020_2025.csv", "ssic_index_2020.csv"))
needs_data = pytest.mark.skipif(not OFFICIAL.exists(), reason="the official code lists are not here")

ALL = ssic_2020()
EVERYTHING = "SELECT version, code, level, title, parent_code, xmin::text FROM ssic_ref ORDER BY version, code"
BLANK: tuple[str, ...] = ()
ABOVE = (
    ("Singapore Standard Industrial Classification 2020 – Classification Structure",),
    ("Last updated: 31 December 2023",),
    BLANK,
)

Rows = Iterable[Sequence[Any]]


def pairs(codes: Iterable[Code] = ALL) -> list[tuple[str, str]]:
    return [(code.code, code.title) for code in codes]


def as_workbook(rows: Rows, sheet: str = "Sheet1") -> bytes:
    workbook, content = openpyxl.Workbook(), io.BytesIO()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    workbook.save(content)
    return content.getvalue()


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def write(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def structure(header: Sequence[str] = ("SSIC 2020", "SSIC 2020 Title")) -> Rows:
    """The official structure, as its workbook has it."""
    return [*ABOVE, header, *pairs(), BLANK, ("Note: activities are classified by what is done, not by who does it.",)]


def number(code: str) -> int | str:
    """Returns the number that a spreadsheet's cell keeps of a code."""
    return int(code) if code.isdigit() else code


def definitions() -> Rows:
    """The definitions: more columns, and below them the index, where the codes come again."""
    yield from ABOVE
    yield "SSIC 2020", "SSIC 2020 Title", "Groups Classified Under this Code", "Detailed Definitions"
    for code, title in pairs():
        yield code, title, "• 01 something", "What it is <Blank>"
    yield "01111", "Bean sprouts, growing of", None, None
    yield "01112", None, None, "Mushrooms, growing of"
    yield "SSIC 2020", "SSIC 2020 Alphabetical Index Description"
    yield "01113", "Orchids, growing of"


def leveled() -> Rows:
    """A column per level, each row with all codes above its own."""
    levels = ("Section", "Division", "Group", "Class", "Sub-class")
    yield *levels, "SSIC 2020 Description"
    known = {code.code: code for code in ALL}
    for code in ALL:
        path: list[int | str] = []
        above: Code | None = code
        while above is not None:
            path.insert(0, number(above.code))
            above = known.get(above.parent_code or "")
        yield *path, *[None] * (5 - len(path)), code.title


def listed() -> Rows:
    """In the shape of a table: version, level and parent given, in any order."""
    yield "title", "parent_code", "level", "code", "version"
    for code in reversed(ALL):
        yield code.title, code.parent_code, code.level, number(code.code), "2020"


LAYOUTS: dict[str, Callable[[], bytes]] = {
    "structure": lambda: as_workbook(structure()),
    "numbers": lambda: as_workbook([*ABOVE, ("SSIC 2020", "SSIC 2020 Title"), *((number(c), t) for c, t in pairs())]),
    "definitions": lambda: as_workbook(definitions()),
    "levels": lambda: as_workbook(leveled()),
    "csv": lambda: as_csv(structure()),
    "csv of numbers": lambda: as_csv([("ssic_2020_code", "title"), *((number(c), t) for c, t in pairs())]),
    "table": lambda: as_csv(listed()),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_codes(tmp_path: Path, layout: str) -> None:
    """All of SSIC 2020: leading zeros put back, levels and parents found, notes and the index left out."""
    versions = read_versions(write(tmp_path / "codes", LAYOUTS[layout]()))

    assert list(versions) == ["2020"]
    assert sorted(versions["2020"]) == sorted(ALL)


@given(st.integers(), st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_zeros_come_back_whichever_were_lost(seed: int, share: float) -> None:
    """Any mix of text and numbers in one column: the order of the list tells what a number was."""
    random = Random(seed)
    cells = [str(number(code)) if random.random() < share else code for code, _ in pairs()]

    assert classification([Listed("row", cell, t) for cell, (_, t) in zip(cells, pairs(), strict=True)], "2020") == ALL


@needs_data
def test_the_official_lists_of_both_versions_are_read() -> None:
    """Every code, level, title and parent of the two, or of the one that is asked for."""
    with OFFICIAL.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for version in ("2020", "2025"):
        assert read_versions(OFFICIAL, version) == {
            version: [
                Code(row["code"], row["level"], row["title"], row["parent_code"] or None)
                for row in rows
                if row["version"] == version
            ]
        }
    assert {version: len(codes) for version, codes in read_versions(OFFICIAL).items()} == {"2020": 1711, "2025": 1694}


@needs_data
@pytest.mark.parametrize("file", [CHANGES, INDEX], ids=["correspondence", "index"])
def test_other_tables_of_codes_are_not_taken_for_a_classification(file: Path) -> None:
    """A correspondence between versions and an index of activities have codes, too."""
    with pytest.raises(NotAClassification, match="Classification Structure"):
        read_versions(file, "2020")


@pytest.mark.parametrize(
    ("content", "name", "asked", "version"),
    [
        (lambda: as_workbook([("SSIC 2025", "SSIC 2025 Title"), *pairs()]), "a.xlsx", None, "2025"),
        (lambda: as_workbook([("Code", "Title 2025"), *pairs()]), "a.xlsx", None, "2025"),
        (
            lambda: as_workbook([("Industrial Classification (SSIC) 2025",), ("Code", "Title"), *pairs()]),
            "a",
            None,
            "2025",
        ),
        (lambda: as_workbook([("Code", "Title"), *pairs()], "SSIC 2025"), "ssic2020.xlsx", None, "2025"),
        (lambda: as_workbook([("Code", "Title"), *pairs()]), "ssic2025a-structure.xlsx", None, "2025"),
        (lambda: as_workbook([("Code", "Title"), *pairs()]), "ssic2020.xlsx", "2025", "2025"),
        (lambda: as_csv([("Code", "Title"), *pairs()]), "codes.csv", "2025", "2025"),
    ],
    ids=["column", "title's column", "line above", "sheet", "file", "option before file", "option"],
)
def test_the_version_is_found_where_it_is_said(
    tmp_path: Path, content: Callable[[], bytes], name: str, asked: str | None, version: str
) -> None:
    """Over the codes, above them, as the sheet's name, by the option, or as the file's name."""
    assert list(read_versions(write(tmp_path / name, content()), asked)) == [version]


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


@given(st.binary(max_size=200) | st.lists(st.lists(st.text("SIC 2025Title01A,\n"), max_size=3)).map(as_csv))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Nothing else comes out."""
    file = write(tmp_path_factory.getbasetemp() / "any", content)
    with contextlib.suppress(NotAClassification):
        read_versions(file)


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
