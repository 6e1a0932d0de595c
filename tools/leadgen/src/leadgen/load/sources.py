"""Sources of rows: a CSV, plain, gzipped or in a zip, or a folder of them, read as blocks of bytes.

What a file is, is decided by its first bytes, not by its name. Reading may be repeated: each
`Source.blocks` starts again.
"""

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leadgen.load.errors import NotARegister

BLOCK_BYTES = 1 << 20

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
WORKBOOK_PART = "[Content_Types].xml"
SAVE_AS_CSV = 'Open it, choose "Save as", the type "CSV UTF-8", and load that file.'

#: What reading a broken, encrypted or vanished file raises.
UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Source:
    """One CSV. `blocks` gives its bytes, each with how much of `size` has been read by then; it raises NotARegister."""

    name: str
    size: int
    blocks: Callable[[], Iterator[tuple[bytes, int]]]


def find_sources(path: Path) -> tuple[Source, ...]:
    """The CSVs of a file or folder, in the order of their names. Raises NotARegister when there is none."""
    try:
        return tuple(source for file in _files(path) for source in _of_file(file))
    except OSError as error:
        raise NotARegister(f"{path}: cannot be read: {error}") from error


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = [file for file in sorted(path.iterdir()) if file.is_file() and _may_be_a_csv(file.name)]
        if not files:
            raise NotARegister(f"{path}: no .csv, .csv.gz or .zip file in this folder.")
        return files
    if not path.is_file():
        reason = "is no file or folder" if path.exists() else "does not exist"
        raise NotARegister(f"{path}: {reason}. Name a CSV (.csv, .gz, .zip) or a folder of them.")
    return [path]


def _may_be_a_csv(name: str) -> bool:
    name = name.lower()
    return name.endswith((".csv", ".gz", ".zip")) and not name.endswith(".rejects.csv") and not name.startswith(".")


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
        raise NotARegister(f"{path}: is an Excel workbook. {SAVE_AS_CSV}")
    read = _gzipped if start[:2] == GZIP else _plain
    return (Source(path.name, size, lambda: _readable(path.name, read(path))),)


def _of_zip(path: Path) -> tuple[Source, ...]:
    with zipfile.ZipFile(path) as archive:
        if WORKBOOK_PART in archive.namelist():
            raise NotARegister(f"{path}: is a workbook of a spreadsheet. {SAVE_AS_CSV}")
        members = sorted(
            (member for member in archive.infolist() if _is_a_csv_inside(member)), key=lambda member: member.filename
        )
    if not members:
        raise NotARegister(f"{path}: no .csv file in this zip.")
    return tuple(_of_member(path, member) for member in members)


def _is_a_csv_inside(member: zipfile.ZipInfo) -> bool:
    name = member.filename.lower()
    return name.endswith(".csv") and not name.endswith(".rejects.csv") and not name.startswith("__macosx/")


def _of_member(path: Path, member: zipfile.ZipInfo) -> Source:
    name = f"{path.name}/{member.filename}"
    return Source(name, member.file_size, lambda: _readable(name, _zipped(path, member)))


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
    utf_16: codecs.IncrementalDecoder | None = None
    try:
        for block, position in blocks:
            if not read and block[:2] in UTF_16:
                utf_16 = codecs.getincrementaldecoder("utf-16")()
            yield (block if utf_16 is None else utf_16.decode(block).encode("utf-8", "replace")), position
            read += len(block)
        if utf_16 is not None:
            utf_16.decode(b"", final=True)
    except UnicodeError as error:
        raise NotARegister(f"{name}: is no UTF-16, though it begins so ({error}). Save it as UTF-8.") from error
    except UNREADABLE as error:
        where = f"after {read:,} bytes of its content" if read else "from the start"
        raise NotARegister(f"{name}: broken {where} ({error}). Get it again; nothing of it was loaded.") from error
