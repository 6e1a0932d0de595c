"""Chooses the search results that may be a company's own site. Their pages must prove it (`ownership`)."""

from collections.abc import Sequence
from typing import Protocol

from common.contracts import Company
from enricher.pages.directories import is_directory
from enricher.pages.urls import has_known_suffix, host_of, origin_of, resolve, site_of
from enricher.sites.company_names import Name, distinctive_words

#: Each candidate costs a visit; results beyond the third are about other companies.
MAX_CANDIDATES = 3
#: A result whose domain is less like the company's name must name the company in its text.
LIKE = 0.5
_LONGEST = 2000


class Result(Protocol):
    """A search result; `score` is the search engine's, 0 to 1."""

    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def score(self) -> float: ...


def candidates(company: Company, results: Sequence[Result]) -> list[str]:
    """Chooses homepages to try, best first, one per site. The order of the results does not matter.

    The rank is 0.6 of the domain's likeness, plus 0.3 if the result names the company, plus 0.1 of the engine's score.
    """
    name = Name.of(company.name)
    best: dict[str, tuple[float, str]] = {}
    for result in results:
        url = resolve(result.url, result.url)
        if url is None or is_directory(host_of(url)) or not has_known_suffix(host_of(url)):
            continue
        likeness = name.likeness(host_of(url))
        is_named, _ = name.found_in(distinctive_words(f"{result.title[:_LONGEST]} {result.content[:_LONGEST]}"))
        if likeness < LIKE and not is_named:
            continue
        score = 0.6 * likeness + 0.3 * is_named + 0.1 * min(max(result.score, 0.0), 1.0)
        site, home = site_of(host_of(url)), f"{origin_of(url)}/"
        best[site] = min(best.get(site, (0.0, "~")), (-score, home))
    return [home for _, home in sorted(best.values())][:MAX_CANDIDATES]
