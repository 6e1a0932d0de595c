"""Visits a company's site: robots.txt, homepage, then key pages one after another, all within a deadline.

A site that is away, slow, malformed or forbidden raises nothing: the visit's outcome and reasons say what is missing.
Equal pages give equal visits on one day.
"""

import asyncio
import time
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from common.contracts import Site
from common.singapore import day_in_singapore
from enricher.crawl import sitemaps
from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.crawl_session import CrawlSession, SessionOver
from enricher.crawl.errors import PageForbidden, PageRefused, SiteUnreachable
from enricher.crawl.fetching import NO_VALIDATORS, Answer, Fetcher, Validators
from enricher.crawl.robots import Robots, RulesWithheld
from enricher.crawl.sitemaps import Sitemap, parse
from enricher.crawl.visits import Limits, Outcome, SeenPage, Visit
from enricher.extract.findings import Findings, extract
from enricher.pages.documents import Document, Link, clean, parse_html
from enricher.pages.kinds import Kind, key_pages
from enricher.pages.reader_threads import run_by_size
from enricher.pages.urls import homepage, path_of

#: Fewer characters of text make a visit thin: a picture with a slogan, a page rendered by scripts.
THIN = 300
_NOTHING = Findings(None, None, (), has_careers=False, contacts=())
_NOT_MODIFIED = 304
_REFUSALS = frozenset({401, 403, 451})
_OVERLOADED = frozenset({429, 503})


class Visitor:
    """Visits sites, many at once. `reader` runs the parsing of large pages."""

    def __init__(
        self, fetcher: Fetcher, robots: Robots, crawl_delay: CrawlDelay, reader: Executor, limits: Limits
    ) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._crawl_delay = crawl_delay
        self._reader = reader
        self._limits = limits

    async def visit(self, domain: str | None, earlier: Visit | None = None) -> Visit:
        """Visits this domain's site. May be repeated. Takes up to the deadline, plus the time for extraction.

        Returns `earlier` if the site answers that its homepage is unchanged since. Raises Unavailable, nothing else.
        """
        if domain is None:
            return Visit(Site(outcome="no_site_known"), degraded_reasons=("no website known",))
        started = time.monotonic()
        limits, before = self._limits, started + self._limits.timeout_s
        session = CrawlSession(
            self._fetcher, self._robots, self._crawl_delay, before, limits.delay_s, limits.max_delay_s
        )
        if earlier and earlier.site.url and earlier.validators != NO_VALIDATORS:
            session.known[earlier.site.url] = earlier.validators
        running = _RunningVisit(domain, session, self._reader, limits)
        try:
            async with asyncio.timeout(limits.timeout_s):
                await running.run()
        except TimeoutError:
            running.reasons.append(f"timeout after {limits.timeout_s:g} s")
            running.is_whole = False
        visit = replace(earlier, was_cached=True) if earlier and running.is_unchanged else await running.report()
        return replace(visit, duration_ms=int((time.monotonic() - started) * 1000))


