"""A vendor's accounts: each key's usage, purchases and recent calls."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

MINUTE_S = 60.0


@dataclass(slots=True)
class Account:
    """One key of one vendor. `bought` are its paid items; `counts` are the vendor's counters."""

    key: str
    used: Counter[str] = field(default_factory=Counter)
    bought: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    limit: int | None = None
    _window_from: float = float("-inf")
    _in_window: int = 0

    @property
    def units(self) -> int:
        """The total units charged."""
        return self.used.total()

    @property
    def left(self) -> int | None:
        """Returns the remaining credits; `None` without a limit."""
        return None if self.limit is None else max(0, self.limit - self.units)

    def can_pay(self, units: int) -> bool:
        """Whether the remaining credits suffice."""
        return self.left is None or units <= self.left

    def admit(self, per_minute: int, now: float, penalty_s: float) -> float:
        """Counts a call in its minute.

        Returns the seconds until the next minute if it is one too many, else 0; with a penalty, the minute then starts
        again and lasts that long.
        """
        if now >= self._window_from + MINUTE_S:
            self._window_from, self._in_window = now, 0
        self._in_window += 1
        if self._in_window <= per_minute:
            return 0.0
        if penalty_s and self._in_window == per_minute + 1:
            self._window_from = now + penalty_s - MINUTE_S
        return self._window_from + MINUTE_S - now

    def book(self, operation: str, units: int, items: Iterable[str], counted: Counter[str]) -> None:
        """Adds a charge to the account."""
        self.used[operation] += units
        self.bought.update(items)
        self.counts.update(counted)
