"""Converts files of other programs to UTF-8 with commas: other encodings, other separators.

What a file has is decided by its first bytes. A file as the register has it goes on untouched.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from leadgen.load.errors import NotARegister
from leadgen.load.files.header import WIDEST, is_header
from leadgen.load.files.lines import LONGEST_LINE_CHARS

#: Each with its bytes and how far the source has been read.
Blocks = Iterator[tuple[bytes, int]]

#: What separates columns, the usual one first.
SEPARATORS = ",;\t|"
#: Maximum number of lines in which the header is looked for.
MOST_LINES_ABOVE = 30
#: Bytes that decide on the encoding and the separator.
ENOUGH = 1 << 20
LINES_PER_BLOCK = 1_000

#: Of no text.
_CONTROL = re.compile(rb"[\x00-\x08]")
_HIGH = re.compile(rb"[\x80-\xff]+")
#: Letters and signs of Windows-1252; all others begin or end a character of another encoding.
_SURE_WINDOWS = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")


@dataclass(frozen=True, slots=True)
class Dialect:
    """An encoding by Python's name, and the column separator."""

    encoding: str = "utf-8"
    separator: str = ","

    @property
    def is_usual(self) -> bool:
        """Whether the file needs no conversion."""
        return self == Dialect()


def in_register_form(name: str, blocks: Blocks) -> Blocks:
    """Returns a file's blocks in UTF-8 with commas. Raises NotARegister if it cannot be decoded or parsed.

    Single bytes that the encoding does not have stay as they are: their rows are rejected, like those of a usual file.
    """
    first: list[tuple[bytes, int]] = []
    size = 0
    for block in blocks:
        first.append(block)
        size += len(block[0])
        if size >= ENOUGH:
            break
    start = b"".join(content for content, _ in first)
    # In whole lines: half a character at the end would be one of another encoding.
    dialect = dialect_of(start[: start.rfind(b"\n") + 1] or start if size >= ENOUGH else start)
    whole = chain(first, blocks)
    return whole if dialect.is_usual else _converted(name, whole, dialect)


def dialect_of(start: bytes) -> Dialect:
    """Detects the dialect of a file by its first bytes."""
    encoding = _encoding_of(start)
    text = start.decode(encoding, "replace").removeprefix("\ufeff")
    lines = re.split(r"\r\n|\n|\r", text)[:MOST_LINES_ABOVE]
    return Dialect(encoding, _separator_of(lines))


def _encoding_of(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (encoding := _utf_16_without_mark(start)) is not None:
        return encoding
    high = _HIGH.findall(start)
    if not high or _CONTROL.search(start[:1_000]) or _has_utf_8(high):
        return "utf-8"
    single = len(_SURE_WINDOWS.findall(start))
    return "cp1252" if 2 * single >= len(high) else "gb18030"


def _utf_16_without_mark(start: bytes) -> str | None:
    """Returns the encoding of a text with a zero in every other byte."""
    sample = start[:1_000]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) > 20 and sample[offset::2].count(0) > 0.9 * len(sample[offset::2]):
            return encoding
    return None


def _has_utf_8(runs: Sequence[bytes]) -> bool:
    """Returns whether characters beyond ASCII are UTF-8; in other encodings that happens only by chance."""
    good = bad = 0
    for run in runs:
        try:
            run.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            bad += 1
    return good >= bad


def _separator_of(lines: list[str]) -> str:
    """Returns the separator with which one of these lines is the header; a comma if none is."""
    for line in lines:
        for separator in SEPARATORS:
            if separator in line and is_header(_split(line, separator)):
                return separator
    return ","


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])[: WIDEST + 1]
    except csv.Error:
        return []


def _converted(name: str, blocks: Blocks, dialect: Dialect) -> Blocks:
    """Yields the converted rows, in blocks."""
    position = 0

    def lines() -> Iterator[str]:
        nonlocal position
        decoder = codecs.getincrementaldecoder(dialect.encoding)("surrogateescape")
        rest = ""
        for content, at in chain(blocks, [(b"", -1)]):
            position = max(at, position)
            text = (rest + decoder.decode(content, final=at < 0)).replace("\r\n", "\n")
            text, rest = (text[:-1], "\r") if text.endswith("\r") and at >= 0 else (text, "")
            kept = text.replace("\r", "\n").split("\n")
            rest = kept.pop() + rest
            if len(rest) > LONGEST_LINE_CHARS:
                raise NotARegister(f"{name}: a line is longer than {LONGEST_LINE_CHARS} characters.")
            yield from (f"{line}\n" for line in kept)
        if rest:
            yield rest

    try:
        found: Iterable[str] = lines()
        if dialect.separator != ",":
            found = _with_commas(_without_mark(found), dialect.separator)
        written: list[str] = []
        for line in found:
            written.append(line)
            if len(written) == LINES_PER_BLOCK:
                yield "".join(written).encode(errors="surrogateescape"), position
                written = []
        yield "".join(written).encode(errors="surrogateescape"), position
    except UnicodeError as error:
        raise NotARegister(
            f"{name}: looks like {dialect.encoding.upper()}, but cannot be decoded ({error}). Save it as UTF-8."
        ) from error
    except csv.Error as error:
        raise NotARegister(
            f"{name}: a quote is opened and not closed, or a value is longer than {csv.field_size_limit():,} "
            f"characters ({error}). Save it with commas, as UTF-8."
        ) from error


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line.lstrip("\ufeff") if not number else line


def _with_commas(lines: Iterable[str], separator: str) -> Iterator[str]:
    for fields in csv.reader(lines, delimiter=separator):
        if fields and not fields[0].lower().startswith("sep="):
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerow(fields)
            yield text.getvalue()
        else:
            yield "\n"
