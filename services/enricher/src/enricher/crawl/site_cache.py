"""What visits found, per domain and for every tenant: a site is visited anew only when that is no longer fresh, and by
one visitor at a time.

Who visits holds a lease on the row, no transaction and no lock; who comes meanwhile waits for what the first one finds.
"""

import asyncio
import time
import zlib
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeVar
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from common.errors import Transient, Unavailable
from common.group_commit import GroupCommit, Operation
from enricher.crawl import crawled_sites
from enricher.crawl.crawled_sites import CachedVisit, FinishedVisit, VisitClaim
from enricher.crawl.visitor import Visitor
from enricher.crawl.visits import Visit
from enricher.pages.documents import Document
from enricher.pages.reader_threads import run_by_size
from enricher.pages.urls import homepage, host_of

R = TypeVar("R")

#: For how long a failure stands: nobody knocks again at once, for any tenant.
UNREACHABLE_FOR: Final = timedelta(minutes=30)
#: The same where the owner refuses, or had us leave before the end. robots.txt is believed as long.
REFUSED_FOR: Final = timedelta(days=1)

_VISIT = TypeAdapter(Visit)
_DOCUMENTS = TypeAdapter(tuple[Document, ...])
_SWEEP_EVERY_S = 60.0
_PACKED = 4  # characters in a byte, of texts that were packed
_WAITS_S = (0.1, 0.2, 0.4, 0.8)


class SiteBusy(Transient):
    """Another visit of this site takes longer than it may."""


class SiteCache:
    """Visits by `visitor`, each kept for `fresh_for`, the texts of its pages for `texts_for`, or for good with None.

    `lease` is longer than any visit takes.
    """

    def __init__(
        self,
        group_commit: GroupCommit,
        visitor: Visitor,
        *,
        fresh_for: timedelta,
        lease: timedelta,
        texts_for: timedelta | None,
    ) -> None:
        self._group_commit = group_commit
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
        caller = VisitClaim(host_of(home), uuid4(), self._lease)
        waits = iter(_WAITS_S)
        while True:
            kept = await self._run_or_release(crawled_sites.find_or_claim, caller)
            if kept.is_ours:
                return await self._visit_with_claim(caller, None)
            earlier = await self._read(kept) if kept.visit else None
            if earlier and with_texts and earlier.lacks_texts:
                earlier = None
            waited = timedelta(seconds=time.monotonic() - started)
            if earlier and kept.age < max(waited, self.freshness_of(earlier)):
                return replace(earlier, was_cached=True, duration_ms=waited // timedelta(milliseconds=1))
            if not kept.is_being_visited:
                caller = replace(caller, seen=kept.visited_at)
                if await self._run_or_release(crawled_sites.claim, caller):
                    return await self._visit_with_claim(caller, earlier)
            if waited > self._lease:
                raise SiteBusy(
                    f"somebody else is at {caller.domain}, and was for the last {self._lease.total_seconds():g} s"
                )
            await asyncio.sleep(next(waits, _WAITS_S[-1]))

    def freshness_of(self, visit: Visit) -> timedelta:
        """For how long this visit's result stands."""
        if visit.is_forbidden or (visit.site.pages and not visit.is_whole):
            return min(REFUSED_FOR, self._fresh_for)
        if visit.site.outcome == "unreachable":
            return min(UNREACHABLE_FOR, self._fresh_for)
        return self._fresh_for

    async def _read(self, kept: CachedVisit) -> Visit | None:
        """The visit; None where this version of the program cannot read what another one left."""
        size = len(kept.visit or "") + _PACKED * len(kept.documents or b"")
        return await run_by_size(size, None, _visit_of, kept.visit, kept.documents)

    async def _run_or_release(self, operation: Operation[VisitClaim, R], caller: VisitClaim) -> R:
        """As `crawled_sites` has it; cancelled, it leaves nothing claimed."""
        try:
            return await self._group_commit(None, operation, caller)
        except asyncio.CancelledError:
            await self._release(caller)
            raise

    async def _visit_with_claim(self, caller: VisitClaim, earlier: Visit | None) -> Visit:
        """Visits and keeps what was found; a visit that is broken off lets the next one in at once."""
        is_kept = False
        try:
            visit = await self._visitor.visit(caller.domain, self._renewable(earlier))
            await self._save(caller, visit)
            is_kept = True
        finally:
            if not is_kept:
                await self._release(caller)
        return visit

    def _renewable(self, earlier: Visit | None) -> Visit | None:
        """The earlier visit, where the site's word that nothing has changed would make it good for another while."""
        if earlier is None or not earlier.is_whole or earlier.site.outcome not in ("visited", "empty"):
            return None
        return None if self._texts_for is None and earlier.lacks_texts else earlier

    async def _save(self, caller: VisitClaim, visit: Visit) -> None:
        size = sum(page.size for page in visit.documents)
        found, documents = await run_by_size(size, None, _packed, visit)
        ended = FinishedVisit(
            caller.domain,
            caller.visitor,
            visit.site.outcome,
            visit.site.url,
            visit.validators.etag,
            visit.validators.last_modified,
            found,
            documents,
        )
        await self._group_commit(None, crawled_sites.save, ended)
        if self._texts_for is not None and time.monotonic() > self._next_sweep:
            self._next_sweep = time.monotonic() + _SWEEP_EVERY_S
            await self._group_commit(None, crawled_sites.delete_old_texts, self._texts_for)

    async def _release(self, caller: VisitClaim) -> None:
        with suppress(Unavailable):  # the lease runs out by itself
            await self._group_commit(None, crawled_sites.release, caller)


def _packed(visit: Visit) -> tuple[str, bytes | None]:
    """The visit, and apart from it the texts, if there are any."""
    texts = zlib.compress(_DOCUMENTS.dump_json(visit.documents), level=1) if visit.documents else None
    return _VISIT.dump_json(replace(visit, documents=())).decode(), texts


def _visit_of(found: str, documents: bytes | None) -> Visit | None:
    try:
        visit = _VISIT.validate_json(found)
        texts = _DOCUMENTS.validate_json(zlib.decompress(documents)) if documents else ()
    except (ValidationError, zlib.error):
        return None
    return replace(visit, documents=texts)
