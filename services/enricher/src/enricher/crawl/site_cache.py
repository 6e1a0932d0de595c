"""A cache of site visits, by domain, for all tenants: a site is visited again only when the last visit is too old.

One caller at a time visits a site. It holds a lease on the row, not a transaction; others wait for its result.
"""

import asyncio
import time
import zlib
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from common.errors import Transient, Unavailable
from common.forgotten.digests import ForgottenList
from common.forgotten.redaction import redacted_body
from common.forgotten.suppression import Suppression
from common.handling.group_commit import GroupCommit, Operation
from enricher.crawl import crawled_sites
from enricher.crawl.crawled_sites import CachedVisit, FinishedVisit, VisitClaim
from enricher.crawl.visitor import Visitor
from enricher.crawl.visits import Visit
from enricher.freshness import fresh_within
from enricher.pages.documents import Document
from enricher.pages.reader_threads import run_by_size
from enricher.pages.urls import homepage, host_of, site_of

R = TypeVar("R")

#: The time for which a failed visit is used again: no tenant visits the site again at once.
UNREACHABLE_FOR: Final = timedelta(minutes=30)
#: The time for which a refused or interrupted visit is used again, as long as a robots.txt is.
REFUSED_FOR: Final = timedelta(days=1)

_VISIT = TypeAdapter(Visit)
_DOCUMENTS = TypeAdapter(tuple[Document, ...])
_SWEEP_EVERY_S = 60.0
_PACKED = 4  # characters per byte of compressed text
_WAITS_S = (0.1, 0.2, 0.4, 0.8)


class SiteBusy(Transient):
    """Another visit to this site takes longer than its lease."""


class SiteCache:
    """Caches the visits of `visitor` for `fresh_for`, the pages' texts for `texts_for`; `None` keeps texts forever.

    `lease` is longer than any visit takes. What people asked us to forget is in no visit.
    """

    def __init__(
        self,
        group_commit: GroupCommit,
        visitor: Visitor,
        suppression: Suppression,
        *,
        fresh_for: timedelta,
        lease: timedelta,
        texts_for: timedelta | None,
    ) -> None:
        self._group_commit = group_commit
        self._visitor = visitor
        self._suppression = suppression
        self._fresh_for = fresh_for
        self._lease = lease
        self._texts_for = texts_for
        self._next_sweep = 0.0

    async def visit(self, domain: str | None, *, with_texts: bool = False, afresh: datetime | None = None) -> Visit:
        """Returns a fresh visit to this domain's site, from the cache or a new one. May be repeated.

        `with_texts` demands a visit whose pages' texts are still kept. One from before `afresh` is not used. Takes as
        long as a visit, and up to a lease more while another caller visits. Raises SiteBusy, Unavailable.
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
            if earlier and (with_texts or afresh) and earlier.lacks_texts:
                earlier = None
            waited = timedelta(seconds=time.monotonic() - started)
            if earlier and kept.age < max(waited, fresh_within(self.freshness_of(earlier), afresh)):
                return replace(earlier, was_cached=True, duration_ms=waited // timedelta(milliseconds=1))
            if not kept.is_being_visited:
                caller = replace(caller, seen=kept.visited_at)
                if await self._run_or_release(crawled_sites.claim, caller):
                    return await self._visit_with_claim(caller, earlier)
            if waited > self._lease:
                raise SiteBusy(
                    f"another worker has been visiting {caller.domain} for more than {self._lease.total_seconds():g} s"
                )
            await asyncio.sleep(next(waits, _WAITS_S[-1]))

    def freshness_of(self, visit: Visit) -> timedelta:
        """Returns the time for which this visit is used again."""
        if visit.is_forbidden or visit.site.placeholder or (visit.site.pages and not visit.is_whole):
            return min(REFUSED_FOR, self._fresh_for)
        if visit.site.outcome == "unreachable":
            return min(UNREACHABLE_FOR, self._fresh_for)
        return self._fresh_for

    async def _read(self, kept: CachedVisit) -> Visit | None:
        """Reads a saved visit; `None` if it is in the form of another version of the program."""
        size = len(kept.visit or "") + _PACKED * len(kept.documents or b"")
        return await run_by_size(size, None, _visit_of, kept.visit, kept.documents)

    async def _run_or_release(self, operation: Operation[VisitClaim, R], caller: VisitClaim) -> R:
        """Runs an operation that may claim the site. When cancelled, releases the claim."""
        try:
            return await self._group_commit(None, operation, caller)
        except asyncio.CancelledError:
            await self._release(caller)
            raise

    async def _visit_with_claim(self, caller: VisitClaim, earlier: Visit | None) -> Visit:
        """Visits the site and saves the visit. On failure it releases the claim, so that others may visit at once."""
        is_kept = False
        try:
            visit = await self._visitor.visit(caller.domain, self._renewable(earlier))
            if forgotten := await self._suppression.current():
                size = sum(page.size for page in visit.documents)
                visit = await run_by_size(size, None, _allowed, visit, caller.domain, forgotten)
            await self._save(caller, visit)
            is_kept = True
        finally:
            if not is_kept:
                await self._release(caller)
        return visit

    def _renewable(self, earlier: Visit | None) -> Visit | None:
        """Returns the earlier visit if it may be used again when the site answers "not modified", else `None`."""
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
        with suppress(Unavailable):  # the lease expires by itself
            await self._group_commit(None, crawled_sites.release, caller)


def _allowed(visit: Visit, domain: str, forgotten: ForgottenList) -> Visit:
    """Returns the visit without forgotten values."""
    found = _VISIT.dump_json(visit)
    redacted = redacted_body(found, forgotten, [domain, site_of(domain)])
    return visit if redacted == found else _VISIT.validate_json(redacted)


def _packed(visit: Visit) -> tuple[str, bytes | None]:
    """Serialises the visit as JSON, with its texts apart and compressed."""
    texts = zlib.compress(_DOCUMENTS.dump_json(visit.documents), level=1) if visit.documents else None
    return _VISIT.dump_json(replace(visit, documents=())).decode(), texts


def _visit_of(found: str, documents: bytes | None) -> Visit | None:
    try:
        visit = _VISIT.validate_json(found)
        texts = _DOCUMENTS.validate_json(zlib.decompress(documents)) if documents else ()
    except (ValidationError, zlib.error):
        return None
    return replace(visit, documents=texts)
