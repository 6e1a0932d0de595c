"""Files of `leadgen ssic load`: every layout of a version gives the same codes."""

import contextlib
import csv
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgen.ssic import Code, NotAClassification
from leadgen.ssic.codes import Listed, classification
from leadgen.ssic.loading import read_versions
from testkit.register.ssic_files import (
    ABOVE,
    ALL,
    CHANGES,
    INDEX,
    OFFICIAL,
    Rows,
    as_csv,
    as_workbook,
    needs_data,
    number,
    pairs,
    structure,
    write,
)


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


@given(st.binary(max_size=200) | st.lists(st.lists(st.text("SIC 2025Title01A,\n"), max_size=3)).map(as_csv))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Nothing else comes out."""
    file = write(tmp_path_factory.getbasetemp() / "any", content)
    with contextlib.suppress(NotAClassification):
        read_versions(file)
