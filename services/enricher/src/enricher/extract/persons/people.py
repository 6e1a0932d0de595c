"""Finds the people whom a company's site names with their titles, and the address or number that stands with them.

Structured data comes first. In text, a name counts only beside a title: on a page about the team or the ways to reach
it, or below such a heading. A heading is no person, and a customer who is quoted is none of the company's.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from enricher.extract.emails import find_emails, is_role
from enricher.extract.own_words import names_of
from enricher.extract.persons.names import person_name
from enricher.extract.persons.titles import is_field, is_job_title
from enricher.extract.phones import find_numbers
from enricher.extract.prompt_injection import is_injection
from enricher.pages import json_ld
from enricher.pages.documents import Document, Link, clean
from enricher.pages.kinds import Kind, kind_of

_MOST = 30
_LONGEST_TITLE = 100
_READ = frozenset({Kind.TEAM, Kind.CONTACT})
_ALSO = frozenset({Kind.ABOUT, None})
#: Headings below which people of the company stand, on other pages.
_TEAM_HEADING = re.compile(
    r"(?:meet )?(?:our |the )?(?:(?:management|leadership|executive|senior|core|sales|founding) )?(?:team|people"
    r"|management|leadership|directors"
    r"|board of directors|founders?|key personnel|contact persons?|key contacts?)(?: members?)?:?|(?:管理|核心"
    r"|我们的)?团队",
    re.IGNORECASE,
)
#: A quick test for such a heading: most pages have none.
_TEAM_WORD = re.compile(r"team|people|management|leadership|director|founder|personnel|contact|团队", re.IGNORECASE)
#: Headings that end such a part.
_OTHER_HEADING = re.compile(
    r"(?:our |what |some |happy )*(?:testimonials?|reviews?|clients?(?: say.*)?|customers?(?: say.*)?|partners|news"
    r"|blog|products|services|projects"
    r"|contact(?: us)?|careers?|what (?:they|people|clients|customers) say.*|follow us|quick links)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s[-–—|•·]\s|\s?[|–—]\s?|,\s|\s\(|:\s")
_OF_OTHERS = re.compile(r"\b(?:at|of|from|@)\s{1,3}([A-Z][^,;|]{0,60})")
#: "Name: Mei Tan", "Designation: Director".
_FIELD = re.compile(
    r"^(?:name|contact(?: person)?|attn|attention|person in charge|pic|designation|position|job title|title|role)"
    r"\s?[:：]\s{0,3}",
    re.IGNORECASE,
)
_DEGREES = re.compile(
    r"(?:MBBS|BDS|MDS|MD|MRCP|MRCS|FRCS|FAMS|MMed|M\.Med|PhD|Ph\.D|MBA|EMBA|CPA|CA|ACCA|LLB|LLM|B\.?Sc|M\.?Sc|B\.?Eng|M\.?Eng"
    r"|BA|MA|BBA|P\.?Eng|C\.?Eng)\b[^.!?]{0,80}"
)
_AROUND = 4  # lines below a title that may hold the person's address or number
_TOKENS = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person with a title, as a page names them."""

    name: str
    title: str
    source_url: str
    email: str | None = None
    phone: str | None = None


def find_people(page: Document, site: str, region: str) -> list[FoundPerson]:
    """The people of a page, in its order, each name once. `site` and `region` are those of addresses and numbers."""
    found: dict[str, FoundPerson] = {}
    for person in (*_declared(page, site, region), *_shown(page, site, region)):
        person = replace(person, name=person.name.title()) if person.name.isupper() else person
        known = found.setdefault(person.name.casefold(), person)
        found[person.name.casefold()] = replace(
            known, email=known.email or person.email, phone=known.phone or person.phone
        )
        if len(found) == _MOST:
            break
    return list(_with_addresses(found.values(), find_emails(page, site))) if found else []


def _declared(page: Document, site: str, region: str) -> Iterator[FoundPerson]:
    """The people in JSON-LD, microdata and RDFa that have a title."""
    nodes = json_ld.people(page) if page.data else []
    names = names_of(page) if nodes else frozenset()
    for node in nodes:
        name = clean(next(iter(json_ld.texts_of([node], "name")), ""), 80)
        name = name or " ".join(it for key in ("givenName", "familyName") for it in json_ld.texts_of([node], key)[:1])
        title = clean(next(iter(json_ld.texts_of([node], "jobTitle")), ""), _LONGEST_TITLE)
        employer = next(iter(json_ld.texts_of([node], "worksFor")), "")
        if not person_name(name) or not title or is_injection(title) or (employer and not _is_own(employer, names)):
            continue
        about = Document(page.url, data=(_as_person(node),))
        emails = find_emails(about, site)
        phones = find_numbers(about, region).phones
        yield FoundPerson(
            person_name(name) or name, title, page.url, next(iter(emails), None), next(iter(phones), None)
        )


