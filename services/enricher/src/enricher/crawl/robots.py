"""The rules of robots.txt (RFC 9309), fetched once a day per origin.

A missing file (4xx) allows everything. An unreachable one (5xx, 429, no connection, cut off) allows nothing, and is
not cached. A file of half a megabyte takes a second to parse and 40 MB of memory: large files are parsed in a thread,
one at a time, and the cache is bounded by size.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import islice

from protego import Protego

from enricher.crawl.errors import PageForbidden, SiteUnreachable
from enricher.crawl.http.decoding import text_of
from enricher.crawl.http.fetching import Answer
from enricher.pages.urls import origin_of, path_of, resolve

MAX_BYTES = 500 * 1024
MAX_REDIRECTS = 5
KEPT_S = 24 * 3600.0
_WORTH_A_THREAD = 20_000
_WEIGHT_OF_NONE = 1000
_MAX_SITEMAPS = 20


class RulesWithheld(SiteUnreachable):
    """The server answers without its robots.txt. That forbids everything, also to vendors that fetch for us."""


Get = Callable[..., Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of an origin for `agent`. Without a parser everything is allowed. `weight` is the size in the cache."""

    agent: str
    parser: Protego | None = None
    weight: int = _WEIGHT_OF_NONE

    def allows(self, url: str) -> bool:
        """True if the rules allow this URL. Slow if there are thousands of rules."""
        return self.parser is None or self.parser.can_fetch(url, self.agent)

    async def check(self, url: str) -> None:
        """Raises PageForbidden if the rules forbid this URL. Checks large files in a thread."""
        if self.weight < _WORTH_A_THREAD:
            is_allowed = self.allows(url)
        else:
            is_allowed = await asyncio.to_thread(self.allows, url)
        if not is_allowed:
            raise PageForbidden(f"robots.txt forbids {path_of(url)[:100]}")

    @property
    def delay_s(self) -> float:
        """The Crawl-delay in seconds; 0 if there is none."""
        return (self.parser.crawl_delay(self.agent) if self.parser else None) or 0.0

    @property
    def sitemaps(self) -> list[str]:
        """The URLs of sitemaps, unchecked."""
        return list(islice(self.parser.sitemaps, _MAX_SITEMAPS)) if self.parser else []


def read_rules(status: int, content: bytes, agent: str) -> Rules:
    """Reads the rules from an answer to /robots.txt. Raises RulesWithheld if the answer counts as a refusal."""
    if 200 <= status < 300:
        text = text_of(content[:MAX_BYTES], "utf-8")
        return Rules(agent, Protego.parse(_by_token(text, agent)), _WEIGHT_OF_NONE + len(content))
    if 300 <= status < 500 and status != 429:
        return Rules(agent)
    raise RulesWithheld(f"robots.txt answers HTTP {status}, so nothing is allowed")


def _by_token(text: str, agent: str) -> str:
    """Shortens a group's name that contains our token, such as the User-Agent header that we send, to the token."""
    named = re.compile(rf"^([ \t]*user-agent[ \t]*:)[^\n#]*?(?<![\w-]){re.escape(agent)}(?![\w-])[^\n#]*", re.I | re.M)
    return named.sub(lambda line: f"{line[1]} {agent}", text)


class Robots:
    """A cache of the rules of origins, up to `bound` bytes. `clock` gives monotonic seconds.

    Callers pass the function that fetches: `Fetcher.get`, or one that waits for the crawl delay first.
    """

    def __init__(self, agent: str, *, clock: Callable[[], float], bound: int = 1_000_000) -> None:
        self._agent = agent
        self._clock = clock
        self._room = bound
        self._kept: OrderedDict[str, tuple[float, Rules]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def rules_for(self, url: str, get: Get) -> Rules:
        """Returns the rules of this URL's origin, fetched by `get` if they are not cached.

        Raises the errors of `get`, or RulesWithheld, if robots.txt cannot be had: then the site must not be visited.
        """
        origin = origin_of(url)
        if origin in self._kept:
            read_at, rules = self._kept[origin]
            if self._clock() - read_at < KEPT_S:
                self._kept.move_to_end(origin)
                return rules
        answer = await _fetch(f"{origin}/robots.txt", get)
        if len(answer.content) < _WORTH_A_THREAD:
            rules = read_rules(answer.status, answer.content, self._agent)
        else:
            async with self._one_at_a_time:
                rules = await asyncio.to_thread(read_rules, answer.status, answer.content, self._agent)
        self._remember(origin, rules)
        return rules

    def _remember(self, origin: str, rules: Rules) -> None:
        """Caches the rules; evicts the least recently used ones when the cache is full."""
        if origin in self._kept:
            self._room += self._kept.pop(origin)[1].weight
        self._kept[origin] = (self._clock(), rules)
        self._room -= rules.weight
        while self._room < 0 and len(self._kept) > 1:
            self._room += self._kept.popitem(last=False)[1][1].weight


async def _fetch(url: str, get: Get) -> Answer:
    """Fetches robots.txt through up to five redirects to any host. A further redirect is returned unchanged."""
    answer = await get(url, html_only=False, limit=MAX_BYTES)
    for _ in range(MAX_REDIRECTS):
        target = resolve(answer.url, answer.location) if answer.location else None
        if target is None:
            break
        answer = await get(target, html_only=False, limit=MAX_BYTES)
    if answer.is_cut and len(answer.content) < MAX_BYTES:
        raise SiteUnreachable("robots.txt is incomplete, so its rules are not known")
    if answer.is_cut:  # a cut line may forbid more than the whole one
        whole = answer.content.rpartition(b"\n")[0]
        return replace(answer, content=whole)
    return answer
