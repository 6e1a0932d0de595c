"""The rejects file: unreadable rows of a load, as a CSV of file, line, reason and original text.

It is made at the first rejected row. One left by an earlier load is replaced; any other file is never touched.
"""

import csv
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from leadgen.load.errors import LoadFailed

HEADER = ["file", "line", "reason", "text"]


def rejects_beside(source: Path) -> Path:
    """Returns the default file for rejects: `acra.csv.gz.rejects.csv` for `acra.csv.gz`."""
    source = source.resolve()
    return source.with_name(source.name + ".rejects.csv")


class Rejects:
    """Writes the rejects file; a context manager. Raises LoadFailed if it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        try:
            if self.path.exists():
                with self.path.open("rb") as file:
                    first = file.readline(100).strip()
                if first not in (b"", ",".join(HEADER).encode()):
                    raise LoadFailed(
                        f"{self.path} is not a rejects file of an earlier load: choose another with --rejects."
                    )
                self.path.unlink()
        except OSError as error:
            raise self._no_place(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, file: str, line: int, text: str, reason: str) -> None:
        """Adds a row. Bytes that are not UTF-8 appear as \\xNN."""
        try:
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8", newline="")
                csv.writer(self._file).writerow(HEADER)
            text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            csv.writer(self._file).writerow([file, line, reason, text.replace("\0", "\\x00")])
        except OSError as error:
            raise self._no_place(error) from error
        self.count += 1

    def _no_place(self, error: OSError) -> LoadFailed:
        return LoadFailed(
            f"Rejected rows cannot be written to {self.path} ({error}): name another place with --rejects."
        )