def _as_person(node: json_ld.Node) -> str:
    kept = {key: node[key] for key in ("email", "telephone", "faxNumber") if key in node}
    return json_ld.dumps({"@type": "Person", **kept})


def _is_own(employer: str, names: Iterable[str]) -> bool:
    compact = re.sub(r"[^a-z0-9]+", "", employer.lower())
    return any(name in compact or compact in name for name in names)


def _shown(page: Document, site: str, region: str) -> Iterator[FoundPerson]:
    """The people in the page's text."""
    kind = kind_of(Link(page.url, ""))
    if kind not in _READ and kind not in _ALSO:
        return
    if kind not in _READ and not _TEAM_WORD.search(page.text):
        return
    lines = page.text.split("\n")
    pairs = _pairs(lines, is_open=kind in _READ, names=names_of(page))
    for nth, (_, last, name, title) in enumerate(pairs):
        end = min(pairs[nth + 1][0] if nth + 1 < len(pairs) else len(lines), last + 1 + _AROUND)
        about = Document(page.url, text="\n".join(lines[last:end]))
        emails = [it for it in find_emails(about, site) if not is_role(it)]
        numbers = find_numbers(about, region)
        own = [number for number in numbers.phones if number in numbers.labelled or len(numbers.phones) == 1]
        yield FoundPerson(name, title, page.url, emails[0] if len(emails) == 1 else None, own[0] if own else None)


def _pairs(lines: Sequence[str], *, is_open: bool, names: Iterable[str]) -> list[tuple[int, int, str, str]]:
    """Names with titles: on one line, or on two neighbouring ones. Gives the first and last line of each."""
    found: list[tuple[int, int, str, str]] = []
    run: list[tuple[int, str | None, str | None]] = []
    for nth, line in enumerate((*lines, "")):
        if not is_open and _TEAM_HEADING.fullmatch(line):
            is_open = True
        elif is_open and _OTHER_HEADING.fullmatch(line):
            is_open = False
        if is_open and _DEGREES.fullmatch(line):
            continue  # they stand between a name and its title
        line = _FIELD.sub("", line) if is_open else line
        both = _on_one_line(line, names) if is_open else None
        if both:
            found.append((nth, nth, *both))
        name = person_name(line) if is_open and not both else None
        is_title = is_open and not both and name is None and is_job_title(line) and not _is_of_others(line, names)
        if name or is_title:
            run.append((nth, name, line if is_title else None))
        else:
            found += _matched(run)
            run = []
    return sorted(found)


def _matched(run: Sequence[tuple[int, str | None, str | None]]) -> Iterator[tuple[int, int, str, str]]:
    """Pairs neighbouring names and titles: a name before its title, unless the whole run has titles first."""
    is_title_first = len(run) % 2 == 0 and all(
        (title is not None) == (nth % 2 == 0) for nth, (_, _, title) in enumerate(run)
    )
    nth = 0
    while nth + 1 < len(run):
        (at, name, title), (below, next_name, next_title) = run[nth], run[nth + 1]
        if is_title_first and title and next_name:
            yield at, below, next_name, clean(title, _LONGEST_TITLE)
            nth += 2
        elif not is_title_first and name and next_title:
            yield at, below, name, clean(next_title, _LONGEST_TITLE)
            nth += 2
        else:
            nth += 1


def _on_one_line(line: str, names: Iterable[str]) -> tuple[str, str] | None:
    """ "Mei Tan, Managing Director" and "Director: Mei Tan"."""
    if len(line) > 120 or line.endswith((".", "?", "!")):
        return None
    cut = _BETWEEN.search(line)
    if cut is None:
        return None
    first, rest = line[: cut.start()].strip(), line[cut.end() :].strip(" )")
    if (name := person_name(first)) and is_job_title(rest) and not _is_of_others(rest, names):
        return name, clean(rest, _LONGEST_TITLE)
    if is_job_title(first) and (name := person_name(rest)):
        return name, clean(first, _LONGEST_TITLE)
    return None


def _is_of_others(title: str, names: Iterable[str]) -> bool:
    """True for a title at another company: "Director of Omega Foods"; "Head of Sales" is at this one."""
    found = _OF_OTHERS.search(title)
    return found is not None and not is_field(found[1]) and not _is_own(found[1], names)


def _with_addresses(people: Iterable[FoundPerson], emails: Sequence[str]) -> Iterator[FoundPerson]:
    """The people with the page's addresses that have their names in them."""
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
    """True for a mailbox that a person's name makes: mei.tan, meitan, or one of the names by itself."""
    parts = set(_TOKENS.findall(local.lower()))
    joined = "".join(sorted(tokens))
    return bool(parts) and (
        parts <= tokens or (len(parts) == 1 and "".join(sorted(joined)) == "".join(sorted(local.lower())))
    )
