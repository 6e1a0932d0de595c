"""The time for which rows are kept."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Retention:
    """Days for which kinds of rows are kept; 0: for good."""

    runs: int
    facts: int
    events: int
