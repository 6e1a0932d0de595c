"""The state of a visit in progress: the pages requested and read, and the missing parts."""

import time
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from common.contracts import Site
from common.singapore.calendar import day_in_singapore
from enricher.crawl.crawl_session import CrawlSession, SessionOver
from enricher.crawl.errors import PageForbidden, PageRefused, SiteUnreachable
from enricher.crawl.http.fetching import NO_VALIDATORS, Answer, Validators
from enricher.crawl.visits import Limits, Outcome, SeenPage, Visit
from enricher.extract.findings import Findings, extract
from enricher.pages.documents import Document, clean, parse_html
from enricher.pages.placeholders import WORDS, Placeholder, placeholder_of
from enricher.pages.reader_threads import run_by_size
from enricher.pages.urls import path_of

#: Fewer characters of text make a visit thin: a picture with a slogan, a page rendered by scripts.
THIN = 300
_NOTHING = Findings(None, None, (), has_careers=False, contacts=())
_OVERLOADED = frozenset({429, 503})


@dataclass(slots=True)
class RunningVisit:
    """The state of a visit in progress."""

    domain: str
    session: CrawlSession
    reader: Executor
    limits: Limits
    outcome: Outcome = "unreachable"
    documents: list[Document] = field(default_factory=list)
    seen: list[SeenPage] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    validators: Validators = NO_VALIDATORS
    is_forbidden: bool = False
    is_elsewhere: bool = False
    moved_to: str | None = None
    placeholder: Placeholder | None = None
    is_whole: bool = True
    is_unchanged: bool = False

    async def ask(self, url: str, **how: Any) -> Answer | None:
        """Fetches a URL other than the homepage; `None` on failure. Raises SessionOver, PageForbidden."""
        try:
            answer = await self.session.fetch(url, **how)
        except (SessionOver, PageForbidden):
            raise
        except (SiteUnreachable, PageRefused) as error:
            self.reasons.append(f"{path_of(url)[:100]}: {error}")
            self.is_whole &= not isinstance(error, SiteUnreachable)
            return None
        if answer.status in _OVERLOADED:
            raise SessionOver(f"{path_of(url)[:100]}: HTTP {answer.status}, so no further page was requested")
        return answer

    async def read(self, answer: Answer) -> Document | None:
        """Parses a page and keeps it; `None` for a placeholder."""
        document = await run_by_size(len(answer.content), self.reader, _parse_page, answer)
        if kind := placeholder_of(document):
            self.reasons.append(f"{path_of(answer.url)[:100]} is {WORDS[kind]}, not the company's own page")
            if not self.documents:
                self.placeholder = kind
                self.is_forbidden = kind == "challenge"  # its owner keeps programs out
                self.outcome = "forbidden" if self.is_forbidden else "empty"
            return None
        self.documents.append(document)
        if answer.is_cut:
            self.reasons.append(f"{path_of(answer.url)[:100]}: only the first {len(answer.content)} bytes")
            self.is_whole &= not answer.is_broken
        return document

    async def report(self) -> Visit:
        """Builds the visit from the pages read."""
        site, found = Site(outcome=self.outcome, placeholder=self.placeholder), _NOTHING
        if self.documents:
            found = await run_by_size(sum(page.size for page in self.documents), self.reader, self._extract)
            if found.is_cut:
                self.reasons.append(f"not all that was read was searched within {self.limits.extract_timeout_s:g} s")
                self.is_whole = False
            site = Site(
                outcome="empty" if found.is_empty else "visited",
                url=self.documents[0].url,
                title=found.title,
                about=found.about,
                tech=list(found.tech),
                has_careers=found.has_careers,
                pages=len(self.documents),
            )
        return Visit(
            site=site,
            contacts=found.contacts,
            facts=found.facts,
            people=found.people,
            pages=tuple(self.seen),
            degraded_reasons=tuple(clean(reason, 200) for reason in self.reasons),
            documents=tuple(self.documents),
            is_forbidden=self.is_forbidden,
            is_elsewhere=self.is_elsewhere,
            moved_to=self.moved_to,
            is_thin=sum(len(document.text) for document in self.documents) < THIN,
            is_whole=self.is_whole,
            validators=self.validators,
        )

    def _extract(self) -> Findings:
        until = time.monotonic() + self.limits.extract_timeout_s
        return extract(
            self.documents, today=day_in_singapore(datetime.now(UTC)), is_time_up=lambda: time.monotonic() > until
        )


def _parse_page(answer: Answer) -> Document:
    return parse_html(answer.url, answer.text)
