"""Labelled outcomes: a CSV with `uen` and `outcome` (won or lost), perhaps with scores or with values of features.

A bad row is named by its line; nothing is made of a file that holds one.
"""

import csv
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import Permanent

if TYPE_CHECKING:
    from _csv import Reader

MEANT = {"won": True, "1": True, "lost": False, "0": False}

#: Bad rows that are named; there are as many again in a file of the wrong format.
NAMED = 10


LONGEST_UEN = 50


class NotOutcomes(Permanent):
    """The file has no labelled outcomes, or has invalid rows."""


class BadRow(Exception):
    """The fault of one row."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a lead. `values` are those of the features in the file; `None` is unknown."""

    line: int
    uen: str
    is_won: bool
    score: float | None
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The rows of a file; `features` are the columns with a feature's name, `unused` the unknown ones."""

    rows: Sequence[Outcome]
    has_scores: bool
    features: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def won(self) -> int:
        return sum(row.is_won for row in self.rows)


def read_outcomes(file: Path, features: Collection[str] = ()) -> Outcomes:
    """Reads the outcomes of a file; `features` are the possible column names. Raises NotOutcomes with the fault."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.reader(opened, strict=True)
            header = [name.strip().lower() for name in next(rows, [])]
            _check(header, file)
            outcomes = Outcomes(
                rows=_read(rows, header, features, file),
                has_scores="score" in header,
                features=tuple(name for name in header if name in features),
                unused=tuple(name for name in header if name not in {"uen", "outcome", "score", *features}),
            )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotOutcomes(f"{file} cannot be read as a CSV in UTF-8: {error}") from error
    if not outcomes.rows:
        raise NotOutcomes(f"{file} holds no outcomes: give one a line below the header")
    return outcomes


def _check(header: Sequence[str], file: Path) -> None:
    if missing := [name for name in ("uen", "outcome") if name not in header]:
        raise NotOutcomes(
            f"{file} lacks the columns {', '.join(missing)}: its first line has to name them, separated by commas"
        )
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise NotOutcomes(f"{file} names the columns {', '.join(twice)} more than once")


def _read(rows: "Reader", header: Sequence[str], features: Collection[str], file: Path) -> list[Outcome]:
    outcomes: list[Outcome] = []
    bad: list[str] = []
    lines: dict[str, int] = {}
    line = rows.line_num + 1
    for cells in rows:
        first, line = line, rows.line_num + 1  # a quoted cell may go over several
        if not any(cell.strip() for cell in cells):
            continue
        try:
            outcome = _outcome(cells, header, features, first)
            if (before := lines.setdefault(outcome.uen, first)) != first:
                raise BadRow(f"uen {outcome.uen} is on line {before} already")
            outcomes.append(outcome)
        except BadRow as error:
            bad.append(f"line {first}: {error}")
    if bad:
        more = [f"and {len(bad) - NAMED} more"] if len(bad) > NAMED else []
        raise NotOutcomes("\n  ".join([f"{file} has invalid rows:", *bad[:NAMED], *more]))
    return outcomes


def _outcome(cells: Sequence[str], header: Sequence[str], features: Collection[str], line: int) -> Outcome:
    if len(cells) != len(header):
        raise BadRow(f"{len(cells)} cells, where the header names {len(header)} columns")
    row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    if not row["uen"] or len(row["uen"]) > LONGEST_UEN or not row["uen"].isprintable():
        raise BadRow(f"uen {row['uen'][:LONGEST_UEN]!r} is none")
    is_won = MEANT.get(row["outcome"].lower())
    if is_won is None:
        raise BadRow(f"outcome {row['outcome']!r} is none of won, lost, 1 and 0")
    score = _share("score", row["score"]) if "score" in row else None
    if "score" in row and score is None:
        raise BadRow("score is empty: give every row one, or leave the column out to have them looked up")
    values = {name: _share(name, row[name]) for name in header if name in features}
    return Outcome(line, row["uen"].upper(), is_won, score, values)


def _share(name: str, cell: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise BadRow(f"{name} {cell!r} is not a number from 0 to 1")
    return value
