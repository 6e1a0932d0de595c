"""Extracts facts and contacts from a site's pages, by patterns alone. Equal pages give equal facts, in the
same order.

The work is done in slices, each a bounded look at one page, so that whoever waits can end it between two of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from common.contracts import Contact, Person
from enricher.extract.collector import Collector
from enricher.extract.contact_limit import shortlist
from enricher.extract.facts import HINT, LIKELY, Fact, best_per_method
from enricher.extract.linkedin import linkedin_facts
from enricher.extract.numbers.countries import country_of
from enricher.extract.profile.certifications import certification_facts
from enricher.extract.profile.customers import customer_facts
from enricher.extract.profile.figures import figure_facts
from enricher.extract.profile.organisation import MAX_SUMMARY, organisation_facts
from enricher.extract.prompt_injection import is_tainted, without_injections
from enricher.extract.registrations import uen_facts
from enricher.pages.documents import Document, Link, clean, parse_html
from enricher.pages.kinds import Kind, kind_of
from enricher.pages.schema_org.json_ld import organisations, values
from enricher.pages.urls import host_of, site_of

MAX_CONTACTS = 12
MAX_ABOUT = MAX_SUMMARY
#: Slices per page, at most: what a page costs is bounded by what a slice costs.
MAX_SLICES = 15


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of a site's pages. `contacts` are sorted best first. `is_cut`: time ran out before the end."""

    title: str | None
    about: str | None
    tech: tuple[str, ...]
    has_careers: bool
    contacts: tuple[Contact, ...]
    facts: tuple[Fact, ...] = ()
    people: tuple[Person, ...] = ()
    is_cut: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.about or self.contacts)


def extract(
    pages: Sequence[Document], *, today: date | None = None, is_time_up: Callable[[], bool] = lambda: False
) -> Findings:
    """Extracts the findings of at least one page, the homepage first. Never raises. Uses CPU time.

    `is_time_up` is asked before each slice of work; when it says yes, the findings so far are returned. Contacts come
    first, the homepage's before others. News needs the day of the visit: without `today` there is none.
    """
    home, said = pages[0], [_without_injections(page) for page in pages]
    found = Collector(site_of(host_of(home.url)), country_of(pages), today)
    is_cut = False
    for look_at in _slices(pages, said, found):
        if is_time_up():
            is_cut = True
            break
        look_at()
    return Findings(
        title=said[0].title or None,
        about=_about(said) or None,
        tech=tuple(sorted(found.tech)),
        has_careers=any(Kind.CAREERS in kinds for kinds in found.linked.values()),
        contacts=shortlist(found.best_contacts(), MAX_CONTACTS),
        facts=tuple(best_per_method(found.all_facts())),
        people=found.best_people(),
        is_cut=is_cut,
    )


def warm_up() -> None:
    """Loads the tables (public suffixes, numbering plans) so that the first visit does not wait for them."""
    extract([parse_html("http://acme.com.sg/", '<a href="/about">Acme</a> info@acme.com.sg +65 6123 4567')])


_FINDERS: tuple[Callable[[Document], Iterable[Fact]], ...] = (
    organisation_facts,
    uen_facts,
    linkedin_facts,
    figure_facts,
    certification_facts,
    customer_facts,
)


def _without_injections(page: Document) -> Document:
    """Returns the page without text that instructs a model: such text never becomes a fact."""
    text, bad = without_injections(page.text)
    title = "" if is_tainted(page.title) else page.title
    description = "" if is_tainted(page.description) else page.description
    if not bad and (title, description) == (page.title, page.description):
        return page
    return replace(page, text=text, title=title, description=description)


def _slices(pages: Sequence[Document], said: Sequence[Document], found: Collector) -> Iterator[Callable[[], None]]:
    """Yields the slices of work, most important first. Facts come only from `said`, which has no prompt injection."""
    for nth, page in enumerate(pages):
        yield partial(found.add_emails, page, nth)
        yield partial(found.add_numbers, page)
        yield partial(found.add_people, said[nth])
        yield partial(found.add_links, said[nth])
        yield partial(found.add_technology, page)
    yield partial(found.add, _summary_facts, said[0])
    for page in said:
        for find in _FINDERS:
            yield partial(found.add, find, page)
        yield partial(found.add_address, page)
        yield partial(found.add_news, page)
    yield partial(found.add, partial(_about_page, said), said[0])


def _summary_facts(home: Document) -> Iterator[Fact]:
    if home.description:
        yield Fact("summary", clean(home.description, MAX_ABOUT), home.url, "meta", LIKELY)


def _about_page(pages: Sequence[Document], _: Document) -> Iterator[Fact]:
    """Yields the beginning of the page about the company: only a hint, since it may be a menu."""
    page = next((page for page in pages[1:] if kind_of(Link(page.url, "")) is Kind.ABOUT and page.text), None)
    if page:
        yield Fact("summary", clean(page.text, MAX_ABOUT), page.url, "page", HINT)


def _about(pages: Sequence[Document]) -> str:
    """Returns the homepage's description, else the organisation's in JSON-LD, else the page about the company."""
    if pages[0].description:
        return clean(pages[0].description, MAX_ABOUT)
    for page in pages:
        for description in values(organisations(page), "description"):
            if (text := clean(description, MAX_ABOUT)) and not is_tainted(text):
                return text
    about = next((page.text for page in pages[1:] if kind_of(Link(page.url, "")) is Kind.ABOUT and page.text), "")
    return clean(about, MAX_ABOUT)
