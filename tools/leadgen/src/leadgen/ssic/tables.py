"""Reads a spreadsheet or CSV into tables of text, whatever they contain.

What a file is, is decided by its first bytes, not by its name. A number in a cell comes as its digits.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError  # only the error: openpyxl does the reading

from leadgen.ssic.codes import NotAClassification

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

#: What openpyxl raises for a workbook that is damaged, encrypted, or none at all.
UNREADABLE = (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile, ParseError)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet, or a CSV. `name` is for people; cells are trimmed, with single spaces, '' if empty."""

    name: str
    sheet: str
    rows: list[list[str]]


def read_tables(file: Path) -> list[Table]:
    """Reads all sheets of a workbook, or the one table of a CSV. Raises NotAClassification if it is unreadable."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NotAClassification(f"{file}: cannot be read: {error.strerror or error}.") from error
    if content.startswith(OLD_EXCEL):
        raise NotAClassification(f"{file}: is a workbook of the old kind, or encrypted. Save it as .xlsx or CSV.")
    if content.startswith(ZIP):
        return _sheets(file, content)
    try:
        text = content.decode("utf-8-sig")
        return [Table(file.name, "", _cleaned(csv.reader(io.StringIO(text, newline=""), strict=True)))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotAClassification(
            f"{file}: is neither an .xlsx file nor a CSV in UTF-8 ({error}). Save it as one."
        ) from error


def _sheets(file: Path, content: bytes) -> list[Table]:
    import openpyxl  # type: ignore[import-untyped] # has no types; here, since it takes longer than all of `leadgen`

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, on styles and extensions that do not concern us
        try:
            workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            return [
                Table(f"{file.name}, sheet {sheet.title!r}", sheet.title, _cleaned(sheet.iter_rows(values_only=True)))
                for sheet in workbook.worksheets
            ]
        except UNREADABLE as error:
            raise NotAClassification(
                f"{file}: is not a workbook that can be read ({error}). Download it again."
            ) from error


def _cleaned(rows: Iterable[Iterable[Any]]) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else " ".join(str(cell).split())
