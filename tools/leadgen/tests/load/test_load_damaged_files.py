"""Files that are damaged in one place: the rest of them is loaded, or all of it is refused in words."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped] # has no types
import pytest

from leadgen.load.errors import NotARegister
from leadgen.load.files.dialects import ENOUGH
from leadgen.load.files.sources import find_sources
from leadgen.load.parsing.batches import batches, headers_of
from leadgen.load.parsing.tally import Tally
from leadgen.load.parsing.values import day

HEADER = "uen,entity_name,primary_ssic_code"


def read(path: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Returns the good rows, and the rejected ones with their reasons."""
    sources = find_sources(path)
    headers_of(sources)
    found = list(batches(sources, Tally()))
    return [row for batch in found for row in batch.rows], [(it[1], it[2]) for batch in found for it in batch.rejects]


def a_workbook(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """Saves 3,000 companies as a workbook, with its sheet's XML changed."""
    workbook = openpyxl.Workbook()
    workbook.active.append(HEADER.split(","))
    for number in range(3_000):
        workbook.active.append([f"2019{number:05d}K", f"COMPANY {number}", "62011"])
    plain = path.with_suffix(".plain")
    workbook.save(plain)
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(path, "w") as changed:
        for name in given.namelist():
            content = given.read(name)
            changed.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return path


@pytest.mark.parametrize("dimension", ["A1", "A1:C2", "A1:XFD1048576"])
def test_a_sheet_is_read_to_its_end_whatever_size_it_states(tmp_path: Path, dimension: str) -> None:
    """Some programs write a wrong `dimension`; rows beyond it would be missing without a word."""
    size = f'<dimension ref="{dimension}"'.encode()
    path = a_workbook(tmp_path / "a.xlsx", lambda sheet: re.sub(rb'<dimension ref="[^"]*"', size, sheet))
    rows, rejects = read(path)
    assert (len(rows), rejects) == (3_000, [])


@pytest.mark.parametrize("kept", [0.01, 0.7])
def test_a_workbook_whose_sheet_breaks_off_is_refused(tmp_path: Path, kept: float) -> None:
    """At the header, and behind rows that were read already."""
    path = a_workbook(tmp_path / "a.xlsx", lambda sheet: sheet[: int(kept * len(sheet))])
    with pytest.raises(NotARegister, match="workbook that cannot be read"):
        read(path)


def test_the_lock_of_an_open_workbook_is_no_file_of_the_folder(tmp_path: Path) -> None:
    """Excel writes it beside a workbook that somebody has open."""
    (tmp_path / "~$register.xlsx").write_bytes(b"\x05Ann" + bytes(160))
    (tmp_path / "register.csv").write_text(f"{HEADER}\n201900001K,ALPHA,62011\n")
    rows, rejects = read(tmp_path)
    assert (rows, rejects) == (["201900001K,ALPHA,62011"], [])


@pytest.mark.parametrize(
    ("good", "bad", "separator"),
    [("CAF\u00c9".encode("cp1252"), b"\x81", ","), ("\u6f22\u5b57".encode(), b"\xff", ";")],
    ids=["Windows-1252", "UTF-8 with semicolons"],
)
def test_a_byte_that_its_encoding_lacks_costs_only_its_row(
    tmp_path: Path, good: bytes, bad: bytes, separator: str
) -> None:
    """A file in another form is as patient as a usual one."""
    rows = [b"201900001K," + good + b",62011", b"201900002K,BROKEN " + bad + b",62011", b"201900003K,GAMMA,62011"]
    path = tmp_path / "a.csv"
    path.write_bytes(b"\n".join([HEADER.encode(), *rows]).replace(b",", separator.encode()))
    taken, rejects = read(path)
    assert [row.split(",")[0] for row in taken] == ["201900001K", "201900003K"]
    assert [reason for _, reason in rejects] == ["not UTF-8"]


def test_a_character_at_the_end_of_what_is_looked_at_is_no_other_encoding(tmp_path: Path) -> None:
    """The first bytes decide on the encoding, and may end within a character."""
    row = "201900001K,ALPHA,62011\n"
    start = f"{HEADER}\n" + row * ((ENOUGH - 200) // len(row))
    name = "B" * (ENOUGH - 1 - len(start) - len("201900002K,"))
    path = tmp_path / "a.csv"
    path.write_text(f"{start}201900002K,{name}\u00c9,62011\n", encoding="utf-8")
    assert path.read_bytes()[ENOUGH - 1 : ENOUGH + 1] == "\u00c9".encode()
    rows, rejects = read(path)
    assert (rows[-1], rejects) == (f"201900002K,{name}\u00c9,62011", [])


@pytest.mark.parametrize("value", ["T" * 60_000, " " * 60_000 + "x", "5 Jan 2022" + " " * 60_000 + "x"])
def test_a_long_value_is_no_date(value: str) -> None:
    """At once: the patterns take quadratic time, minutes for a line of this length."""
    assert day(value) is None
