"""What site owners allow: robots.txt by RFC 9309, read once a day per origin.

"There is none" (4xx) allows everything. "It cannot be had" (5xx, 429, no connection) allows nothing, and is not kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from enricher.errors import PageForbidden, SiteUnreachable
from enricher.fetching import Answer, Fetcher
from enricher.urls import origin_of, path_of, resolve

MAX_BYTES = 500 * 1024
MAX_REDIRECTS = 5
KEPT_S = 24 * 3600.0
_WORTH_A_THREAD = 20_000


@dataclass(frozen=True, slots=True)
class Rules:
    """One origin's rules as they concern `agent`. No parser: everything is allowed."""

    agent: str
    parser: Protego | None = None

    def allows(self, url: str) -> bool:
        """True where the owner does not mind us."""
        return self.parser is None or self.parser.can_fetch(url, self.agent)

    def check(self, url: str) -> None:
        """Raises PageForbidden where the owner does."""
        if not self.allows(url):
            raise PageForbidden(f"robots.txt forbids {path_of(url)[:100]}")

    @property
    def delay_s(self) -> float:
        """The pause between pages that the owner asks for."""
        return (self.parser.crawl_delay(self.agent) if self.parser else None) or 0.0


def read_rules(status: int, content: bytes, agent: str) -> Rules:
    """The rules that an answer to /robots.txt comes to. Raises SiteUnreachable where it must be taken for a refusal."""
    if 200 <= status < 300:
        return Rules(agent, Protego.parse(content[:MAX_BYTES].decode("utf-8-sig", "replace")))
    if 300 <= status < 500 and status != 429:
        return Rules(agent)
    raise SiteUnreachable(f"robots.txt answers HTTP {status}, which allows nothing")


class Robots:
    """The rules of each origin, `bound` of them remembered. `clock` gives seconds that only grow."""

    def __init__(self, fetcher: Fetcher, agent: str, *, clock: Callable[[], float], bound: int = 10_000) -> None:
        self._fetcher = fetcher
        self._agent = agent
        self._clock = clock
        self._bound = bound
        self._kept: OrderedDict[str, tuple[float, Rules]] = OrderedDict()

    async def rules_for(self, url: str) -> Rules:
        """The rules of this URL's origin. Raises SiteUnreachable when its robots.txt cannot be had: then stay away."""
        origin = origin_of(url)
        read_at, rules = self._kept.get(origin, (float("-inf"), Rules(self._agent)))
        if self._clock() - read_at < KEPT_S:
            self._kept.move_to_end(origin)
            return rules
        answer = await self._fetch(f"{origin}/robots.txt")
        if len(answer.content) > _WORTH_A_THREAD:
            rules = await asyncio.to_thread(read_rules, answer.status, answer.content, self._agent)
        else:
            rules = read_rules(answer.status, answer.content, self._agent)
        self._kept[origin] = (self._clock(), rules)
        self._kept.move_to_end(origin)
        if len(self._kept) > self._bound:
            self._kept.popitem(last=False)
        return rules

    async def _fetch(self, url: str) -> Answer:
        """The answer at the end of at most five redirects, on whichever host; one that goes on and on is none."""
        answer = await self._fetcher.get(url, html_only=False, limit=MAX_BYTES)
        for _ in range(MAX_REDIRECTS):
            target = resolve(answer.url, answer.location) if answer.location else None
            if target is None:
                break
            answer = await self._fetcher.get(target, html_only=False, limit=MAX_BYTES)
        return answer
