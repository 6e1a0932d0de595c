"""A service's copy of the table `forgotten`, at most `KNOWN_WITHIN` old."""

import asyncio
import time
from datetime import timedelta
from typing import Final, Protocol

from common.forgotten.digests import ForgottenList
from common.postgres import Connection, Database

#: Every service knows of a new entry after this time.
KNOWN_WITHIN: Final = timedelta(seconds=10)

#: Differs after every change of the list, and is read in place of it while there is none.
VERSION = "SELECT string_agg(xmin::text || ctid::text, ',' ORDER BY subject) FROM forgotten"
READ = """
    SELECT (SELECT key FROM forgotten_key) AS key,
           ARRAY(SELECT DISTINCT unnest(digests) FROM forgotten) AS digests
"""


class Suppression(Protocol):
    """Source of the current list of forgotten values."""

    async def current(self) -> ForgottenList:
        """Returns the list. Raises Unavailable."""
        ...


class ReadSuppression:
    """Reads the list again if it has changed in the database; checks that after `fresh_for`."""

    def __init__(self, database: Database, *, fresh_for: timedelta = KNOWN_WITHIN / 2) -> None:
        self._database = database
        self._fresh_for_s = fresh_for.total_seconds()
        self._list = ForgottenList()
        self._version: str | None = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def current(self) -> ForgottenList:
        """Returns the list. Raises Unavailable."""
        if not self._is_fresh():
            async with self._reading:
                if not self._is_fresh():
                    await self._read()
        return self._list

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._read_at < self._fresh_for_s

    async def _read(self) -> None:
        now = time.monotonic()
        async with self._database.statement() as tx:
            version = await tx.fetchval(VERSION)
        if version != self._version:
            async with self._database.statement() as tx:
                self._list = await read(tx)
            self._version = version
        self._read_at = now


async def read(tx: Connection) -> ForgottenList:
    """Reads the list from the database."""
    row = await tx.fetchrow(READ)
    assert row is not None  # noqa: S101 # a SELECT without FROM
    return ForgottenList(row["key"] or b"", frozenset(row["digests"]))
