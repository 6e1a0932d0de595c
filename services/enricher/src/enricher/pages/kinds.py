"""Kinds of pages, and the choice of the key pages of a site: those that say who works there and how to reach them."""

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from enricher.pages.documents import Link
from enricher.pages.urls import host_of, origin_of, path_of, site_of


class Kind(IntEnum):
    """The subject of a page, most useful first."""

    CONTACT = 0
    ABOUT = 1
    TEAM = 2
    CAREERS = 3
    PRODUCTS = 4
    CUSTOMERS = 5
    PRICING = 6
    NEWS = 7


_STEMS: dict[Kind, tuple[str, ...]] = {
    Kind.CONTACT: ("contact", "touch", "enquir", "inquir", "hubungi", "impressum"),
    Kind.ABOUT: ("about", "company", "profile", "who", "tentang"),
    Kind.TEAM: ("team", "people", "management", "leadership", "staff", "director"),
    Kind.CAREERS: ("career", "job", "vacanc", "hiring", "recruit", "join"),
    Kind.PRODUCTS: ("product", "service", "solution", "catalogue", "catalog"),
    Kind.CUSTOMERS: ("customer", "client", "project", "portfolio", "testimonial"),
    Kind.PRICING: ("pricing", "price"),
    Kind.NEWS: ("news", "media"),
}
_WORD = re.compile(r"[a-z]+")
_MAX_WORDS = 4  # "About our people" names a page, "How we think about tyres" an article
_MAX_PAGES = 50
_NO_PAGE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|jpe?g|png|gif|svg|webp|ico|mp[34]|avi|mov|css|js|xml|json|txt)$"
)


def kind_of(link: Link) -> Kind | None:
    """Guesses a page's kind from the path of its link, else from the link's words; `None` for other pages."""
    return _kind_of(path_of(link.url), link.words)


@lru_cache(2_000)  # the pages of a site share a menu
def _kind_of(path: str, said: str) -> Kind | None:
    path = path.lower()
    words = _WORD.findall(said.lower())
    for candidates in (_WORD.findall(path), words if len(words) <= _MAX_WORDS else []):
        for kind, stems in _STEMS.items():
            if any(word.startswith(stems) for word in candidates):
                return kind
    return None


def key_pages(home: str, links: Iterable[Link]) -> dict[str, Kind]:
    """Chooses the site's own key pages, best first: one of each kind, then the second ones. Deterministic.

    Within a kind, pages with short paths come first. URLs that differ in www, scheme or a final slash are one page.
    """
    site = site_of(host_of(home))
    kinds = _kinds(links)
    chosen: dict[Kind, list[str]] = {}
    seen = {_page_of(home)}
    for url in sorted(kinds, key=lambda url: (origin_of(url) != origin_of(home), url.count("/"), len(url), url)):
        if site_of(host_of(url)) == site and _page_of(url) not in seen:
            seen.add(_page_of(url))
            chosen.setdefault(kinds[url], []).append(url)
    ranked = sorted((nth, kind, url) for kind, urls in chosen.items() for nth, url in enumerate(urls))
    return {url: kind for _, kind, url in ranked[:_MAX_PAGES]}


def _kinds(links: Iterable[Link]) -> dict[str, Kind]:
    """The kind of each linked page; of several links to one page, the best kind wins."""
    kinds: dict[str, Kind] = {}
    for link in links:
        path = path_of(link.url).lower()
        if path == "/" or _NO_PAGE.search(path):
            continue
        kind = kind_of(link)
        if kind is not None:
            kinds[link.url] = min(kind, kinds.get(link.url, kind))
    return kinds


def _page_of(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/")
