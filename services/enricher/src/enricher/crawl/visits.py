"""The result of a visit to a company's site, and the limits of a visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from common.contracts import Contact, Person, Site
from enricher.crawl.http.fetching import NO_VALIDATORS, Validators
from enricher.extract.facts import Fact
from enricher.pages.documents import Document

Outcome = Literal["visited", "no_site_known", "forbidden", "unreachable", "empty"]
Scheme = Literal["https", "http"]


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that answered. `size` is in bytes, decompressed."""

    url: str
    status: int
    size: int


@dataclass(frozen=True, slots=True)
class Visit:
    """The result of a visit. Contacts are sorted best first; `documents` are the parsed pages, homepage first.

    `is_forbidden`: the owner forbids visits, so no vendor may fetch the site for us either. `is_elsewhere`: the site
    redirects to a place that we refuse; `moved_to` is that place, if it is another site. `is_thin`: the pages have too
    little text, or none. `is_whole`: no page, nor a page's end, is missing for a timeout, a broken connection or an
    overloaded site. `was_cached`: an earlier visit's result; its `documents` may be gone.
    """

    site: Site
    contacts: tuple[Contact, ...] = ()
    facts: tuple[Fact, ...] = ()
    people: tuple[Person, ...] = ()
    pages: tuple[SeenPage, ...] = ()
    degraded_reasons: tuple[str, ...] = ()
    duration_ms: int = 0
    documents: tuple[Document, ...] = ()
    is_forbidden: bool = False
    is_elsewhere: bool = False
    is_thin: bool = True
    is_whole: bool = True
    was_cached: bool = False
    moved_to: str | None = None
    validators: Validators = NO_VALIDATORS

    @property
    def lacks_texts(self) -> bool:
        """True if pages were read but their texts are no longer kept."""
        return self.site.pages > 0 and not self.documents


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a visit. Requests are `delay_s` apart, or the site's Crawl-delay up to `max_delay_s`.

    `timeout_s` limits the fetching, `extract_timeout_s` the search of the fetched pages.
    """

    schemes: Sequence[Scheme] = ("https", "http")
    pages: int = 4
    timeout_s: float = 20
    delay_s: float = 0.5
    max_delay_s: float = 30
    extract_timeout_s: float = 10
