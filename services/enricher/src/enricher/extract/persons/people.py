"""Finds the people whom a company's site names with their titles, and the address or number beside them.

Structured data comes first. In text, a name counts only beside a title: on a page about the team or the ways to reach
it, below such a heading, in a block of its own or in a sentence about the company. A heading is no person, and a
customer who is quoted is none of the company's.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise

from enricher.extract.emails import find_emails, is_role
from enricher.extract.own_words import compacted, names_of
from enricher.extract.persons.animals import is_animal
from enricher.extract.persons.blocks import AROUND, for_the_press, in_a_row, reachable, sure
from enricher.extract.persons.employers import is_at_home, is_of_others, is_own_employer, without_own_name
from enricher.extract.persons.headings import may_name_team, without_parts_about_others
from enricher.extract.persons.layout import filled
from enricher.extract.persons.left_out import of_today
from enricher.extract.persons.names import person_name
from enricher.extract.persons.one_line import LONGEST_TITLE, on_one_line
from enricher.extract.persons.pairs import Marks, pairs_of
from enricher.extract.persons.past import is_past
from enricher.extract.persons.prose.east_asian import east_asian_people
from enricher.extract.persons.prose.in_news import people_of
from enricher.extract.persons.prose.sentences import people_in
from enricher.extract.persons.titles import has_titles, is_job_title, seniority_of
from enricher.extract.phones import find_numbers
from enricher.extract.prompt_injection import is_injection
from enricher.pages.documents import Document, Link, clean
from enricher.pages.kinds import Kind, kind_of
from enricher.pages.schema_org import json_ld

_MOST = 30
#: Parts of a name that some pages leave out.
_LINKS = frozenset({"bin", "binte", "binti", "bte", "bt", "s/o", "d/o", "a/l", "a/p"})
_READ = frozenset({Kind.TEAM, Kind.CONTACT})
#: Pages about others.
_OUTSIDE = frozenset({Kind.CUSTOMERS, Kind.NEWS})
_OF_COMPANY = re.compile(
    r"©|\b(?:main|reception|general|office|head office|tel/fax)\b"
    r"|^(?:D-)?\d{5} [A-ZÄÖÜ]\w+|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b[Ss](?:ingapore|pore)? ?\(?\d{6}\b",
    re.IGNORECASE,
)
#: "Vertreten durch die Geschäftsführer:", and the names behind or below.
_REPRESENTED = re.compile(
    r"(?:vertreten durch[^\n:]{0,20}|vertretungsberechtigte[rn]? |^)"
    r"(?P<title>Geschäftsführer(?:in)?|Vorstand|Inhaber(?:in)?)"
    r"\s?:\s{1,2}(?P<names>[^\n]{4,120})",
    re.IGNORECASE | re.MULTILINE,
)
#: Whoever answers for a French site, which has to say so: "Directrice de la publication : Ana Cruz, Gérante".
_PUBLISHER = re.compile(
    r"(?:directeur|directrice|responsable) de (?:la )?publication\s?:\s?(?P<name>[^\n,(:]{4,60})"
    r"(?:,\s|\s\()(?P<title>[^\n,.)]{3,60})",
    re.IGNORECASE,
)
_AND = re.compile(r",\s|;\s|\sund\s|\s&\s")
#: Words in quotation marks, which may have a name behind them: "I stayed." - Mei Tan, Buyer
_SAID = re.compile(r"[\"“][^\"”]{10,600}[\"”][\s–—-]{0,4}")
_SENTENCE_END = re.compile(r"(?<=[a-z]{3})\.\s")
_DASH = re.compile(r"^[\s–—-]+")
_TOKENS = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person with a title, as a page names them."""

    name: str
    title: str
    source_url: str
    email: str | None = None
    phone: str | None = None
    #: All numbers that stand with the person.
    numbers: tuple[str, ...] = ()


