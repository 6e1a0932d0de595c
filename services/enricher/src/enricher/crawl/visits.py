"""What a visit to a company's own site comes to, and what it may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from common.contracts import Contact, Site
from enricher.crawl.fetching import NO_VALIDATORS, Validators
from enricher.extract.facts import Fact
from enricher.pages.documents import Document

Outcome = Literal["visited", "no_site_known", "forbidden", "unreachable", "empty"]
Scheme = Literal["https", "http"]


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that answered. `size` is in bytes, unpacked."""

    url: str
    status: int
    size: int


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit came to. Contacts are best first, `documents` what was read, the homepage first.

    `is_forbidden`: the owner does not want us, so nobody may fetch the site for us either. `is_elsewhere`: it leads
    where we do not go. `is_thin`: there is too little text to go on, or none. `is_whole`: nothing is missing for want
    of time or of the site's patience. `was_cached`: an earlier visit's result; its `documents` may be gone.
    """

    site: Site
    contacts: tuple[Contact, ...] = ()
    facts: tuple[Fact, ...] = ()
    pages: tuple[SeenPage, ...] = ()
    degraded_reasons: tuple[str, ...] = ()
    duration_ms: int = 0
    documents: tuple[Document, ...] = ()
    is_forbidden: bool = False
    is_elsewhere: bool = False
    is_thin: bool = True
    is_whole: bool = True
    was_cached: bool = False
    validators: Validators = NO_VALIDATORS

    @property
    def lacks_texts(self) -> bool:
        """Whether of the pages only what was found on them is left."""
        return self.site.pages > 0 and not self.documents


@dataclass(frozen=True, slots=True)
class Limits:
    """What a visit may take. Between two requests lies `delay_s`, or what the owner asks for, up to `max_delay_s`.

    `timeout_s` is for fetching; what was fetched is searched for `extract_timeout_s` at most.
    """

    schemes: Sequence[Scheme] = ("https", "http")
    pages: int = 4
    timeout_s: float = 20
    delay_s: float = 0.5
    max_delay_s: float = 30
    extract_timeout_s: float = 10
