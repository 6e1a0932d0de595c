"""Waiting with a deadline, and the detection of dead-lettered events."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from common.errors import Permanent

T = TypeVar("T")

DEAD = "SELECT error FROM inbox WHERE consumer = $1 AND state = 'dead' LIMIT 1"


class TooLate(Permanent):
    """The condition was not met in time; `last` is the last value."""

    def __init__(self, within_s: float, last: object) -> None:
        super().__init__(f"not within {within_s:g} s: {last}")
        self.last = last


async def until(
    look: Callable[[], Awaitable[T]], is_so: Callable[[T], bool], *, within_s: float, every_s: float = 0.01
) -> T:
    """Polls `look` until `is_so` is true for its value, and returns the value. Raises TooLate."""
    patience = time.monotonic() + within_s
    while not is_so(seen := await look()):
        if time.monotonic() > patience:
            raise TooLate(within_s, seen)
        await asyncio.sleep(every_s)
    return seen


async def dead_letter_error(owner: "asyncpg.Connection[asyncpg.Record]", consumer: str) -> str | None:
    """Returns the error of an event that this service has dead-lettered; `None` if there is none."""
    error: str | None = await owner.fetchval(DEAD, consumer)
    return error
