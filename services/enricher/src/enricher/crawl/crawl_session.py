"""The requests of one visit: each waits for its time, and each redirect obeys the robots.txt of its target."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.errors import AnswerMalformed, MovedElsewhere, PageRefused, SiteUnreachable
from enricher.crawl.http.fetching import NO_VALIDATORS, Answer, Fetcher, Validators
from enricher.crawl.robots import Robots
from enricher.pages.urls import host_of, may_be_same_owner, origin_of, resolve, site_of

MAX_REDIRECTS = 5


class SessionOver(SiteUnreachable):
    """The session makes no more requests: its time is over, or the site is overloaded."""


@dataclass(slots=True)
class CrawlSession:
    """Fetches pages for one visit, which ends at `before` (monotonic seconds).

    Requests are `delay_s` apart, or the robots.txt's Crawl-delay up to `max_delay_s`. `known` holds validators of an
    earlier visit by URL, for conditional requests.
    """

    fetcher: Fetcher
    robots: Robots
    crawl_delay: CrawlDelay
    before: float
    delay_s: float
    max_delay_s: float
    known: dict[str, Validators] = field(default_factory=dict)
    _asked_for: dict[str, float] = field(default_factory=dict)
    _sitemaps: dict[str, list[str]] = field(default_factory=dict)
    _malformed: set[str] = field(default_factory=set)
    _free_at: float = 0

    async def fetch(self, url: str, **how: Any) -> Answer:
        """Fetches a URL and follows redirects that stay on the company's site and that its robots.txt allows.

        Raises SiteUnreachable (also as SessionOver, RulesWithheld), PageRefused (also as PageForbidden).
        """
        for _ in range(MAX_REDIRECTS + 1):
            rules = await self.robots.rules_for(url, self._get)
            site = site_of(host_of(url))
            self._asked_for[site] = max(rules.delay_s, self._asked_for.get(site, 0.0))
            self._sitemaps[origin_of(url)] = rules.sitemaps
            await rules.check(url)
            answer = await self._get(url, **how)
            if answer.location is None:
                return answer
            target = resolve(url, answer.location)
            if target is None:
                raise PageRefused(f"redirects to {answer.location[:100]!r}, which is not a web page")
            if not may_be_same_owner(host_of(target), of=host_of(url)):
                raise MovedElsewhere(f"redirects to {host_of(target)[:100]}, which is another site", target)
            url = target
        raise PageRefused(f"redirects more than {MAX_REDIRECTS} times")

    def sitemaps_of(self, url: str) -> list[str]:
        """Lists the sitemaps that are named in the robots.txt of a fetched URL."""
        return self._sitemaps.get(origin_of(url), [])

    async def _get(self, url: str, **how: Any) -> Answer:
        site, origin, known = site_of(host_of(url)), origin_of(url), self.known.get(url, NO_VALIDATORS)
        await self._wait_for_turn(site)
        if origin not in self._malformed:
            try:
                return await self.fetcher.get(url, known=known, **how)
            except AnswerMalformed:  # a browser may read it; so will the further pages be
                self._malformed.add(origin)
                await self._wait_for_turn(site)
        return await self.fetcher.get(url, known=known, leniently=True, **how)

    async def _wait_for_turn(self, site: str) -> None:
        gap = max(self.delay_s, min(self._asked_for.get(site, 0.0), self.max_delay_s))
        wait = await self.crawl_delay.reserve(site, gap_s=gap, within_s=self.before - time.monotonic())
        if wait is None:
            raise SessionOver(f"no time left for {gap:g} s between requests")
        # The database's clock spaces the requests; ours also spaces the requests of one visit when they are late.
        wait = max(wait, self._free_at - time.monotonic())
        if wait > 0:
            await asyncio.sleep(wait)
        self._free_at = time.monotonic() + gap
