"""Parses a row field by field, checks it, and formats it again, so that PostgreSQL cannot read it differently."""

import csv
import io
from collections.abc import Iterable
from typing import TypeAlias

from leadgen.load.files.header import INDEXED, Header, normalised
from leadgen.load.files.lines import LONGEST_LINE_CHARS, Lines
from leadgen.load.parsing.tally import Tally
from leadgen.load.parsing.values import (
    CODES,
    DATES,
    LONGEST_UEN_CHARS,
    MISSING,
    code,
    day,
    postal_code,
    trimmed,
)

LONGEST_RECORD_LINES = 50
#: An index entry holds 2,700 bytes: three such fields of four-byte characters fit. A plain row fits in one anyway.
LONGEST_INDEXED_CHARS = 200

#: What a line turns out to be: its number in the file, from 1; its text; None, or the reason why it is no row.
#: A row's text is one record of CSV without its end of line. A rejected one may hold surrogates for bytes not UTF-8.
Found: TypeAlias = tuple[int, str, str | None]


def read_with_care(number: int, text: str, lines: Lines, header: Header, tally: Tally) -> Found | None:
    """Parses a row field by field; `None` for a line that repeats the header."""
    if reason := _damage(text):
        return number, text, reason
    if "\r" in text and '"' not in text and (parts := _parted(text, header)):
        lines.put_back([(number, part) for part in parts])
        return None
    fields = _parsed(text)
    if fields is None and text.count('"') % 2:
        more = _until_the_quote_closes(lines)
        fields = _parsed("\n".join([text, *(line for _, line in more)]))
        if fields is None or len(fields) != header.width:
            lines.put_back(more)
            return number, text, "a quote is opened and not closed"
    if fields is None:
        return number, text, "quotes or line ends in the wrong place"
    if not any(map(str.strip, fields)):
        return None  # a blank line of a spreadsheet
    if len(fields) > header.width and not any(map(str.strip, fields[header.width :])):
        fields = fields[: header.width]
    if header.needed <= len(fields) < header.width:  # a spreadsheet leaves out what is empty at the end
        fields += [""] * (header.width - len(fields))
    if len(fields) != header.width:
        return number, text, f"{len(fields)} columns instead of {header.width}"
    if tuple(map(normalised, fields)) == header.names:
        tally.headers += 1
        return None
    unread = _read_values(fields, header)
    if reason := _fault(fields, header):
        return number, text, reason
    _count(fields, header, tally)
    if unread is not None:
        tally.unread_dates += 1
        tally.unread_date = tally.unread_date or unread
    return number, as_csv(fields), None


def _parted(text: str, header: Header) -> list[str]:
    """Returns the rows of a line that has line ends of CR only; none if its parts are no rows."""
    parts = [part for part in text.split("\r") if part]
    return parts if len(parts) > 1 and all(part.count(",") == header.width - 1 for part in parts) else []


def _read_values(fields: list[str], header: Header) -> str | None:
    """Converts all values to the register's form. Returns the date of registration if it is invalid."""
    name_at = header.position("entity_name")
    for at, value in enumerate(fields):
        fields[at] = trimmed(value, is_name=at == name_at)
    for column in CODES:
        if (place := header.position(column)) is not None:
            fields[place] = code(fields[place], 5)
    if (place := header.position("postal_code")) is not None:
        fields[place] = postal_code(fields[place])
    if (place := header.position("uen")) is not None and fields[place] != MISSING:
        fields[place] = code(fields[place], 0)
        fields[place] = fields[place].upper() if fields[place].isalnum() else fields[place]
    unread = None
    for column in DATES:
        place = header.position(column)
        if place is None or fields[place] == MISSING:
            continue
        read = day(fields[place], is_month_first=header.is_month_first)
        if read is None and column == DATES[0] and len(fields[place]) <= LONGEST_INDEXED_CHARS:
            unread, read = fields[place], MISSING
        fields[place] = read or fields[place]
    return unread


def _count(fields: list[str], header: Header, tally: Tally) -> None:
    date_at, postal_at, status_at = map(
        header.position, ("registration_incorporation_date", "postal_code", "entity_status_description")
    )
    tally.rows += 1
    tally.dated += date_at is not None and fields[date_at] != MISSING
    tally.with_postal_code += postal_at is not None and fields[postal_at].isdigit()
    if status_at is not None:
        tally.count_status(fields[status_at])


def _damage(text: str) -> str | None:
    if len(text) > LONGEST_LINE_CHARS:
        return f"longer than {LONGEST_LINE_CHARS} characters"
    if "\0" in text:
        return "holds a NUL byte"
    if not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text):
        return "not UTF-8"
    return None


def _until_the_quote_closes(lines: Lines) -> list[tuple[int, str]]:
    """Returns the next lines up to the first that can end a quoted field; none if that is too far."""
    taken: list[tuple[int, str]] = []
    size = 0
    for number, text in lines:
        taken.append((number, text))
        size += len(text)
        if _damage(text) or size > LONGEST_LINE_CHARS or len(taken) == LONGEST_RECORD_LINES:
            break
        if text.count('"') % 2:
            return taken
    lines.put_back(taken)
    return []


def _parsed(record: str) -> list[str] | None:
    """Returns the fields of exactly one record; `None` for any other text."""
    try:
        records = list(csv.reader(io.StringIO(record, newline=""), strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _fault(fields: list[str], header: Header) -> str | None:
    """Returns the first missing value that the table needs. A name can replace the key (see staging.KEY_BY_NAME)."""
    at, name_at = header.position("uen") or 0, header.position("entity_name") or 0
    if fields[at] == MISSING:
        if fields[name_at] == MISSING:
            return "neither a UEN nor a name"
    elif not _is_uen(fields[at]):
        return f"no UEN, but {fields[at][:40]!r}"
    for column in INDEXED:
        position = header.position(column)
        if position is not None and len(fields[position]) > LONGEST_INDEXED_CHARS:
            return f"{column} is longer than {LONGEST_INDEXED_CHARS} characters"
    return None


def _is_uen(text: str) -> bool:
    is_word = text.isalpha()  # the "Total" below a table is none
    return text.isalnum() and text.isascii() and not is_word and len(text) <= LONGEST_UEN_CHARS


def as_csv(fields: Iterable[str]) -> str:
    """Formats one record, without a line end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(fields)  # these two are then quoted within fields
    return text.getvalue().removesuffix("\r\n")
