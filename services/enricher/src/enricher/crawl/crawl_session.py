"""How one visit asks: each request at its site's turn, and each hop of a redirect by its own site's rules."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.errors import PageRefused, SiteUnreachable
from enricher.crawl.fetching import NO_VALIDATORS, Answer, Fetcher, Validators
from enricher.crawl.robots import Robots
from enricher.pages.urls import host_of, may_be_same_owner, origin_of, resolve, site_of

MAX_REDIRECTS = 5


class SessionOver(SiteUnreachable):
    """There is no time for another request, or the site has had enough of them."""


@dataclass(slots=True)
class CrawlSession:
    """The requests of one visit, which is over `before` a time of the monotonic clock.

    Between two of them lies `delay_s`, or what the owner asks for, up to `max_delay_s`. What is `known` of a URL from
    an earlier visit need not be sent again.
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
    _free_at: float = 0

    async def fetch(self, url: str, **how: Any) -> Answer:
        """The answer at the end of redirects, each of them on the company's site and allowed by its robots.txt.

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
                raise PageRefused(f"redirects to {answer.location[:100]!r}, which is no web page")
            if not may_be_same_owner(host_of(target), of=host_of(url)):
                raise PageRefused(f"redirects to {host_of(target)[:100]}, which is another site")
            url = target
        raise PageRefused(f"redirects more than {MAX_REDIRECTS} times")

    def sitemaps_of(self, url: str) -> list[str]:
        """What the robots.txt of a URL that was fetched says of sitemaps."""
        return self._sitemaps.get(origin_of(url), [])

    async def _get(self, url: str, **how: Any) -> Answer:
        await self._wait_for_turn(site_of(host_of(url)))
        return await self.fetcher.get(url, known=self.known.get(url, NO_VALIDATORS), **how)

    async def _wait_for_turn(self, site: str) -> None:
        gap = max(self.delay_s, min(self._asked_for.get(site, 0.0), self.max_delay_s))
        wait = await self.crawl_delay.reserve(site, gap_s=gap, within_s=self.before - time.monotonic())
        if wait is None:
            raise SessionOver(f"no time left for {gap:g} s between requests")
        # Turns are a gap apart by the database's clock; requests of one visit are so by ours too, late as they may be.
        wait = max(wait, self._free_at - time.monotonic())
        if wait > 0:
            await asyncio.sleep(wait)
        self._free_at = time.monotonic() + gap
