"""A cache of database rows for a bounded time, so that the first byte of an answer waits for no query.

Whoever invents credentials causes look-ups that find nothing. They must not take all the connections: few look-ups run
at once, and few wait.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from gateway.http.problems import Problem

K = TypeVar("K")
V = TypeVar("V")


class LookupCache(Generic[K, V]):
    """Values by key, each valid for `keep_s` seconds from the beginning of its look-up; at most `most` of them.

    What was not found is not remembered. `at_once` look-ups run at a time, and `waiting` more may wait for that.
    """

    def __init__(
        self,
        keep_s: float,
        *,
        most: int = 10_000,
        at_once: int = 4,
        waiting: int = 200,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keep_s = keep_s
        self._most = most
        self._clock = clock
        self._found: dict[K, tuple[V, float]] = {}
        self._changes = 0
        self._slots = asyncio.Semaphore(at_once)
        self._places = at_once + waiting

    async def find(self, key: K, look_up: Callable[[], Awaitable[V | None]]) -> V | None:
        """Returns the cached value, or the one that `look_up` finds. Raises Problem 503, and as `look_up` does."""
        found = self._found.get(key)
        began = self._clock()
        if found is not None and began < found[1]:
            return found[0]
        if self._places <= 0:
            raise Problem(503, "Overloaded", "Too many credentials are being checked. Try again.", retry_after_s=1)
        self._places -= 1
        try:
            async with self._slots:
                changes = self._changes
                began = self._clock()
                value = await look_up()
        finally:
            self._places += 1
        if value is None:
            self._found.pop(key, None)
        elif changes == self._changes:  # otherwise the value may be older than a change made meanwhile
            if len(self._found) >= self._most:
                self._found.clear()
            self._found[key] = (value, began + self._keep_s)
        return value

    def forget(self, key: K) -> None:
        """Forgets a value that has changed. Other replicas notice the change within `keep_s`."""
        self._changes += 1
        self._found.pop(key, None)