@dataclass(slots=True)
class _RunningVisit:
    """The state of a visit under way."""

    domain: str
    session: CrawlSession
    reader: Executor
    limits: Limits
    outcome: Outcome = "unreachable"
    documents: list[Document] = field(default_factory=list)
    seen: list[SeenPage] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    validators: Validators = NO_VALIDATORS
    is_forbidden: bool = False
    is_elsewhere: bool = False
    is_whole: bool = True
    is_unchanged: bool = False

    async def run(self) -> None:
        """Reads the homepage, then key pages up to the limit."""
        home = await self._open_home()
        if home is None or not self.limits.pages:
            return
        try:
            waiting = await self._find_pages(home)
            read, forbidden = 0, 0
            while waiting and read < self.limits.pages:
                is_allowed = await self._open_page(waiting.pop(0))
                read += is_allowed
                forbidden += not is_allowed
        except SessionOver as error:
            self.reasons.append(str(error))
            self.is_whole = False
            return
        if forbidden:
            self.reasons.append(f"robots.txt forbids {forbidden} key pages")
        if waiting:
            self.reasons.append(f"page limit: {len(waiting)} more key pages not read")

    async def _open_home(self) -> Document | None:
        """Reads the homepage by the first scheme that answers; records the reasons where none does."""
        reasons: list[str] = []
        for scheme in self.limits.schemes:
            url = homepage(self.domain, scheme)
            if url is None:
                reasons = [f"{self.domain[:100]!r} is no host name"]
                break
            try:
                answer = await self.session.fetch(url)
            except (PageForbidden, RulesWithheld) as error:
                self.is_forbidden = True
                self.outcome = "forbidden" if isinstance(error, PageForbidden) else "unreachable"
                reasons = [str(error)]
                break
            except SiteUnreachable as error:
                reasons.append(f"{scheme}: {error}")
            except PageRefused as error:
                self.is_elsewhere, reasons = True, [str(error)]
                break
            else:
                return await self._home_of(answer)
        self.reasons += reasons
        return None

    async def _home_of(self, answer: Answer) -> Document | None:
        """Reads the homepage from an answer; `None` if the answer holds none."""
        if answer.status == _NOT_MODIFIED and answer.url in self.session.known:
            self.is_unchanged = True
            return None
        self.seen.append(SeenPage(answer.url, answer.status, len(answer.content)))
        if not 200 <= answer.status < 300:
            self.is_forbidden = answer.status in _REFUSALS
            self.outcome = "forbidden" if self.is_forbidden else "unreachable"
            self.reasons.append(f"homepage answers HTTP {answer.status}")
            return None
        self.outcome = "empty"
        self.validators = answer.validators
        if not answer.is_html:
            self.reasons.append(f"homepage is {answer.content_type[:60]}, not HTML")
            return None
        return await self._read(answer)

    async def _find_pages(self, home: Document) -> list[str]:
        """Lists the key pages that the homepage links to, and if it lacks some kinds, those in the sitemap."""
        linked = key_pages(home.url, home.links)
        if len(set(linked.values())) >= min(self.limits.pages, len(Kind)):
            return list(linked)
        listed = await sitemaps.find(home.url, self.session.sitemaps_of(home.url), self._read_sitemap)
        return list(key_pages(home.url, (*home.links, *(Link(url, "") for url in listed))))

    async def _read_sitemap(self, url: str) -> Sitemap | None:
        try:
            answer = await self._ask(url, html_only=False, limit=sitemaps.MAX_BYTES)
        except PageForbidden:
            return None
        if answer is None or not 200 <= answer.status < 300:
            return None
        size = sitemaps.MAX_BYTES if sitemaps.is_packed(answer.content) else len(answer.content)
        return await run_by_size(size, self.reader, _parse_sitemap, answer)

    async def _open_page(self, url: str) -> bool:
        """Reads one key page, or records why not. False if robots.txt forbids it. Raises SessionOver."""
        try:
            answer = await self._ask(url)
        except PageForbidden:
            return False
        if answer is None:
            return True
        self.seen.append(SeenPage(answer.url, answer.status, len(answer.content)))
        if not 200 <= answer.status < 300:
            self.reasons.append(f"{path_of(url)[:100]}: HTTP {answer.status}")
            self.is_whole &= answer.status < 500
        elif answer.is_html and all(answer.url != document.url for document in self.documents):
            await self._read(answer)
        return True

    async def _ask(self, url: str, **how: Any) -> Answer | None:
        """Fetches another URL than the homepage; `None` on failure. Raises SessionOver, PageForbidden."""
        try:
            answer = await self.session.fetch(url, **how)
        except (SessionOver, PageForbidden):
            raise
        except (SiteUnreachable, PageRefused) as error:
            self.reasons.append(f"{path_of(url)[:100]}: {error}")
            self.is_whole &= not isinstance(error, SiteUnreachable)
            return None
        if answer.status in _OVERLOADED:
            raise SessionOver(f"{path_of(url)[:100]}: HTTP {answer.status}, so no further page was requested")
        return answer

    async def _read(self, answer: Answer) -> Document:
        document = await run_by_size(len(answer.content), self.reader, _parse_page, answer)
        self.documents.append(document)
        if answer.is_cut:
            self.reasons.append(f"{path_of(answer.url)[:100]}: only the first {len(answer.content)} bytes")
        return document

    async def report(self) -> Visit:
        """Builds the visit from the pages read."""
        site, found = Site(outcome=self.outcome), _NOTHING
        if self.documents:
            found = await run_by_size(sum(page.size for page in self.documents), self.reader, self._extract)
            if found.is_cut:
                self.reasons.append(f"not all that was read was searched within {self.limits.extract_timeout_s:g} s")
                self.is_whole = False
            site = Site(
                outcome="empty" if found.is_empty else "visited",
                url=self.documents[0].url,
                title=found.title,
                about=found.about,
                tech=list(found.tech),
                has_careers=found.has_careers,
                pages=len(self.documents),
            )
        return Visit(
            site=site,
            contacts=found.contacts,
            facts=found.facts,
            pages=tuple(self.seen),
            degraded_reasons=tuple(clean(reason, 200) for reason in self.reasons),
            documents=tuple(self.documents),
            is_forbidden=self.is_forbidden,
            is_elsewhere=self.is_elsewhere,
            is_thin=sum(len(document.text) for document in self.documents) < THIN,
            is_whole=self.is_whole,
            validators=self.validators,
        )

    def _extract(self) -> Findings:
        until = time.monotonic() + self.limits.extract_timeout_s
        return extract(
            self.documents, today=day_in_singapore(datetime.now(UTC)), is_time_up=lambda: time.monotonic() > until
        )


def _parse_page(answer: Answer) -> Document:
    return parse_html(answer.url, answer.text)


def _parse_sitemap(answer: Answer) -> Sitemap:
    return parse(answer.content, of=answer.url)
