"""Counts of recognised and unrecognised values in a load's rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Below this share of understood rows a summary warns.
FEW = 0.95

#: Maximum number of different statuses that are counted apart; a register has some thirty.
MOST_STATUSES = 1_000


@dataclass(slots=True)
class Tally:
    """Counts over the rows of all files, updated while they are read."""

    rows: int = 0
    dated: int = 0
    with_postal_code: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    #: Values in a date's place that are no date, and the first of them.
    unread_dates: int = 0
    unread_date: str = ""
    #: Lines that repeat the header.
    headers: int = 0

    def count_status(self, status: str) -> None:
        """Counts a row's status."""
        if status in self.statuses or len(self.statuses) < MOST_STATUSES:
            self.statuses[status] += 1


@dataclass(frozen=True, slots=True)
class Share:
    """The number of a load's rows with a recognised value."""

    what: str
    rows: int
    of: int

    @property
    def percent(self) -> str:
        """The share in percent, rounded down, so that 100 % means every row."""
        return f"{100 * self.rows // self.of if self.of else 0} %"

    @property
    def is_small(self) -> bool:
        """Whether so few were recognised that the operator should check the file."""
        return self.rows < FEW * self.of


def notes(tally: Tally, shares: Sequence[Share]) -> tuple[str, ...]:
    """Writes notes about a load's values for the operator, in whole sentences."""
    found = []
    if tally.headers:
        found.append(f"Lines that repeat the header: {tally.headers:,}. They were ignored.")
    if tally.unread_dates:
        found.append(
            f"Dates that could not be read: {tally.unread_dates:,}, such as {tally.unread_date[:40]!r}. They count as "
            "missing. Days are read before months, as in 31/12/2024; best is 2024-12-31."
        )
    few = [share for share in shares if share.is_small]
    if few:
        words = ", ".join(f"{share.what} {share.percent}" for share in few)
        found.append(f"Warning: less than {FEW:.0%} of the rows were understood: {words}. Look at these columns.")
    return tuple(found)
