"""One visit to a company's own site: robots.txt, homepage, key pages one after another, all within a deadline.

A site that is away, slow, odd or closed to us never raises: the visit's outcome and reasons say what was not seen.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Literal

from common.contracts import Contact, Site
from enricher.documents import Document, clean, read
from enricher.errors import PageForbidden, PageRefused, SiteUnreachable
from enricher.extraction import extract
from enricher.fetching import Answer, Fetcher
from enricher.pacing import Pacing
from enricher.pages import key_pages
from enricher.robots import Robots
from enricher.urls import homepage, host_of, may_be_home, path_of, resolve, site_of

Outcome = Literal["visited", "no_site_known", "forbidden", "unreachable", "empty"]
Scheme = Literal["https", "http"]

MAX_REDIRECTS = 5
_REFUSALS = frozenset({401, 403, 451})
_OVERLOADED = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that answered. `size` is in bytes, unpacked."""

    url: str
    status: int
    size: int


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit came to. Contacts are best first."""

    site: Site
    contacts: tuple[Contact, ...] = ()
    pages: tuple[SeenPage, ...] = ()
    degraded_reasons: tuple[str, ...] = ()
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a visit may take. Between two pages lies `delay_s`, or what the owner asks for, up to `max_delay_s`."""

    schemes: Sequence[Scheme] = ("https", "http")
    pages: int = 4
    timeout_s: float = 20
    delay_s: float = 0.5
    max_delay_s: float = 30


@dataclass(slots=True)
class _Trip:
    """A visit under way."""

    domain: str
    before: float
    outcome: Outcome = "unreachable"
    documents: list[Document] = field(default_factory=list)
    seen: list[SeenPage] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


