"""Decides which requests a replica admits before the table of rates has counted them. Pure.

A replica remembers each limit as the table last answered. A request that has room in all of its limits, by that, is
admitted on credit: it is charged to the table without waiting for it. No limit has more than `Rate.credit` requests of
a replica that the table has not answered. So one replica alone never exceeds a limit, and each further one exceeds it
by its credit at most, for it learns from the next answer that there is no room.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeAlias

from gateway.rates.moments import MOST, Moments
from gateway.rates.rate import Rate

#: A tenant and one of its subjects; without a subject the tenant itself, and tenant 0 for all tenants together.
Limited: TypeAlias = tuple[int, str]


class Credit:
    """A replica's requests that the table has not counted yet, and its last answers."""

    def __init__(self, *, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        #: When each limit would have room for a whole burst.
        self._rested_at = Moments[Limited](most)
        self._unanswered: Counter[Limited] = Counter()

    def __len__(self) -> int:
        """Counts the limits that are remembered."""
        return len(self._rested_at.keys() | self._unanswered.keys())

    def take(self, limits: Mapping[Limited, Rate]) -> bool:
        """Notes a request before it is charged to the table. Returns whether it is admitted on credit."""
        now = self._clock()
        has_room = all(self._has_room(limited, rate, now) for limited, rate in limits.items())
        self._unanswered.update(limits.keys())
        return has_room

    def answered(self, limits: Mapping[Limited, Rate], waits_s: Mapping[Limited, float] | None) -> None:
        """Ends what `take` noted. `waits_s`: seconds until each limit has room for one more request, negative if it has
        room for several; `None` if the table could not be asked."""
        for limited in limits:
            self._unanswered[limited] -= 1
            if not self._unanswered[limited]:
                del self._unanswered[limited]
        if waits_s is None:
            return
        now = self._clock()
        rested_at = {it: now + waits_s[it] + (rate.burst - 1) * rate.interval_s for it, rate in limits.items()}
        self._rested_at.keep(rested_at, now)

    def _has_room(self, limited: Limited, rate: Rate, now: float) -> bool:
        unanswered = self._unanswered.get(limited, 0)
        if unanswered >= rate.credit:
            return False
        used = (self._rested_at.of(limited, now) - now) / rate.interval_s
        return used + unanswered <= rate.burst - 1 + 1e-6
