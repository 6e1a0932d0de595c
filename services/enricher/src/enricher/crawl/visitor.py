"""Visits a company's site: robots.txt, homepage, then key pages one after the other, within a deadline.

A site that is away, slow, malformed or forbidden raises nothing: the visit's outcome and reasons say what is missing.
Equal pages give equal visits on one day.
"""

import asyncio
import time
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

from common.contracts import Site
from enricher.crawl import sitemaps
from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.crawl_session import CrawlSession, SessionOver
from enricher.crawl.errors import PageForbidden
from enricher.crawl.home_visit import open_home
from enricher.crawl.http.fetching import NO_VALIDATORS, Answer, Fetcher
from enricher.crawl.robots import Robots
from enricher.crawl.running_visit import RunningVisit
from enricher.crawl.sitemaps import Sitemap, parse
from enricher.crawl.visits import Limits, SeenPage, Visit
from enricher.pages.directories import is_directory
from enricher.pages.documents import Document, Link
from enricher.pages.kinds import Kind, key_pages
from enricher.pages.reader_threads import run_by_size
from enricher.pages.urls import homepage, host_of, path_of


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
        """Visits this domain's site. May be repeated. Takes at most the deadline and the time for extraction.

        Returns `earlier` if the site answers that its homepage is unchanged since. Raises Unavailable, nothing else.
        """
        if domain is None:
            return Visit(Site(outcome="no_site_known"), degraded_reasons=("no website known",))
        if (home := homepage(domain, "https")) and is_directory(host_of(home)):
            reason = f"{host_of(home)[:100]} is a directory or social network, not the company's own site"
            return Visit(Site(outcome="no_site_known"), degraded_reasons=(reason,))
        started = time.monotonic()
        limits, before = self._limits, started + self._limits.timeout_s
        session = CrawlSession(
            self._fetcher, self._robots, self._crawl_delay, before, limits.delay_s, limits.max_delay_s
        )
        if earlier and earlier.site.url and earlier.validators != NO_VALIDATORS:
            session.known[earlier.site.url] = earlier.validators
        running = RunningVisit(domain, session, self._reader, limits)
        try:
            async with asyncio.timeout(limits.timeout_s):
                await _run(running)
        except TimeoutError:
            running.reasons.append(f"timeout after {limits.timeout_s:g} s")
            running.is_whole = False
        visit = replace(earlier, was_cached=True) if earlier and running.is_unchanged else await running.report()
        return replace(visit, duration_ms=int((time.monotonic() - started) * 1000))


async def _run(visit: RunningVisit) -> None:
    """Reads the homepage, then key pages up to the limit."""
    home = await open_home(visit)
    if home is None or not visit.limits.pages:
        return
    try:
        waiting = await _find_pages(visit, home)
        read, forbidden = 0, 0
        while waiting and read < visit.limits.pages:
            is_allowed = await _open_page(visit, waiting.pop(0))
            read += is_allowed
            forbidden += not is_allowed
    except SessionOver as error:
        visit.reasons.append(str(error))
        visit.is_whole = False
        return
    if forbidden:
        visit.reasons.append(f"robots.txt forbids {forbidden} key pages")
    if waiting:
        visit.reasons.append(f"page limit: {len(waiting)} more key pages not read")


async def _find_pages(visit: RunningVisit, home: Document) -> list[str]:
    """Lists the key pages that the homepage links to; if it lacks some kinds, also those in the sitemap."""
    linked = key_pages(home.url, home.links)
    if len(set(linked.values())) >= min(visit.limits.pages, len(Kind)):
        return list(linked)
    listed = await sitemaps.find(home.url, visit.session.sitemaps_of(home.url), partial(_read_sitemap, visit))
    return list(key_pages(home.url, (*home.links, *(Link(url, "") for url in listed))))


async def _read_sitemap(visit: RunningVisit, url: str) -> Sitemap | None:
    try:
        answer = await visit.ask(url, html_only=False, limit=sitemaps.MAX_BYTES)
    except PageForbidden:
        return None
    if answer is None or not 200 <= answer.status < 300:
        return None
    size = sitemaps.MAX_BYTES if sitemaps.is_packed(answer.content) else len(answer.content)
    return await run_by_size(size, visit.reader, _parse_sitemap, answer)


async def _open_page(visit: RunningVisit, url: str) -> bool:
    """Reads one key page, or records why it could not. False if robots.txt forbids it. Raises SessionOver."""
    try:
        answer = await visit.ask(url)
    except PageForbidden:
        return False
    if answer is None:
        return True
    visit.seen.append(SeenPage(answer.url, answer.status, len(answer.content)))
    if not 200 <= answer.status < 300:
        visit.reasons.append(f"{path_of(url)[:100]}: HTTP {answer.status}")
        visit.is_whole &= answer.status < 500
    elif answer.is_html and all(answer.url != document.url for document in visit.documents):
        await visit.read(answer)
    return True


def _parse_sitemap(answer: Answer) -> Sitemap:
    return parse(answer.content, of=answer.url)