class Visitor:
    """Visits sites, many at once; `reader` takes pages apart, off the event loop."""

    def __init__(self, fetcher: Fetcher, robots: Robots, pacing: Pacing, reader: Executor, limits: Limits) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._pacing = pacing
        self._reader = reader
        self._limits = limits

    async def visit(self, domain: str | None) -> Visit:
        """The visit to this domain's site. May be repeated; takes the deadline at most, and a moment to read."""
        if domain is None:
            return Visit(Site(outcome="no_site_known"), degraded_reasons=("no website known",))
        started = time.monotonic()
        trip = _Trip(domain, before=started + self._limits.timeout_s)
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                await self._walk(trip)
        except TimeoutError:
            trip.reasons.append(f"timeout after {self._limits.timeout_s:g} s")
        return await self._report(trip, started)

    async def _walk(self, trip: _Trip) -> None:
        home = await self._open_home(trip)
        if home is None:
            return
        rules = await self._robots.rules_for(home.url)
        known = key_pages(home.url, home.links)
        wanted = [url for url in known if rules.allows(url)]
        if len(wanted) < len(known):
            trip.reasons.append(f"robots.txt forbids {len(known) - len(wanted)} key pages")
        for url in wanted[: self._limits.pages]:
            if not await self._open_page(trip, url):
                return
        if len(wanted) > self._limits.pages:
            trip.reasons.append(f"page limit: {len(wanted) - self._limits.pages} more key pages not read")

    async def _open_home(self, trip: _Trip) -> Document | None:
        """The homepage, by the first scheme that the site answers to; where there is none, why."""
        reasons: list[str] = []
        for scheme in self._limits.schemes:
            url = homepage(trip.domain, scheme)
            if url is None:
                reasons = [f"{trip.domain[:100]!r} is no host name"]
                break
            try:
                answer = await self._fetch(trip, url)
            except SiteUnreachable as error:
                reasons.append(f"{scheme}: {error}")
            except PageRefused as error:
                trip.outcome = "forbidden" if isinstance(error, PageForbidden) else "unreachable"
                reasons = [str(error)]
                break
            else:
                return await self._home_of(trip, answer)
        trip.reasons += reasons
        return None

    async def _home_of(self, trip: _Trip, answer: Answer) -> Document | None:
        """The homepage that was answered, if it is one."""
        if not 200 <= answer.status < 300:
            trip.outcome = "forbidden" if answer.status in _REFUSALS else "unreachable"
            trip.reasons.append(f"homepage answers HTTP {answer.status}")
            return None
        trip.outcome = "empty"
        if not answer.is_html:
            trip.reasons.append(f"homepage is {answer.content_type[:60]}, not HTML")
            return None
        return await self._read(trip, answer)

    async def _open_page(self, trip: _Trip, url: str) -> bool:
        """Reads one key page, or says why not. False where the rest is better left alone."""
        try:
            answer = await self._fetch(trip, url)
        except (SiteUnreachable, PageRefused) as error:
            trip.reasons.append(f"{path_of(url)[:100]}: {error}")
            return not isinstance(error, _OutOfTime)
        if answer.status in _OVERLOADED:
            trip.reasons.append(f"{path_of(url)[:100]}: HTTP {answer.status}, so no more was asked for")
            return False
        if not 200 <= answer.status < 300:
            trip.reasons.append(f"{path_of(url)[:100]}: HTTP {answer.status}")
        elif answer.is_html and all(answer.url != document.url for document in trip.documents):
            await self._read(trip, answer)
        return True

    async def _fetch(self, trip: _Trip, url: str) -> Answer:
        """The answer at the end of redirects, each of them on the company's site and allowed by its robots.txt.

        A page is one turn, redirects and all; robots.txt is none. Raises SiteUnreachable, PageRefused.
        """
        await self._wait_for_turn(trip, url)
        for _ in range(MAX_REDIRECTS + 1):
            rules = await self._robots.rules_for(url)
            rules.check(url)
            answer = await self._fetcher.get(url)
            if answer.location is None:
                trip.seen.append(SeenPage(url, answer.status, len(answer.content)))
                return answer
            target = resolve(url, answer.location)
            if target is None:
                raise PageRefused(f"redirects to {answer.location[:100]!r}, which is no web page")
            if not may_be_home(host_of(target), of=host_of(url)):
                raise PageRefused(f"redirects to {host_of(target)[:100]}, which is another site")
            url = target
        raise PageRefused(f"redirects more than {MAX_REDIRECTS} times")

    async def _wait_for_turn(self, trip: _Trip, url: str) -> None:
        rules = await self._robots.rules_for(url)
        gap = max(self._limits.delay_s, min(rules.delay_s, self._limits.max_delay_s))
        now = time.monotonic()
        turn = self._pacing.reserve(site_of(host_of(url)), now=now, gap=gap, before=trip.before)
        if turn is None:
            raise _OutOfTime(f"no time left for {gap:g} s between pages")
        if turn > now:
            await asyncio.sleep(turn - now)

    async def _read(self, trip: _Trip, answer: Answer) -> Document:
        document = await asyncio.get_running_loop().run_in_executor(self._reader, _take_apart, answer)
        trip.documents.append(document)
        if answer.is_cut:
            trip.reasons.append(f"{path_of(answer.url)[:100]}: only the first {len(answer.content)} bytes")
        return document

    async def _report(self, trip: _Trip, started: float) -> Visit:
        site, contacts = Site(outcome=trip.outcome), tuple[Contact, ...]()
        if trip.documents:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._reader, extract, tuple(trip.documents))
            contacts = found.contacts
            site = Site(
                outcome="empty" if found.is_empty else "visited",
                url=trip.documents[0].url,
                title=found.title,
                about=found.about,
                tech=list(found.tech),
                has_careers=found.has_careers,
                pages=len(trip.documents),
            )
        duration_ms = int((time.monotonic() - started) * 1000)
        reasons = tuple(clean(reason, 200) for reason in trip.reasons)
        return Visit(site, contacts, tuple(trip.seen), reasons, duration_ms)


def _take_apart(answer: Answer) -> Document:
    return read(answer.url, answer.text)


class _OutOfTime(SiteUnreachable):
    """The pauses between pages reach beyond the deadline."""
