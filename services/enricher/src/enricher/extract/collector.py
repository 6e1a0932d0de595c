"""Collects the findings of one site, page by page: contacts and people of the company itself, and facts."""

import re
from collections.abc import Callable, Iterable, Set
from dataclasses import replace
from datetime import date
from functools import partial

from common.contracts import Contact, Person
from enricher.extract.addresses.postal import address_facts
from enricher.extract.emails import find_emails, is_free, is_role
from enricher.extract.facts import CERTAIN, LIKELY, Fact, join_values
from enricher.extract.numbers.main_line import main_and_direct
from enricher.extract.others.parties import Parts, parts_of
from enricher.extract.own_words import names_of
from enricher.extract.persons.people import FoundPerson, find_people
from enricher.extract.persons.titles import function_of, rank_of, seniority_of
from enricher.extract.phones import Numbers, declared_phones, find_numbers, own_first
from enricher.extract.profile.figures import price_facts
from enricher.extract.profile.hiring import hiring_facts
from enricher.extract.profile.news import Item, newest, news_fact, news_on
from enricher.extract.profile.technology import find_technology
from enricher.extract.prompt_injection import is_tainted
from enricher.pages.documents import Document, Link
from enricher.pages.kinds import Kind, kind_of
from enricher.pages.urls import name_and_suffix, site_of

MAX_PEOPLE = 20
#: A quick test for an address or a number.
_MAY_BE_REACHED = re.compile(r"@|[\[({]at|\d[\d ().-]{5}\d")
#: A number on a line by itself; an address below is the same owner's.
_ONLY_NUMBER = re.compile(r"(?:[A-Za-z./]{1,10}\s?[:.]?\s?)?\+?\(?\d[\d ()./-]{6,24}")
_ONLY_ADDRESS = re.compile(r"(?:[A-Za-z-]{1,10}\s?[:.]\s?)?\S{1,64}@\S{1,64}")
_NUMBER_AND_ADDRESS = re.compile(rf"{_ONLY_NUMBER.pattern}\W{{0,4}}{_ONLY_ADDRESS.pattern}")
#: The rank of addresses at another domain than the site's.
_ELSEWHERE = 2
_LONGEST_LINE = 100
#: The last signs of an address or a number, and signs that a page may have between them.
_TAIL = 6
_NOT_IN_TAIL = re.compile(r"[^a-z0-9.]|(?<=\d)\.(?=\d)")
_NOWHERE = "http://a/"


