"""Sources of rows: a CSV, plain, gzipped or zipped, or a folder of them, read as blocks of bytes.

What a file is, is decided by its first bytes, not by its name. Reading may be repeated: each
`Source.blocks` starts again.
"""

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from leadgen.load.errors import NotARegister
from leadgen.load.files.dialects import in_register_form
from leadgen.load.files.workbook import read_sheet, sheets_with_header

BLOCK_BYTES = 1 << 20

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
WORKBOOK_PART, OPEN_DOCUMENT_PART = "[Content_Types].xml", "META-INF/manifest.xml"
#: Of files in a zip that has none called .csv.
TEXT_ENDINGS = (".txt", ".tsv", ".tab")
#: Maximum number of names in a message.
MOST_SHOWN = 5
SAVE_AS_CSV = 'Open it, choose "Save as", the type "CSV UTF-8", and load that file.'

#: What reading a broken, encrypted or vanished file raises.
UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Source:
    """One CSV. `blocks` yields its bytes, each with the part of `size` read so far; it raises NotARegister."""

    name: str
    size: int
    blocks: Callable[[], Iterator[tuple[bytes, int]]]


def find_sources(path: Path) -> tuple[Source, ...]:
    """Lists the CSVs of a file or folder, in the order of their names. Raises NotARegister if there is none."""
    try:
        return tuple(source for file in _files(path) for source in _of_file(file))
    except OSError as error:
        raise NotARegister(f"{path}: cannot be read: {error}") from error


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = [file for file in sorted(path.iterdir()) if file.is_file() and _may_be_a_csv(file.name)]
        if not files:
            raise NotARegister(f"{path}: no .csv, .csv.gz, .zip or .xlsx file in this folder.")
        return files
    if not path.is_file():
        reason = "is not a file or folder" if path.exists() else "does not exist"
        raise NotARegister(f"{path}: {reason}. Name a CSV (.csv, .gz, .zip), an .xlsx, or a folder of them.")
    return [path]


def _may_be_a_csv(name: str) -> bool:
    name = name.lower()
    return (
        name.endswith((".csv", ".gz", ".zip", ".xlsx"))
        and not name.endswith(".rejects.csv")
        and not name.startswith((".", "~$"))  # hidden; a spreadsheet's lock beside an open workbook
    )


def _of_file(path: Path) -> tuple[Source, ...]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
        if start in (ZIP, EMPTY_ZIP):
            return _of_zip(path)
    except UNREADABLE as error:
        raise NotARegister(f"{path}: cannot be read: {error}") from error
    if start == OLD_WORKBOOK:
        raise NotARegister(f"{path}: is an Excel workbook of the old kind, or an encrypted one. {SAVE_AS_CSV}")
    read = _gzipped if start[:2] == GZIP else _plain
    return (Source(path.name, size, lambda: in_register_form(path.name, _readable(path.name, read(path)))),)


def _of_zip(path: Path) -> tuple[Source, ...]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if WORKBOOK_PART in names:
            return _of_workbook(path)
        if OPEN_DOCUMENT_PART in names:
            raise NotARegister(f"{path}: is a workbook of a spreadsheet (OpenDocument). {SAVE_AS_CSV}")
        inside = [member for member in archive.infolist() if _is_a_file_inside(member)]
    for endings in ((".csv",), TEXT_ENDINGS):
        members = [member for member in inside if member.filename.lower().endswith(endings)]
        if members:
            return tuple(_of_member(path, member) for member in sorted(members, key=lambda member: member.filename))
    shown = ", ".join(member.filename for member in inside[:MOST_SHOWN]) or "nothing"
    raise NotARegister(
        f"{path}: no .csv file in this zip. It holds {shown}. Unpack it and load what holds the register."
    )


def _is_a_file_inside(member: zipfile.ZipInfo) -> bool:
    name = member.filename.lower()
    return not (member.is_dir() or name.endswith(".rejects.csv") or name.startswith("__macosx/"))


def _of_workbook(path: Path) -> tuple[Source, ...]:
    size = path.stat().st_size
    return tuple(
        Source(f"{path.name}, sheet {sheet!r}", size, partial(read_sheet, path, sheet, size))
        for sheet in sheets_with_header(path)
    )


def _of_member(path: Path, member: zipfile.ZipInfo) -> Source:
    name = f"{path.name}/{member.filename}"
    return Source(name, member.file_size, lambda: in_register_form(name, _readable(name, _zipped(path, member))))


def _plain(path: Path) -> Iterator[tuple[bytes, int]]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block, file.tell()


def _gzipped(path: Path) -> Iterator[tuple[bytes, int]]:
    with path.open("rb") as file, gzip.open(file) as unpacked:
        while block := unpacked.read1(BLOCK_BYTES):  # read() would lose what came before a break
            yield block, file.tell()


def _zipped(path: Path, member: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    with zipfile.ZipFile(path) as archive, archive.open(member) as unpacked:
        while block := unpacked.read(BLOCK_BYTES):
            yield block, unpacked.tell()


def _readable(name: str, blocks: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
    read = 0
    try:
        for block, position in blocks:
            yield block, position
            read += len(block)
    except UNREADABLE as error:
        where = f"after {read:,} bytes of its content" if read else "from the start"
        raise NotARegister(f"{name}: broken {where} ({error}). Download it again; nothing of it was loaded.") from error
