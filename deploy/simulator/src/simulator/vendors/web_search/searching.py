"""Web search by company name: the site, if there is one, among pages about the company and its namesakes.

The names known are those of the register's first companies, and a query means the longest of them that stands in it.
"""

import asyncio
import re
from functools import lru_cache

from simulator.draws import draws
from simulator.register.registry import RegistryCompany, company, stem_of
from simulator.town.sites import Site
from simulator.vendors.web_search.other_results import DECOYS, Found, filled, results_without_match
from simulator.vendors.web_search.page_reader import Reader

_WORDS = re.compile(r"[A-Z0-9&]+")
_NAMESAKES_TRIED = 5
_NAMES_AT_ONCE = 1000
_WORD = 65_536
_LONGEST_NAME = 8


class Index:
    """An index of names to companies. Call `prepare` first; it takes some microseconds per company."""

    def __init__(self, reader: Reader, companies: int) -> None:
        self._reader = reader
        self._companies = companies
        self._by_name: dict[str, int] = {}
        self._by_first_word: dict[str, list[int]] = {}
        self._results = lru_cache(maxsize=8192)(self._about)
        self._preparing = asyncio.Lock()
        self.is_ready = False

    async def prepare(self) -> None:
        """Indexes the names, with pauses for other tasks."""
        async with self._preparing:
            if self.is_ready:
                return
            for index in range(self._companies):
                name = stem_of(index, self._reader.town.seed).replace("-", " ")
                self._by_name.setdefault(name, index)
                self._by_first_word.setdefault(name.partition(" ")[0], []).append(index)
                if index % _NAMES_AT_ONCE == 0:
                    await asyncio.sleep(0)
            self.is_ready = True

    def search(self, query: str) -> list[Found]:
        """Returns everything about the company that the query names, best first; generic results if there is none."""
        index = self._named(query)
        return list(self._results(index)) if index is not None else results_without_match(query)

    def within(self, host: str, query: str) -> list[Found]:
        """Returns the pages of one site, the homepage first, then by the number of the query's words in their paths."""
        found = self._reader.site_at(host)
        if found is None:
            return []
        site, wanted = found[0], set(query.lower().split())
        pages = [(path, self._reader.text(site, path, markdown=False)) for path in self._reader.paths(site)]
        readable = [(path, text) for path, text in pages if text is not None]
        readable.sort(key=lambda page: (page[0] != "/", -len(wanted & set(re.findall(r"[a-z]+", page[0])))))
        return [Found(_title(site, path), f"http://{site.host}{path}", text[:500]) for path, text in readable]

    def _named(self, query: str) -> int | None:
        words = _WORDS.findall(query.upper())
        for length in range(min(_LONGEST_NAME, len(words)), 1, -1):
            for start in range(len(words) - length + 1):
                index = self._by_name.get(" ".join(words[start : start + length]))
                if index is not None:
                    return index
        return None

    def _about(self, index: int) -> tuple[Found, ...]:
        seed = self._reader.town.seed
        order, skipped, with_namesake, namesake_first, about_page = draws(seed, b"search", index)[:5]
        owner = company(index, seed)
        others = [filled(page, owner) for n, page in enumerate(DECOYS) if skipped >> n & 1]
        own = self._pages(owner, with_about=about_page < 0.4 * _WORD)
        before = 0 if order < 0.6 * _WORD else 1 + order % 3
        results = others[:before] + own + others[before:]
        namesake = self._namesake(owner) if with_namesake < 0.25 * _WORD else None
        if namesake is not None:
            results.insert(0 if namesake_first < 0.3 * _WORD else min(2, len(results)), namesake)
        return tuple(results)

    def _pages(self, owner: RegistryCompany, *, with_about: bool) -> list[Found]:
        site = self._site_of(owner)
        if site is None:
            return []
        paths = [path for path in self._reader.paths(site) if path == "/" or (with_about and "about" in path)]
        return [
            Found(
                _title(site, path),
                f"http://{site.host}{path}",
                (self._reader.text(site, path, markdown=False) or "")[:500],
            )
            for path in paths
        ]

    def _namesake(self, owner: RegistryCompany) -> Found | None:
        """Returns the site of another company with a similar beginning of its name."""
        alike = self._by_first_word.get(owner.name.partition(" ")[0], [])
        for index in alike[:_NAMESAKES_TRIED]:
            if index != owner.index:
                pages = self._pages(company(index, self._reader.town.seed), with_about=False)
                if pages:
                    return pages[0]
        return None

    def _site_of(self, owner: RegistryCompany) -> Site | None:
        host = owner.website or owner.unlisted_website
        return self._reader.town.site(host) if host else None


def _title(site: Site, path: str) -> str:
    return site.brand if path == "/" else f"{path.strip('/').replace('-', ' ').title()} | {site.brand}"