class Collector:
    """Collects the findings of a site's pages."""

    def __init__(self, site: str, region: str, today: date | None) -> None:
        self.site = site
        self.region = region
        self.today = today
        self.news: Item | None = None
        self.tech: set[str] = set()
        self.facts: list[Fact] = []
        self.linked: dict[str, Set[Kind]] = {}
        self._emails: dict[str, tuple[int, int, str, Contact]] = {}
        self._own: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._numbers: list[tuple[Document, Numbers]] = []
        self._unnamed: dict[str, Document] = {}
        self._people: dict[str, FoundPerson] = {}
        self._personal: set[str] = set()

    def add(self, find: Callable[[Document], Iterable[Fact]], page: Document) -> None:
        self.facts += find(page)

    def add_emails(self, page: Document, nth: int) -> None:
        """Adds e-mail addresses, ranked: people of the company, its role addresses, addresses elsewhere."""
        others = self._of_others(page, partial(find_emails, site=self.site))
        for address in find_emails(page, self.site):
            is_elsewhere = site_of(address.partition("@")[2]) != self.site
            if is_elsewhere and (address in others or address.startswith("webmaster@")):
                continue
            role = is_role(address)
            rank = int(role) if site_of(address.partition("@")[2]) == self.site else _ELSEWHERE
            contact = Contact(kind="email", value=address, is_role=role, source_url=page.url)
            self._emails.setdefault(address, (rank, nth, address, contact))

    def add_numbers(self, page: Document) -> None:
        """Adds the telephone and fax numbers of a page."""
        others = self._of_others(page, lambda of: find_numbers(of, self.region).phones) | self._beside_others(page)
        if others:
            others -= declared_phones(page, self.region) | self._beside_own(page)
        found = find_numbers(page, self.region)
        if others:
            unnamed = find_numbers(Document(page.url, text=self._parts_of(page).unnamed), self.region).phones
            self._unnamed |= {it: page for it in unnamed if it in others and it in found.phones}
            found = replace(found, phones=tuple(it for it in found.phones if it not in others))
        self._numbers.append((page, found))

    def _parts_of(self, page: Document) -> Parts:
        if page.url not in self._own:
            self._own[page.url] = (names_of(page), frozenset(link.words for link in page.links))
        return parts_of(page.text, *self._own[page.url], page.quoted)

    def _beside_others(self, page: Document) -> frozenset[str]:
        """Returns the numbers that stand only in lines with another company's e-mail address."""
        lines = page.text.split("\n")
        theirs = {nth for nth, line in enumerate(lines) if "@" in line and self._is_of_another(line)}
        if not theirs:
            return frozenset()
        theirs |= {
            nth - 1
            for nth in theirs
            if nth > 1
            and _ONLY_ADDRESS.fullmatch(lines[nth])
            and _ONLY_NUMBER.fullmatch(lines[nth - 1])
            and "@" not in lines[nth - 2]
        } | {
            nth + 1
            for nth in theirs
            if _ONLY_ADDRESS.fullmatch(lines[nth])
            and _ONLY_NUMBER.fullmatch("\n".join(lines[nth + 1 : nth + 2]))
            and not _ONLY_NUMBER.fullmatch(lines[nth - 1])
            and "@" not in "".join(lines[nth + 2 : nth + 3])
        }
        text = "\n".join(lines[nth] for nth in sorted(theirs))
        beside = frozenset(find_numbers(Document(page.url, text=text), self.region).phones)
        rest = "\n".join(line for nth, line in enumerate(lines) if nth not in theirs)
        return beside - frozenset(find_numbers(Document(page.url, text=rest), self.region).phones) if beside else beside

    def _beside_own(self, page: Document) -> frozenset[str]:
        """Returns the numbers on a line with an address of the company, or alone on the line above one."""
        lines = page.text.split("\n")
        ours = {nth for nth, line in enumerate(lines) if "@" in line and self._is_own_address(line)}
        ours |= {nth - 1 for nth in ours if nth and _ONLY_NUMBER.fullmatch(lines[nth - 1])}
        text = "\n".join(lines[nth] for nth in sorted(ours) if len(lines[nth]) <= _LONGEST_LINE)
        return frozenset(find_numbers(Document(page.url, text=text), self.region).phones)

    def _is_own_address(self, line: str) -> bool:
        """True for a line that is an e-mail address of the company, with one number at most."""
        found = find_emails(Document("", text=line), self.site)
        is_alone = _ONLY_ADDRESS.fullmatch(line) or _NUMBER_AND_ADDRESS.fullmatch(line)
        return bool(is_alone and found) and all(site_of(it.partition("@")[2]) == self.site for it in found)

    def _is_of_another(self, line: str) -> bool:
        """True for a line with e-mail addresses of another company only."""
        found = find_emails(Document("", text=line), self.site)
        return bool(found) and not any(
            site_of(it.partition("@")[2]) == self.site or self._may_be_own(it) for it in found
        )

    def _of_others(self, page: Document, find: Callable[[Document], Iterable[str]]) -> frozenset[str]:
        """Returns the values that stand only in lines about others than the company."""
        parts = self._parts_of(page)
        if not _MAY_BE_REACHED.search(parts.others):
            return frozenset()
        others = frozenset(find(Document(page.url, text=parts.others)))
        own = _NOT_IN_TAIL.sub("", parts.own.lower()) if others else ""
        if not any(it[-_TAIL:] in own for it in others):
            return others  # a page is read twice only where that may tell
        return others - frozenset(find(Document(page.url, text=parts.own)))

    def add_address(self, page: Document) -> None:
        """Adds the address that a page's text about the company itself contains."""
        own = self._parts_of(page).own
        self.facts += address_facts(replace(page, text=own), self.region, names_of(page))

    def add_people(self, page: Document) -> None:
        """Adds the people of a page; merges a person's fields from several pages."""
        parts, whole = self._parts_of(page), page.text
        if parts.others:
            page = replace(page, text=f"{parts.own}\n{parts.both}" if parts.both else parts.own)
        for person in find_people(page, self.site, self.region, whole=whole):
            self._personal.update(person.numbers)
            known = self._people.setdefault(person.name.casefold(), person)
            self._people[person.name.casefold()] = replace(
                known, email=known.email or person.email, phone=known.phone or person.phone
            )

    def add_links(self, page: Document) -> None:
        """Adds the kinds of linked pages, and the facts about hiring and pricing that follow from them."""
        kinds = {kind for link in (*page.links, Link(page.url, "")) if (kind := kind_of(link)) is not None}
        if any(kind_of(Link(_NOWHERE, link.words)) is Kind.CAREERS for link in page.links):
            kinds.add(Kind.CAREERS)  # "People & openings" on /people
        self.linked[page.url] = kinds
        self.facts += hiring_facts(page, kinds)
        self.facts += price_facts(page, kinds)

    def add_technology(self, page: Document) -> None:
        found = find_technology(page)
        self.tech |= found
        if found:
            self.facts.append(Fact("technologies", join_values(sorted(found)), page.url, "page", CERTAIN))

    def add_news(self, page: Document) -> None:
        """Keeps the newest item of all pages."""
        if self.today is not None:
            known = [self.news] if self.news else []
            self.news = newest([*known, *news_on(page, self.today)])

    def all_facts(self) -> list[Fact]:
        main = [Fact("phone", phone.value, phone.source_url, "page", LIKELY) for phone in self._phones()[:1]]
        news = [news_fact(self.news)] if self.news else []
        # texts and descriptions were read without prompt injection, structured data was not
        return [
            fact for fact in (*self.facts, *main, *news) if fact.method != "schema.org" or not is_tainted(fact.value)
        ]

    def best_contacts(self) -> tuple[Contact, ...]:
        """Returns the addresses by rank, then the telephones, the company's main one first."""
        ranked = sorted(self._emails.values(), key=lambda entry: entry[:3])
        has_own = any(rank < _ELSEWHERE for rank, *_ in ranked)
        emails = [
            it for rank, _, address, it in ranked if rank < _ELSEWHERE or not has_own or self._may_be_own(address)
        ]
        return tuple(map(self._with_person, (*emails, *self._phones())))

    def _may_be_own(self, address: str) -> bool:
        """True for an address elsewhere that may be the company's too: from a free provider, or with a similar name."""
        domain = address.partition("@")[2]
        one, other = (name_and_suffix(it)[0].replace("-", "") for it in (domain, self.site))
        return is_free(domain) or one in other or other in one

    def best_people(self) -> tuple[Person, ...]:
        """Returns the people by their rank in the company, otherwise in the pages' order."""
        people = [
            Person(
                name=it.name,
                title=it.title,
                seniority=seniority_of(it.title),
                function=function_of(it.title),
                email=it.email,
                phone=it.phone,
                source_url=it.source_url,
            )
            for it in self._people.values()
        ]
        return tuple(sorted(people, key=lambda person: rank_of(person.seniority)))[:MAX_PEOPLE]

    def _with_person(self, contact: Contact) -> Contact:
        """Returns the contact with the name and title of the person beside it."""
        for person in self._people.values():
            if contact.value in (person.email, person.phone) and not contact.is_role:
                level, function = seniority_of(person.title), function_of(person.title)
                more = {"name": person.name, "title": person.title, "seniority": level, "function": function}
                return contact.model_copy(update=more)
        return contact

    def _phones(self) -> list[Contact]:
        """Returns the telephones in the pages' order: the site's country's first, persons' and those of WhatsApp last.

        What any page calls a fax number is none. A site's only number may stand below "Suppliers" with nobody's name:
        better the company's for its suppliers than none.
        """
        labelled = {number for _, numbers in self._numbers for number in numbers.labelled}
        faxes = {number for _, numbers in self._numbers for number in numbers.faxes} - labelled
        pages = {number: page for page, numbers in reversed(self._numbers) for number in numbers.phones}
        order = dict.fromkeys(number for _, numbers in self._numbers for number in numbers.phones)
        messaging = {number for _, numbers in self._numbers for number in numbers.messaging}
        personal = self._personal | messaging
        main, direct = main_and_direct(order, [page.text for page, _ in self._numbers])
        general = sorted(
            (number for number in order if number not in faxes),
            key=lambda number: (number in personal, number in direct, number not in main),
        )
        phones = own_first(general, self.region)
        if not phones and len(self._unnamed) == 1 and faxes.isdisjoint(self._unnamed):
            pages = self._unnamed
            phones = list(pages)
        return [Contact(kind="phone", value=number, source_url=pages[number].url) for number in phones]
