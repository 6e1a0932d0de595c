"""Caches the findings of a line: the pages of a site repeat their menus, heads and feet."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

R = TypeVar("R")

#: Lines to remember: more than the pages of one site have, since each site is read in one go.
MOST_LINES: Final = 1_000
#: Longer lines are prose, which no other page repeats, and would take memory.
_LONGEST = 500


def once_per_line(find: Callable[[str], R]) -> Callable[[str], R]:
    """Caches the results of `find` for short lines. Do not change a result."""
    remembered = lru_cache(MOST_LINES)(find)

    @wraps(find)
    def found(line: str) -> R:
        return remembered(line) if len(line) <= _LONGEST else find(line)

    return found