def find_people(page: Document, site: str, region: str, *, whole: str = "") -> list[FoundPerson]:
    """Finds the people of a page, in its order, each name once. `site` and `region` are for addresses and numbers.

    `whole` is the page's text with what others say.
    """
    found: dict[str, FoundPerson] = {}
    names = names_of(page)
    for person in (
        *_declared(page, site, region),
        *_shown(page, site, region),
        *_in_sentences(page),
        *_quoted(page, names, whole),
    ):
        name = person.name.title() if person.name.isupper() else person.name
        person = replace(person, name=name, title=without_own_name(person.title, names))
        known = found.setdefault(person.name.casefold(), person)
        found[person.name.casefold()] = replace(
            known, email=known.email or person.email, phone=known.phone or person.phone
        )
        if len(found) == _MOST:
            break
    words = {name: frozenset(name.split()) - _LINKS for name in found}  # "Shi Min" is "Lee Shi Min", too
    same = {name for name, those in words.items() if any(those < it for it in words.values())}
    seen = list(words.items())
    same |= {name for nth, (name, those) in enumerate(seen) if any(those == it for _, it in seen[:nth])}
    people = [person for name, person in found.items() if name not in same]
    return list(_with_addresses(people, find_emails(page, site))) if people else []


def _declared(page: Document, site: str, region: str) -> Iterator[FoundPerson]:
    """Finds the people in JSON-LD, microdata and RDFa that have a title."""
    nodes = json_ld.people(page) if page.data else []
    names = names_of(page) if nodes else frozenset()
    for node in nodes:
        name = clean(next(iter(json_ld.texts_of([node], "name")), ""), 80)
        name = name or " ".join(it for key in ("givenName", "familyName") for it in json_ld.texts_of([node], key)[:1])
        title = clean(next(iter(json_ld.texts_of([node], "jobTitle")), ""), LONGEST_TITLE)
        employer = next(iter(json_ld.texts_of([node], "worksFor")), "")
        if (
            not person_name(name)
            or not title
            or is_injection(title)
            or is_of_others(title, names)
            or is_past(title)
            or is_animal(title)
            or (employer and not is_own_employer(employer, names))
        ):
            continue
        about = Document(page.url, data=(_as_person(node),))
        emails = find_emails(about, site)
        phones = find_numbers(about, region).phones
        yield FoundPerson(
            person_name(name) or name, title, page.url, next(iter(emails), None), next(iter(phones), None)
        )


def _in_sentences(page: Document) -> Iterator[FoundPerson]:
    """Finds the founders in the page's data, and the people of the company in its sentences."""
    declared = json_ld.texts_of(json_ld.own_organisations(page), "founder") if page.data else []
    for text in declared[:_MOST]:
        if name := person_name(clean(text, 80)):
            yield FoundPerson(name, "Founder", page.url)
    for line in page.text.split("\n"):
        for part in _SENTENCE_END.split(line)[1:] if "©" in line else ():  # "© 2024 Acme. Mei Tan, Director"
            if (both := on_one_line(part.strip(" ."), names_of(page))) and seniority_of(both[1]) != "staff":
                yield FoundPerson(*both, page.url)
    kind = kind_of(Link(page.url, ""))
    names = names_of(page)
    if kind in _OUTSIDE:
        found = people_of(page.text, names, is_news=kind is Kind.NEWS)
    else:
        found = chain(people_in(_said_here(page), names), east_asian_people(page.text), _represented(page.text))
    for name, title in found:
        yield FoundPerson(name, title, page.url)


def _said_here(page: Document) -> str:
    """Returns the page's text without its menu and its parts about others."""
    menu = frozenset(link.words for link in page.links)
    lines = [line for line in page.text.split("\n") if line not in menu]
    return without_parts_about_others("\n".join(lines))


def _represented(text: str) -> Iterator[tuple[str, str]]:
    """Finds the managing directors in the imprint of a German or French site, which must name them."""
    for found in islice(_PUBLISHER.finditer(text), _MOST if "ublication" in text else 0):
        if (name := person_name(found["name"])) and is_job_title(found["title"]):
            yield name, found["title"]
    is_german = "eschäftsführer" in text or "orstand" in text or "nhaber" in text
    for found in islice(_REPRESENTED.finditer(text), _MOST if is_german else 0):
        for part in _AND.split(found["names"]):
            if name := person_name(part):
                yield name, found["title"]


