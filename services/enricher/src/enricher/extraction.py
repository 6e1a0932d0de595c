"""From a site's pages to what is known of its company. Pure: the same pages give the same facts, in the same order."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.contracts import Contact
from enricher.documents import Document, Link, clean, read
from enricher.emails import find_emails, is_role
from enricher.pages import Kind, kind_of
from enricher.phones import find_phones
from enricher.structured import organisations, values
from enricher.technology import find_technology
from enricher.urls import host_of, site_of

MAX_CONTACTS = 10
MAX_ABOUT = 600


@dataclass(frozen=True, slots=True)
class Findings:
    """What the pages say. `contacts` are best first."""

    title: str | None
    about: str | None
    tech: tuple[str, ...]
    has_careers: bool
    contacts: tuple[Contact, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.about or self.contacts)


def extract(pages: Sequence[Document]) -> Findings:
    """What at least one page says; the first of them is the homepage. Never raises; takes CPU."""
    home = pages[0]
    return Findings(
        title=home.title or None,
        about=_about(pages) or None,
        tech=tuple(sorted(set().union(*map(find_technology, pages)))),
        has_careers=any(kind_of(link) is Kind.CAREERS for page in pages for link in (*page.links, Link(page.url, ""))),
        contacts=_contacts(pages, site_of(host_of(home.url)))[:MAX_CONTACTS],
    )


def warm_up() -> None:
    """Loads the tables (public suffixes, numbering plans) that the first visit would otherwise wait for."""
    extract([read("http://acme.com.sg/", '<a href="/about">Acme</a> info@acme.com.sg +65 6123 4567')])


def _about(pages: Sequence[Document]) -> str:
    """The homepage's description, or the organisation's in JSON-LD, or what the page about it says."""
    if pages[0].description:
        return clean(pages[0].description, MAX_ABOUT)
    for page in pages:
        for description in values(organisations(page.data), "description"):
            if text := clean(description, MAX_ABOUT):
                return text
    about = next((page.text for page in pages[1:] if kind_of(Link(page.url, "")) is Kind.ABOUT and page.text), "")
    return clean(about, MAX_ABOUT)


def _contacts(pages: Sequence[Document], site: str) -> tuple[Contact, ...]:
    """People of the company first, then its desks, then addresses elsewhere, then telephones."""
    ranked: dict[tuple[str, str], tuple[int, int, str, Contact]] = {}
    for nth, page in enumerate(pages):
        for address in find_emails(page, site):
            role = is_role(address)
            rank = int(role) if site_of(address.partition("@")[2]) == site else 2
            contact = Contact(kind="email", value=address, is_role=role, source_url=page.url)
            ranked.setdefault(("email", address), (rank, nth, address, contact))
        for number in find_phones(page):
            contact = Contact(kind="phone", value=number, source_url=page.url)
            ranked.setdefault(("phone", number), (3, nth, number, contact))
    return tuple(contact for *_, contact in sorted(ranked.values(), key=lambda entry: entry[:3]))
