"""What visits found, per domain and for every tenant: a site is visited anew only when that is no longer fresh, and by
one visitor at a time.

Who visits holds a lease on the row, no transaction and no lock; who comes meanwhile waits for what the first one finds.
"""

import asyncio
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError

from common.errors import Transient, Unavailable
from common.postgres import Database
from enricher.documents import Document
from enricher.urls import homepage, host_of
from enricher.visiting import Visit, Visitor

FIND = """
    SELECT visit, documents, visited_at, clock_timestamp() - visited_at AS age,
           visiting_until > clock_timestamp() AS is_being_visited
      FROM crawled_sites
     WHERE domain = $1
"""

CLAIM = """
    INSERT INTO crawled_sites AS site (domain, visitor, visiting_until)
    VALUES ($1, $2, clock_timestamp() + $3)
    ON CONFLICT (domain) DO UPDATE SET visitor = excluded.visitor, visiting_until = excluded.visiting_until
     WHERE site.visiting_until <= clock_timestamp() AND site.visited_at IS NOT DISTINCT FROM $4
    RETURNING true
"""

KEEP = """
    UPDATE crawled_sites
       SET outcome = $3, url = $4, visited_at = clock_timestamp(), etag = $5, last_modified = $6, visit = $7::json,
           documents = $8, visiting_until = '-infinity'
     WHERE domain = $1 AND visitor = $2
"""

FORGET_TEXTS = """
    UPDATE crawled_sites SET documents = NULL
     WHERE documents IS NOT NULL AND visited_at < clock_timestamp() - $1::interval
"""

LEAVE = "UPDATE crawled_sites SET visiting_until = '-infinity' WHERE domain = $1 AND visitor = $2"

#: For how long a failure stands: nobody knocks again at once, for any tenant.
UNREACHABLE_FOR: Final = timedelta(minutes=30)
#: The same where the owner refuses, or had us leave before the end. robots.txt is believed as long.
REFUSED_FOR: Final = timedelta(days=1)

_VISIT = TypeAdapter(Visit)
_DOCUMENTS = TypeAdapter(tuple[Document, ...])
_SWEEP_EVERY_S = 60.0
_WAITS_S = (0.1, 0.2, 0.4, 0.8)


class SiteBusy(Transient):
    """Another visit of this site takes longer than it may."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A row: what was found, if anything that can still be read."""

    visit: Visit | None
    visited_at: datetime | None
    age: timedelta
    is_being_visited: bool


