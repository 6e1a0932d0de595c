"""Reads sheets of an Excel workbook (.xlsx) with the register, as blocks of CSV.

The header may be on any sheet, and below a title. Sheets without it are left out.
"""

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError  # only the error: openpyxl does the reading

from leadgen.load.errors import NotARegister
from leadgen.load.files.dialects import MOST_LINES_ABOVE, Blocks
from leadgen.load.files.header import is_header

ROWS_PER_BLOCK = 2_000
#: What openpyxl raises for a workbook that is damaged or none at all.
UNREADABLE = (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile, zlib.error, ParseError)


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
    """Yields a sheet's rows as CSV. The position is `size` only at the end, since a workbook does not report it."""
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
                    sheet.reset_dimensions()  # some programs write wrong ones, and openpyxl would stop there
                    yield sheet.title, _rows(path, sheet.iter_rows(values_only=True))
        except UNREADABLE as error:
            raise _unreadable(path, error) from error


def _rows(path: Path, rows: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
    """Yields the rows as texts. It reads the sheet outside of the `try` that opened its workbook."""
    try:
        for row in rows:
            yield _texts(row)
    except UNREADABLE as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> NotARegister:
    return NotARegister(f"{path}: is a workbook that cannot be read: {error}. Save it as CSV UTF-8.")


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
