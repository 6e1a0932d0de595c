"""Files of SSIC 2020 in the official layouts."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped] # has no types
import pytest

from leadgen.ssic import Code, ssic_2020
from testkit.checkout import SHARED

DATA = SHARED / "data"
OFFICIAL, CHANGES, INDEX = (DATA / name for name in ("ssic.csv", "ssic_changes_2020_2025.csv", "ssic_index_2020.csv"))
needs_data = pytest.mark.skipif(not OFFICIAL.exists(), reason="the official code lists are not here")
ALL = ssic_2020()
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
