"""Tavily: search for pages about a company, and fetches pages that our crawler could not. Charged in credits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import httpx2
from pydantic import Field

from enricher.vendors.http import Endpoint
from enricher.vendors.lenient_json import ENTRIES, PART, Charge, Number, Reply, Text

_SEARCH_S = 30
_EXTRACT_S = 40
_LONGEST_QUERY = 400
_MOST_URLS = 20

SEARCH_COST = 1


def extract_cost(urls: int) -> int:
    """Returns the highest cost in credits of an extract of so many URLs."""
    return math.ceil(urls / 5)


@dataclass(frozen=True, slots=True)
class SearchResult:
    title: str
    url: str
    content: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    results: tuple[SearchResult, ...]
    credits: int


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class ExtractAnswer:
    """Texts and failures. `failed` are the URLs without a text, with the reason. In no order."""

    pages: tuple[ExtractedPage, ...]
    failed: tuple[tuple[str, str], ...]
    credits: int


class _Usage(Reply):
    credits: Charge = None


class _Result(Reply):
    url: Text = ""
    title: Text = ""
    content: Text = ""
    raw_content: Text = ""
    score: Number = 0.0
    error: Text = ""


class _Answer(Reply):
    results: Annotated[tuple[_Result, ...], ENTRIES]
    failed_results: Annotated[tuple[_Result, ...], ENTRIES] = ()
    usage: Annotated[_Usage, PART] = Field(default_factory=_Usage)


class Tavily:
    """Client of Tavily.

    One request per call; all raise VendorError. `credits` is the answer's number, else the list price.
    """

    def __init__(self, http: httpx2.AsyncBaseTransport, key: str, base_url: str = "https://api.tavily.com") -> None:
        self._endpoint = Endpoint("tavily", http, base_url, key, {"Authorization": f"Bearer {key.strip()}"})

    async def search(
        self,
        query: str,
        *,
        include_domains: Sequence[str] = (),
        max_results: int = 5,
        country: str | None = "singapore",
    ) -> SearchAnswer:
        """Searches for pages, best first. `country` is an English name in lower case: pages from there come first."""
        body = {
            "query": query[:_LONGEST_QUERY],
            "search_depth": "basic",
            "max_results": max_results,
            "include_domains": list(include_domains),
            "include_usage": True,
            **({"country": country} if country else {}),
        }
        answer = await self._endpoint.post("/search", body, _Answer, within_s=_SEARCH_S)
        found = (
            SearchResult(title=result.title, url=result.url, content=result.content, score=result.score)
            for result in answer.results
            if result.url
        )
        return SearchAnswer(tuple(found), SEARCH_COST if answer.usage.credits is None else answer.usage.credits)

    async def extract(self, urls: Sequence[str]) -> ExtractAnswer:
        """Fetches the texts of up to 20 pages."""
        if not 1 <= len(urls) <= _MOST_URLS:
            raise ValueError(f"{len(urls)} URLs: an extract takes 1 to {_MOST_URLS}")
        body = {"urls": list(urls), "extract_depth": "basic", "format": "text", "include_usage": True}
        answer = await self._endpoint.post("/extract", body, _Answer, within_s=_EXTRACT_S)
        return _extracted(answer, extract_cost(_pages_of(answer)))


def _pages_of(answer: _Answer) -> int:
    return sum(1 for result in answer.results if result.raw_content)


def _extracted(answer: _Answer, price: int) -> ExtractAnswer:
    pages = tuple(
        ExtractedPage(result.url, result.raw_content) for result in answer.results if result.url and result.raw_content
    )
    empty = [(result.url, "no text") for result in answer.results if result.url and not result.raw_content]
    failed = [(result.url, result.error[:200] or "failed") for result in answer.failed_results if result.url]
    return ExtractAnswer(pages, tuple(failed + empty), price if answer.usage.credits is None else answer.usage.credits)
