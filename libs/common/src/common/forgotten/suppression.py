"""The list of what is forgotten (table `forgotten`), as a service knows it: at most `KNOWN_WITHIN` old."""

import time
from datetime import timedelta
from typing import Final, Protocol

from common.forgotten.digests import ForgottenList
from common.postgres import Connection, Database

#: Every service knows of a new entry after this time.
KNOWN_WITHIN: Final = timedelta(seconds=10)

READ = """
    SELECT (SELECT key FROM forgotten_key) AS key,
           ARRAY(SELECT DISTINCT unnest(digests) FROM forgotten) AS digests
"""


class Suppression(Protocol):
    """Says what is forgotten."""

    async def current(self) -> ForgottenList:
        """Returns the list. Raises Unavailable."""
        ...


class ReadSuppression:
    """Reads the list from the database, and again when it is older than `fresh_for`."""

    def __init__(self, database: Database, *, fresh_for: timedelta = KNOWN_WITHIN / 2) -> None:
        self._database = database
        self._fresh_for_s = fresh_for.total_seconds()
        self._list = ForgottenList()
        self._read_at = float("-inf")

    async def current(self) -> ForgottenList:
        """Returns the list. Raises Unavailable."""
        now = time.monotonic()
        if now - self._read_at >= self._fresh_for_s:
            async with self._database.statement() as tx:
                self._list = await read(tx)
            self._read_at = now
        return self._list


async def read(tx: Connection) -> ForgottenList:
    """Reads the list."""
    row = await tx.fetchrow(READ)
    assert row is not None  # noqa: S101 # a SELECT without FROM
    return ForgottenList(row["key"] or b"", frozenset(row["digests"]))
