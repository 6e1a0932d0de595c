"""The reports of a load: `Progress` while it runs, a `Summary` at the end."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from leadgen.load.parsing.tally import Share

Phase: TypeAlias = Literal["reading", "waiting", "merging"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a load: `done` of `total` bytes (generated companies: rows) while it reads, pages while it merges."""

    phase: Phase
    done: int
    total: int
    rows: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of rows: read = inserted + updated + unchanged + repeated + rejected."""

    files: int
    inserted: int
    updated: int
    unchanged: int
    #: Rows whose UEN came again further down: the later one was taken.
    repeated: int
    rejected: int
    #: Where the rejected rows are; None when there is none.
    rejects: Path | None
    ignored_columns: tuple[str, ...]
    #: The version of SSIC that the codes are read in, and why, in a sentence.
    ssic_version: str
    why_version: str
    #: What the operator should know about the file, in whole sentences.
    notes: tuple[str, ...]
    seconds: float
    #: Of the rows taken, those with a status, a date, an industry and a postal code that were understood.
    understood: tuple[Share, ...] = ()

    @property
    def taken(self) -> int:
        """The number of rows that are now in the register."""
        return self.inserted + self.updated + self.unchanged + self.repeated

    @property
    def read(self) -> int:
        """The number of rows in the file, without blank lines and headers."""
        return self.inserted + self.updated + self.unchanged + self.repeated + self.rejected

    @property
    def rows_per_second(self) -> int:
        """Rows read per second, from the first byte to the committed and analysed table."""
        return round(self.read / max(self.seconds, 0.001))
