"""Splits files into batches of valid rows, one per COPY, with the rejected rows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from leadgen.load.errors import NotARegister
from leadgen.load.files.dialects import MOST_LINES_ABOVE
from leadgen.load.files.header import Header, fields_of, is_header, read_header
from leadgen.load.files.lines import Lines
from leadgen.load.files.sources import Source
from leadgen.load.parsing.rows import read_rows
from leadgen.load.parsing.tally import Tally
from leadgen.load.parsing.values import is_month_first

BATCH_ROWS = 10_000
BATCH_CHARS = 4_000_000


#: Maximum number of rows that tell whether dates have the month first.
MOST_SAMPLED = 2_000
#: Maximum number of lines in a header.
MOST_HEADER_LINES = 200
_SEPARATOR = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(slots=True)
class Batch:
    """Rows of one file as CSV records, and their line numbers."""

    file: str
    header: Header
    rows: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    #: Line, text and reason of each.
    rejects: list[tuple[int, str, str]] = field(default_factory=list)
    #: The rows as COPY takes them: made in the reading thread, so that the loading one need not.
    content: bytes = b""
    #: How much of all files has been read, in the unit of `Source.size`.
    position: int = 0

    def close(self, position: int) -> "Batch":
        """Prepares the batch for COPY."""
        self.position = position
        self.content = "\n".join([*self.rows, ""]).encode()
        return self

    def halves(self) -> tuple["Batch", "Batch"]:
        """Splits the batch into two."""
        half = len(self.rows) // 2
        first = Batch(self.file, self.header, self.rows[:half], self.lines[:half])
        second = Batch(self.file, self.header, self.rows[half:], self.lines[half:])
        return first.close(self.position), second.close(self.position)


def headers_of(sources: Iterable[Source]) -> list[Header]:
    """Reads the first line of every file. Raises NotARegister for the first file that is no register."""
    return [_header(source, Lines(block for block, _ in source.blocks())) for source in sources]


def _header(source: Source, lines: Lines) -> Header:
    first: str | None = None
    above = 0
    for _ in range(MOST_LINES_ABOVE):
        text = _first_record(lines)
        if text is None:
            break
        if named := _SEPARATOR.fullmatch(text):  # a spreadsheet's own first line
            if named[1] != ",":
                raise NotARegister(
                    f"{source.name}: its columns are separated by {named[1]!r}, but its header is not the register's."
                )
            continue
        first = text if first is None else first
        if is_header(fields_of(text)):
            header = read_header(text, source.name)
            return replace(header, lines_above=above, is_month_first=_is_month_first(header, lines))
        above += 1
    if first is None:
        raise NotARegister(f"{source.name}: is empty.")
    return read_header(first, source.name)


def _is_month_first(header: Header, lines: Lines) -> bool:
    """Returns whether the first rows have dates with the month first, and none with the day first."""
    at = header.position("registration_incorporation_date")
    if at is None:
        return False
    sample = list(islice(lines, MOST_SAMPLED))
    lines.put_back(sample)
    rows = (fields_of(text) for _, text in sample if "/" in text or "." in text or "-" in text)
    return is_month_first(row[at] for row in rows if at < len(row))


def _first_record(lines: Lines) -> str | None:
    """Returns the first record, which may have line ends within quotes; `None` if there is none."""
    text = ""
    for _ in range(MOST_HEADER_LINES):
        line = next(lines, None)
        if line is None:
            break
        text = f"{text}\n{line[1]}" if text else line[1]
        if text.strip() and text.count('"') % 2 == 0:
            break
    return text or None


class _Blocks:
    """A file's bytes, and the number read so far."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.position = 0

    def __iter__(self) -> Iterator[bytes]:
        for block, position in self._source.blocks():
            self.position = position
            yield block


def batches(sources: Iterable[Source], tally: Tally) -> Iterator[Batch]:
    """Yields all rows of all files in order. Blocking: for a thread. Raises NotARegister for an incomplete file."""
    before = 0
    for source in sources:
        blocks = _Blocks(source)
        lines = Lines(blocks)
        header = _header(source, lines)
        batch, chars = Batch(source.name, header), 0
        for line, text, reason in read_rows(lines, header, tally):
            if reason is None:
                batch.rows.append(text)
                batch.lines.append(line)
            else:
                batch.rejects.append((line, text, reason))
            chars += len(text)
            if chars >= BATCH_CHARS or len(batch.rows) >= BATCH_ROWS:
                yield batch.close(before + blocks.position)
                batch, chars = Batch(source.name, header), 0
        yield batch.close(before + blocks.position)
        before += source.size
