"""Tells the good rows of a CSV from the bad ones, at the cost of some microseconds a row.

Nearly every row of the register is plain: ASCII, short, quoted as it should be or not at all. Its commas are counted
and its text goes on as it came. Every other row is parsed, checked and written anew, so that PostgreSQL never reads it
differently. A row that stays open (a stray quote) takes only its own line with it: reading goes on with the next line.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from leadgen.load.header import INDEXED, Header

PLAIN_CHARS = 600
LONGEST_LINE_CHARS = 65_536
LONGEST_RECORD_LINES = 50
#: An index entry holds 2,700 bytes: three such fields of four-byte characters fit. A plain row fits in one anyway.
LONGEST_INDEXED_CHARS = 200
LONGEST_UEN_CHARS = 20

#: A quoted field as it should be, without a quote in its value and not empty. Starts with a literal for speed.
_QUOTED_FIELD = re.compile(r'"(?<![^,]")[^"]+"(?![^,])')

#: What a line turns out to be: its number in the file, from 1; its text; None, or the reason why it is no row.
#: A row's text is one record of CSV without its end of line. A rejected one may hold surrogates for bytes not UTF-8.
Found: TypeAlias = tuple[int, str, str | None]


class Lines:
    """The lines of a file with their numbers; lines taken by mistake can be put back."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._lines = enumerate(_lines(blocks), start=1)
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        return self._back.popleft() if self._back else next(self._lines)

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        """Puts the rows back; the next reads return them, in this order, before all others."""
        self._back.extendleft(reversed(lines))


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for block in blocks:
        end = block.rfind(b"\n")
        if end < 0:
            # No line is that long: keep enough to see that it is too long, and let go of the remainder.
            rest = (rest + block)[: 4 * LONGEST_LINE_CHARS + 1]
            continue
        yield from _decoded(rest + block[:end])
        rest = block[end + 1 :]
    if rest:
        yield from _decoded(rest)


def _decoded(whole_lines: bytes) -> list[str]:
    text = whole_lines.decode("utf-8", "surrogateescape")
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    return text.split("\n")


def read_rows(lines: Lines, header: Header) -> Iterator[Found]:
    """The rows after the header, in order, without blank lines. Empty fields have become `na`."""
    uen_at, commas = header.position("uen") or 0, header.width - 1
    for number, text in lines:
        bare = _QUOTED_FIELD.sub("-", text) if '"' in text else text
        if (
            len(text) <= PLAIN_CHARS
            and text.isascii()
            and '"' not in bare
            and "\r" not in text
            and "\0" not in text
            and bare.count(",") == commas
            and _is_uen(bare.split(",", uen_at + 1)[uen_at])
        ):
            if ",," not in text and not text.endswith(",") and not text.startswith(","):
                yield number, text, None
                continue
            if bare is text:
                yield number, _with_na(text), None
                continue
        if text:
            yield _read_with_care(number, text, lines, header)


def _with_na(text: str) -> str:
    """Fills empty fields of a row without quotes."""
    text = text.replace(",,", ",na,").replace(",,", ",na,")
    return f"{'na' * text.startswith(',')}{text}{'na' * text.endswith(',')}"


def _is_uen(text: str) -> bool:
    return text.isalnum() and text.isascii() and text != "na" and len(text) <= LONGEST_UEN_CHARS


def _read_with_care(number: int, text: str, lines: Lines, header: Header) -> Found:
    if reason := _damage(text):
        return number, text, reason
    fields = _parsed(text)
    if fields is None and text.count('"') % 2:
        more = _until_the_quote_closes(lines)
        fields = _parsed("\n".join([text, *(line for _, line in more)]))
        if fields is None or len(fields) != header.width:
            lines.put_back(more)
            return number, text, "a quote is opened and not closed"
    if fields is None:
        return number, text, "quotes or line ends in the wrong place"
    if len(fields) != header.width:
        return number, text, f"{len(fields)} columns instead of {header.width}"
    if reason := _fault(fields, header):
        return number, text, reason
    return number, as_csv(field or "na" for field in fields), None


def _damage(text: str) -> str | None:
    if len(text) > LONGEST_LINE_CHARS:
        return f"longer than {LONGEST_LINE_CHARS} characters"
    if "\0" in text:
        return "holds a NUL byte"
    if not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text):
        return "not UTF-8"
    return None


def _until_the_quote_closes(lines: Lines) -> list[tuple[int, str]]:
    """The next lines up to the first that can end a quoted field, or none if that is too far."""
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
    """The fields of exactly one record, None if it is not one."""
    try:
        records = list(csv.reader(io.StringIO(record, newline=""), strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _fault(fields: list[str], header: Header) -> str | None:
    """Looks at what the table needs, and trims the UEN. Without one, a name will do (see staging.KEY_BY_NAME)."""
    at, name_at = header.position("uen") or 0, header.position("entity_name") or 0
    fields[at] = fields[at].strip()
    if fields[at] in ("", "na"):
        if fields[name_at].strip() in ("", "na"):
            return "neither a UEN nor a name"
    elif not _is_uen(fields[at]):
        return f"no UEN, but {fields[at][:40]!r}"
    for column in INDEXED:
        position = header.position(column)
        if position is not None and len(fields[position]) > LONGEST_INDEXED_CHARS:
            return f"{column} is longer than {LONGEST_INDEXED_CHARS} characters"
    return None


def as_csv(fields: Iterable[str]) -> str:
    """One record, without an end of line."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(fields)  # these two are then quoted within fields
    return text.getvalue().removesuffix("\r\n")