def _quoted(page: Document, names: frozenset[str], whole: str) -> Iterator[FoundPerson]:
    """Finds the company's own people among those quoted: "Mei Tan, Buyer, Acme" on Acme's page, or about its jobs."""
    is_careers = kind_of(Link(page.url, "")) is Kind.CAREERS
    if is_careers and page.quoted:
        for above, line in pairwise(whole.split("\n")):
            if (
                line in page.quoted
                and above in page.quoted
                and is_job_title(line)
                and not is_of_others(line, names)
                and (name := person_name(above))
            ):
                yield FoundPerson(name, line, page.url)
    for above, line in pairwise(f"\n{whole}".split("\n")) if is_careers else ():
        said = _SAID.match(line)
        if (said or _SAID.fullmatch(above)) and (both := on_one_line(line[said.end() :] if said else line, names)):
            yield FoundPerson(*both, page.url)
    for line in sorted(page.quoted):
        head, _, employer = line.rpartition(", ")
        both = on_one_line(head, names) if head and is_own_employer(employer, names) else None
        both = both or (on_one_line(_DASH.sub("", line), names) if is_careers else None)
        if both and not is_of_others(both[1], names):
            yield FoundPerson(*both, page.url)


def _as_person(node: json_ld.Node) -> str:
    kept = {key: node[key] for key in ("email", "telephone", "faxNumber") if key in node}
    return json_ld.dumps({"@type": "Person", **kept})


def _shown(page: Document, site: str, region: str) -> Iterator[FoundPerson]:
    """Finds the people in the page's text."""
    kind = kind_of(Link(page.url, ""))
    lines = page.text.split("\n")
    names = names_of(page)
    menu = frozenset(link.words for link in page.links)
    is_read = kind in _READ
    if not (page.titled or any(map(has_titles, lines))):
        return
    marks = Marks(page.named, page.titled) if page.titled else None
    pairs = []
    if is_read or (kind not in _OUTSIDE and may_name_team(page.text)):
        pairs = pairs_of(lines, is_open=is_read, is_read=is_read, names=names, menu=menu, marks=marks)
    if not is_read:
        known = {pair[0] for pair in pairs}
        every = pairs_of(lines, is_open=True, is_read=True, names=names, menu=menu, marks=marks)
        shown = [*reachable(every, lines, site), *for_the_press(every, lines, site)]
        if kind not in _OUTSIDE:
            shown += [
                *in_a_row(every, lines, is_about=kind is Kind.ABOUT),
                *sure(every, lines, names, is_about=kind is Kind.ABOUT),
                *(
                    pair for pair in every if page.title.startswith(pair[2]) and is_at_home(pair[3])
                ),  # the person's own page
            ]
        pairs = sorted({*pairs, *(pair for pair in shown if pair[0] not in known)})
    pairs = filled(pairs, lines, menu, names) if kind not in _OUTSIDE else pairs
    pairs = list(of_today(pairs, lines, names, site))
    for nth, (_, last, name, title) in enumerate(pairs):
        end = min(pairs[nth + 1][0] if nth + 1 < len(pairs) else len(lines), last + 1 + AROUND)
        end = next((it for it in range(last + 1, end) if _is_of_company(lines[it], names)), end)
        about = Document(page.url, text="\n".join(lines[last:end]))
        emails = [it for it in find_emails(about, site) if not is_role(it)]
        numbers = find_numbers(about, region)
        own = [number for number in numbers.phones if number in numbers.labelled or len(numbers.phones) == 1]
        email = emails[0] if len(emails) == 1 else None
        yield FoundPerson(name, title, page.url, email, own[0] if own else None, tuple(own))


def _is_of_company(line: str, names: frozenset[str]) -> bool:
    """True for a line below a person that belongs to the company: its name, its address, its general line."""
    return _OF_COMPANY.search(line) is not None or any(it in compacted(line) for it in names if "@" not in line)


def _with_addresses(people: Iterable[FoundPerson], emails: Sequence[str]) -> Iterator[FoundPerson]:
    """Adds the page's addresses that contain the people's names."""
    people = list(people)
    taken = {person.email for person in people}
    free = [email for email in emails if email not in taken and not is_role(email)]
    for person in people:
        tokens = set(_TOKENS.findall(person.name.lower()))
        fit = [email for email in free if _names(email.partition("@")[0], tokens)]
        alone = (
            fit and sum(_names(fit[0].partition("@")[0], set(_TOKENS.findall(it.name.lower()))) for it in people) == 1
        )
        yield replace(person, email=fit[0]) if person.email is None and len(fit) == 1 and alone else person


def _names(local: str, tokens: set[str]) -> bool:
    """True for a mailbox made of a person's name: mei.tan, meitan, or one of the names by itself."""
    parts = set(_TOKENS.findall(local.lower()))
    joined = "".join(sorted(tokens))
    return bool(parts) and (
        parts <= tokens or (len(parts) == 1 and "".join(sorted(joined)) == "".join(sorted(local.lower())))
    )
