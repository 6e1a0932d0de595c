"""Reads the sheets of an Excel workbook (.xlsx) that hold the register, as blocks of CSV.

The header may be on any sheet, and below a title. Sheets without it are left out.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError  # only the error: openpyxl does the reading

from leadgen.load.dialects import MOST_LINES_ABOVE, Blocks
from leadgen.load.errors import NotARegister
from leadgen.load.header import is_header

ROWS_PER_BLOCK = 2_000
#: What openpyxl raises for a workbook that is damaged or none at all.
UNREADABLE = (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile, ParseError)


def sheets_with_header(path: Path) -> list[str]:
    """Returns the names of the sheets that have the register's header. Raises NotARegister if there is none."""
    names: list[str] = []
    found = []
    for name, rows in _sheets(path):
        names.append(name)
        if any(is_header(row) for row in islice(rows, MOST_LINES_ABOVE)):
            found.append(name)
    if not found:
        raise NotARegister(
            f"{path}: is an Excel workbook, and none of its sheets ({', '.join(names)}) has a header with uen and "
            f"entity_name in its first {MOST_LINES_ABOVE} rows."
        )
    return found


def read_sheet(path: Path, sheet: str, size: int) -> Blocks:
    """Yields a sheet's rows as CSV; the position is `size` at the end, since a workbook does not tell it."""
    for name, rows in _sheets(path):
        if name == sheet:
            while block := list(islice(rows, ROWS_PER_BLOCK)):
                text = io.StringIO()
                csv.writer(text, lineterminator="\n").writerows(block)
                yield text.getvalue().encode(), 0
    yield b"", size


def _sheets(path: Path) -> Iterator[tuple[str, Iterator[list[str]]]]:
    import openpyxl  # type: ignore[import-untyped] # has no types; here, since it takes longer than all of `leadgen`

    with warnings.catch_warnings(), path.open("rb") as file:
        warnings.simplefilter("ignore")  # openpyxl's, on styles and extensions that do not concern us
        try:
            with closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as workbook:
                for sheet in workbook.worksheets:
                    yield sheet.title, (_texts(row) for row in sheet.iter_rows(values_only=True))
        except UNREADABLE as error:
            raise NotARegister(f"{path}: is a workbook that cannot be read: {error}. Save it as CSV UTF-8.") from error


def _texts(row: Sequence[Any]) -> list[str]:
    texts = [_text(cell) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
