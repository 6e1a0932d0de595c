"""Finds the newest dated news on a company's pages: articles in JSON-LD, else the entries of a news page.

An item's own date decides, not the time of the visit. Undated items, future ones and those older than MAX_AGE are
ignored.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from html import unescape
from typing import Final, NamedTuple

from enricher.extract.facts import CERTAIN, LIKELY, Fact, Method
from enricher.extract.prompt_injection import is_disguised, is_injection
from enricher.pages.documents import Document, clean
from enricher.pages.schema_org.json_ld import nodes_of, texts_of
from enricher.pages.urls import path_of

MAX_AGE: Final = timedelta(days=3 * 365)
MAX_HEADLINE: Final = 120

_ARTICLES = ("Article", "PressRelease")  # with their subtypes; the second is of nobody's vocabulary, but in use
_CONFIDENCE: dict[Method, float] = {"schema.org": CERTAIN, "page": LIKELY}
#: Matches whole words of a URL: /pressure-valves is no news page.
_NEWS = re.compile(r"(?<![a-z])(?:news(?:room)?|press|media|blogs?|updates)(?![a-z])")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_MARKUP = re.compile(r"<[/!?a-zA-Z][^<>]{0,200}>")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_READ = 1_000  # characters of a headline, before it is cleaned
_SHORTEST = 4


class Item(NamedTuple):
    """A piece of news with its page. If two have one day, the surer one wins, then the first by URL."""

    day: date
    headline: str
    url: str
    method: Method


def news_on(page: Document, today: date) -> Iterator[Item]:
    """Finds the news items of a page, in the page's order. Never raises."""
    for node in nodes_of(page, *_ARTICLES) if page.data else ():
        for headline in texts_of([node], "headline")[:1]:
            for day in texts_of([node], "datePublished")[:1]:
                yield from _item(day, unescape(headline[:_LONGEST_READ]), page.url, "schema.org", today)
    if page.dated and _NEWS.search(path_of(page.url).lower()):
        for day, headline in page.dated:
            yield from _item(day, headline, page.url, "page", today)


def newest(items: Iterable[Item]) -> Item | None:
    """Chooses the newest item; `None` if there is none."""
    return min(items, key=_newest_first, default=None)


def news_fact(item: Item) -> Fact:
    """Builds a fact such as "2026-10-03: Acme opens a second plant"."""
    value = f"{item.day.isoformat()}: {item.headline}"
    return Fact("news", value, item.url, item.method, _CONFIDENCE[item.method], item.headline)


def _item(said: str, headline: str, url: str, method: Method, today: date) -> Iterator[Item]:
    day = _day(said)
    if day is None or not today - MAX_AGE <= day <= today:
        return
    headline = clean(_MARKUP.sub(" ", headline[:_LONGEST_READ]), MAX_HEADLINE)
    if len(headline) < _SHORTEST or not _LETTER.search(headline):
        return
    if not (is_injection(headline) or is_disguised(headline)):  # people and models read it in a rationale
        yield Item(day, headline, url, method)


def _day(said: str) -> date | None:
    """Returns the day of an ISO date, with or without a time, in its own time zone."""
    match = _DAY.match(said.strip())
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _newest_first(item: Item) -> tuple[int, float, str, str]:
    return -item.day.toordinal(), -_CONFIDENCE[item.method], item.url, item.headline
