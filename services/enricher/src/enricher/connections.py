"""Connections to many hosts, each for one request at a time, and kept for the next one to its host for a moment.

httpcore's own pool looks at every connection that it has before and after each request: where every visit brings a host
of its own, that took a tenth of the crawler's time. Here it only makes them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import httpcore

Place: TypeAlias = tuple[bytes, bytes, int]


class Connections:
    """At most `most` at once, as `maker` makes them; `kept` idle ones at most, and none for longer than `idle_s`."""

    def __init__(self, maker: httpcore.AsyncConnectionPool, *, most: int, kept: int, idle_s: float) -> None:
        self._maker = maker
        self._kept = kept
        self._idle_s = idle_s
        self._slots = asyncio.Semaphore(most)
        self._busy: set[httpcore.AsyncConnectionInterface] = set()
        self._idle: list[tuple[Place, float, httpcore.AsyncConnectionInterface]] = []  # the longest idle first

    @asynccontextmanager
    async def stream(
        self, method: str, url: httpcore.URL, *, headers: Sequence[tuple[str, str]]
    ) -> AsyncIterator[httpcore.Response]:
        """The answer to a request, read by the caller as far as it likes. Raises what httpcore raises."""
        if url.scheme not in (b"http", b"https"):
            raise httpcore.UnsupportedProtocol(f"{url.scheme.decode(errors='replace')[:20]} is not for web pages")
        origin = url.origin
        place = (origin.scheme, origin.host, origin.port)
        async with self._slots:
            connection = await self._idle_at(place) or self._maker.create_connection(origin)
            self._busy.add(connection)
            try:
                async with connection.stream(method, url, headers=headers) as response:
                    yield response
            finally:
                self._busy.discard(connection)
                await self._put_back(place, connection)

    async def aclose(self) -> None:
        """Closes all of them, whatever they are doing."""
        everything = [*self._busy, *(connection for *_, connection in self._idle)]
        self._idle.clear()
        for connection in everything:
            await connection.aclose()

    async def _idle_at(self, place: Place) -> httpcore.AsyncConnectionInterface | None:
        """One that the other end has not closed meanwhile."""
        for entry in [entry for entry in self._idle if entry[0] == place]:
            self._idle.remove(entry)
            if not entry[-1].has_expired():
                return entry[-1]
            await entry[-1].aclose()
        return None

    async def _put_back(self, place: Place, connection: httpcore.AsyncConnectionInterface) -> None:
        """Keeps it if it can be used again, and lets go of those that nobody came back for."""
        now = time.monotonic()
        ended = []
        if connection.is_idle():
            self._idle.append((place, now, connection))
        else:
            ended.append(connection)
        while self._idle and (len(self._idle) > self._kept or self._idle[0][1] < now - self._idle_s):
            ended.append(self._idle.pop(0)[-1])
        for each in ended:
            await each.aclose()
