"""Sitemaps: a site's lists of its own pages.

They are read without an XML parser (entities, depth), and within bounds: at most three files, each up to one megabyte
decompressed and five thousand URLs.
"""

import html
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from enricher.crawl.errors import SiteUnreachable
from enricher.crawl.http.decoding import GZIP, text_of, unpacked
from enricher.pages.urls import host_of, origin_of, path_of, resolve, site_of

MAX_BYTES = 1_000_000
MAX_FILES = 3
MAX_URLS = 5000
_START = 1000

_INDEX = re.compile(r"<(?:\w{1,20}:)?sitemapindex[\s>]", re.IGNORECASE)
_LOCATION = re.compile(
    r"<(?!image:|video:|news:)(?:\w{1,20}:)?loc>\s{0,20}(?:<!\[CDATA\[)?\s{0,20}([^<>\]\s]{1,2000})(?=[\s\]<])",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINE = re.compile(r"^[ \t]*(https?://\S{1,2000})[ \t\r]*$", re.MULTILINE)
_PAGES = re.compile(r"page|main|company|misc")


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The URLs in one file: of pages or, in an index, of other files."""

    urls: tuple[str, ...] = ()
    is_index: bool = False


def is_packed(content: bytes) -> bool:
    """True for compressed content, whose real size is unknown."""
    return content.startswith(GZIP)


def parse(content: bytes, *, of: str) -> Sitemap:
    """Reads the URLs on its own site from the file at the URL `of`, in order. An unreadable file lists nothing."""
    try:
        text = text_of(unpacked(content, MAX_BYTES), None)
    except SiteUnreachable:
        return Sitemap()
    site = site_of(host_of(of))
    urls: dict[str, None] = {}
    locations = _LINE if "<" not in text[:_START] else _LOCATION  # a plain text has a URL on each line
    text = _COMMENT.sub("", text)
    for nth, location in enumerate(locations.finditer(text)):
        if nth >= MAX_URLS:
            break
        url = resolve(of, html.unescape(location[1]))
        if url and site_of(host_of(url)) == site:
            urls[url] = None
    return Sitemap(tuple(urls), is_index=_INDEX.search(text, 0, 5000) is not None)


async def find(home: str, listed: Iterable[str], read: Callable[[str], Awaitable[Sitemap | None]]) -> list[str]:
    """Lists the pages of the site of `home` from the sitemaps that its owner names, else from /sitemap.xml.

    `read` gives a file, None where there is none; what it raises ends the search. An index is followed one level deep,
    to the files first that sound like plain pages.
    """
    site = site_of(host_of(home))
    named = [url for place in listed if (url := resolve(home, place)) and site_of(host_of(url)) == site]
    waiting = _best_first(named or [f"{origin_of(home)}/sitemap.xml"])
    asked: set[str] = set()
    found: dict[str, None] = {}
    is_below = False
    while waiting and len(asked) < MAX_FILES:
        url = waiting.pop(0)
        if url in asked:
            continue
        asked.add(url)
        sitemap = await read(url)
        if sitemap is None:
            continue
        if not sitemap.is_index:
            found.update(dict.fromkeys(sitemap.urls))
        elif not is_below:
            waiting, is_below = _best_first(sitemap.urls), True
    return list(found)


def _best_first(urls: Iterable[str]) -> list[str]:
    return sorted(set(urls), key=lambda url: (_PAGES.search(path_of(url).lower()) is None, url))