class SiteCache:
    """Visits by `visitor`, each kept for `fresh_for`, the texts of its pages for `texts_for`, or for good with None.

    `lease` is longer than any visit takes.
    """

    def __init__(
        self,
        database: Database,
        visitor: Visitor,
        *,
        fresh_for: timedelta,
        lease: timedelta,
        texts_for: timedelta | None,
    ) -> None:
        self._database = database
        self._visitor = visitor
        self._fresh_for = fresh_for
        self._lease = lease
        self._texts_for = texts_for
        self._next_sweep = 0.0

    async def visit(self, domain: str | None, *, with_texts: bool = False) -> Visit:
        """What is known of this domain's site, from a visit that was made by now. May be repeated.

        `with_texts`: one whose pages' texts are not kept any more does not do. Takes a visit's time, and a lease more
        where somebody else is there. Raises SiteBusy, Unavailable.
        """
        home = homepage(domain, "https") if domain else None
        if home is None:
            return await self._visitor.visit(domain)
        started = time.monotonic()
        site = host_of(home)
        waits = iter(_WAITS_S)
        while True:
            kept = await self._find(site)
            earlier = kept.visit if kept.visit and not (with_texts and kept.visit.lacks_texts) else None
            waited = timedelta(seconds=time.monotonic() - started)
            if earlier and kept.age < max(waited, self.freshness_of(earlier)):
                return replace(earlier, was_cached=True, duration_ms=waited // timedelta(milliseconds=1))
            if not kept.is_being_visited:
                visitor = uuid4()
                if await self._claim(site, visitor, kept.visited_at):
                    return await self._visit_as(visitor, site, earlier)
            if waited > self._lease:
                raise SiteBusy(f"somebody else is at {site}, and was for the last {self._lease.total_seconds():g} s")
            await asyncio.sleep(next(waits, _WAITS_S[-1]))

    def freshness_of(self, visit: Visit) -> timedelta:
        """For how long this visit's result stands."""
        if visit.is_forbidden or (visit.site.pages and not visit.is_whole):
            return min(REFUSED_FOR, self._fresh_for)
        if visit.site.outcome == "unreachable":
            return min(UNREACHABLE_FOR, self._fresh_for)
        return self._fresh_for

    async def _find(self, site: str) -> _Kept:
        async with self._database.statement() as connection:
            row = await connection.fetchrow(FIND, site)
        if row is None:
            return _Kept(None, None, timedelta.max, is_being_visited=False)
        if row["visit"] is None:
            return _Kept(None, None, timedelta.max, row["is_being_visited"])
        visit = await asyncio.to_thread(_visit_of, row["visit"], row["documents"])
        return _Kept(visit, row["visited_at"], row["age"], row["is_being_visited"])

    async def _claim(self, site: str, visitor: UUID, seen: datetime | None) -> bool:
        """True where nobody is there, and nobody was since the row said `seen`."""
        async with self._database.statement() as connection:
            return bool(await connection.fetchval(CLAIM, site, visitor, self._lease, seen))

    async def _visit_as(self, visitor: UUID, site: str, earlier: Visit | None) -> Visit:
        """Visits and keeps what was found; a visit that is broken off lets the next one in at once."""
        is_kept = False
        try:
            visit = await self._visitor.visit(site, self._renewable(earlier))
            await self._keep(site, visitor, visit)
            is_kept = True
        finally:
            if not is_kept:
                with suppress(Unavailable):  # the lease runs out by itself
                    await self._leave(site, visitor)
        return visit

    def _renewable(self, earlier: Visit | None) -> Visit | None:
        """The earlier visit, where the site's word that nothing has changed would make it good for another while."""
        if earlier is None or not earlier.is_whole or earlier.site.outcome not in ("visited", "empty"):
            return None
        return None if self._texts_for is None and earlier.lacks_texts else earlier

    async def _keep(self, site: str, visitor: UUID, visit: Visit) -> None:
        found = await asyncio.to_thread(_packed, visit)
        documents = await asyncio.to_thread(_packed_texts, visit.documents) if visit.documents else None
        etag, last_modified = visit.validators.etag, visit.validators.last_modified
        async with self._database.statement() as connection:
            await connection.execute(
                KEEP, site, visitor, visit.site.outcome, visit.site.url, etag, last_modified, found, documents
            )

        await self._forget_texts()

    async def _forget_texts(self) -> None:
        """Those that have been kept for long enough, of all sites; looked for once a minute."""
        if self._texts_for is None or time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + _SWEEP_EVERY_S
        async with self._database.statement() as connection:
            await connection.execute(FORGET_TEXTS, self._texts_for)

    async def _leave(self, site: str, visitor: UUID) -> None:
        async with self._database.statement() as connection:
            await connection.execute(LEAVE, site, visitor)


def _packed(visit: Visit) -> str:
    return _VISIT.dump_json(replace(visit, documents=())).decode()


def _packed_texts(documents: tuple[Document, ...]) -> bytes:
    return zlib.compress(_DOCUMENTS.dump_json(documents), level=1)


def _visit_of(found: str, documents: bytes | None) -> Visit | None:
    """None where this version of the program cannot read what another one left."""
    try:
        visit = _VISIT.validate_json(found)
        texts = _DOCUMENTS.validate_json(zlib.decompress(documents)) if documents else ()
    except (ValidationError, zlib.error):
        return None
    return replace(visit, documents=texts)
