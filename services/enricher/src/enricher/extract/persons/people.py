"""Finds the people whom a company's site names with their titles, and the address or number that stands with them.

Structured data comes first. In text, a name counts only beside a title: on a page about the team or the ways to reach
it, or below such a heading. A heading is no person, and a customer who is quoted is none of the company's.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from enricher.extract.emails import find_emails, is_role
from enricher.extract.own_words import is_own_subject, names_of, sentence_around
from enricher.extract.persons.names import person_name
from enricher.extract.persons.titles import is_department, is_field, is_job_title, names_company, seniority_of
from enricher.extract.phones import find_numbers
from enricher.extract.prompt_injection import is_injection
from enricher.pages import json_ld
from enricher.pages.documents import Document, Link, clean
from enricher.pages.kinds import Kind, kind_of

_MOST = 30
_LONGEST_TITLE = 100
_READ = frozenset({Kind.TEAM, Kind.CONTACT})
_ALSO = frozenset({Kind.ABOUT, Kind.CAREERS, None})
#: Headings below which people of the company stand, on other pages.
_TEAM_HEADING = re.compile(
    r"(?:meet )?(?:our |the )?(?:board(?: members)?|trustees|management committee)|meet (?:some of )?us"
    r"|(?:meet )?(?:our |the )?(?:(?:management|leadership|executive|senior|core|sales|founding) )?(?:team|people"
    r"|management|leadership|directors"
    r"|board of directors|founders?|key personnel|contact persons?|key contacts?)(?: members?)?:?|(?:管理|核心"
    r"|我们的)?团队",
    re.IGNORECASE,
)
#: A quick test for such a heading: most pages have none.
_TEAM_WORD = re.compile(
    r"team|board|trustees|meet |people|management|leadership|director|founder|personnel|contact|团队", re.IGNORECASE
)
#: The same in a sentence's shape: "The people your child will meet".
_ABOUT_TEAM = re.compile(
    r"(?:(?:meet|about|say hello to) )?(?:the|our|your|my) (?:[\w’'&-]{1,20} ){0,3}(?:team|people|founders?"
    r"|directors|leaders"
    r"|partners|lawyers|doctors|dentists|tutors|trainers|coaches|consultants|instructors|teachers|faces)(?:"
    r" [\w’'&-]{1,20}){0,6}"
    r"|lembaga pengarah|pegawai untuk dihubungi|(?:負責人|负责人|联系人|聯絡人).{0,30}",
    re.IGNORECASE,
)
#: Headings below which people of others stand, on any page.
_OF_OTHERS_HEADING = re.compile(
    r"(?:our |the |what |some |happy )*(?:testimonials?|reviews?|love notes|portfolio(?: \w{4,12})?|investees?"
    r"|investors?"
    r"|backed by|clients?(?: say.*)?|customers?(?: say.*)?|patients?(?: .*)?|students?(?: .*)?|parents?(?:"
    r" say.*)?|alumni"
    r"|top scorers.*|what (?:they|people|clients|customers|patients|parents|our .{1,20}|an? .{1,20}) sa(?:y"
    r"|id).*|case studies"
    r"|success stories|recent (?:cases|projects|works?)|in the (?:news|press|media)|trusted by|kind words"
    r"|collaborators|awards|press|latest news|pelanggan(?: kami)?"
    r"|projek.{0,20})\W{0,2}",
    re.IGNORECASE,
)
#: Titles that a heading gives to the names below it.
_HEADING_TITLES = {
    "partners": "Partner",
    "our partners": "Partner",
    "directors": "Director",
    "board of directors": "Director",
    "founders": "Founder",
    "co-founders": "Co-founder",
}
#: Headings that end such a part.
_OTHER_HEADING = re.compile(
    r"(?:our |what |some |happy )*(?:testimonials?|reviews?|clients?(?: say.*)?|customers?(?: say.*)?|partners|news"
    r"|blog|products|services|projects"
    r"|contact(?: us)?|careers?|what (?:they|people|clients|customers) say.*|follow us|quick links)",
    re.IGNORECASE,
)
#: "Director of Installation" is at this company.
_ACTIVITY = re.compile(r"[A-Z][a-z]+(?:tion|sion|ment|ing|ance|ence|ity|ship|ogy|ics|ture|sis|ery)")
#: The end of a sentence: "Ana Cruz, chief executive. Formerly at Omega."
_SENTENCE_END = re.compile(r"(?<=[a-z]{4})\.(?=\s|$)")
#: A remark behind a title: "Operations (and little brother)".
_NOTE = re.compile(r"\s\([a-z][^)]{0,60}\)?$")
_BETWEEN = re.compile(r"\s[-–—|•·]\s|\s?[|–—]\s?|,\s|\s\(|:\s")
#: "Head of Music" is at this company, whatever is behind it.
_OF_OTHERS = re.compile(r"(?:\bat|(?<![Hh]ead )\bof|\bfrom|@)\s{1,3}([A-Z][^,;|]{0,60})")
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
#: An address or a number behind a name and its title, with its label.
_REACH = re.compile(
    r"[\s,|–—•·:;(/-]{0,4}(?:\b(?:tel|did|hp|mobile|mob|phone|e-?mail|[mthe])\b[.:)\s]{0,3})?"
    r"(?:[\w.+-]{1,64}(?:@| ?[\[(](?:at|@)[\])] ?)\S.*|\+?\(?\d[\d ()-]{5,18}\d.*)$",
    re.IGNORECASE,
)
_NAME = r"(?:[A-Z][\w'’-]{1,20}(?: bin| binte| s/o| d/o| a/l| a/p)? ){1,3}[A-Z][\w'’-]{1,20}"
#: "Acme was started in 2010 by cousins Ana Cruz and Ben Low".
_FOUNDED_BY = re.compile(
    r"\b(?:[Ff]ounded|[Cc]o-founded|[Ss]tarted|[Ss]et up|[Ee]stablished)\b[^.\n]{0,60}?\bby (?!the late )"
    r"(?:[a-z-]{2,16} ){0,3}(?:M(?:r|s|rs|dm)\.? )?"
    rf"(?P<one>{_NAME})(?:(?:,| and|,? &) (?P<other>{_NAME}))?"
)
_HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z]{2}.*[A-Za-z]{2}")
_EXECUTIVE = frozenset({"owner", "c_level"})
_AROUND = 4  # lines below a title that may hold the person's address or number
_TOKENS = re.compile(r"[a-z]{3,}")


_LONGEST_HEADING = 80
_LONGEST_DEPARTMENT = 30
#: Headings on a page about the team that follow a part about others.
_STAFF_HEADING = re.compile(
    r"(?:our )?(?:partners?|associates?|consultants?|directors?|founders?|advisors?|advisers?|doctors?|nurses?"
    r"|lawyers?|staff"
    r"|professionals?|managers?|executives?)(?: (?:&|and) \w{4,14})?",
    re.IGNORECASE,
)

#: The first and last line of a name with its title, and both.
_Pair: TypeAlias = tuple[int, int, str, str]


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
    for person in (*_declared(page, site, region), *_shown(page, site, region), *_founders(page)):
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


def _founders(page: Document) -> Iterator[FoundPerson]:
    """The founders whom the page's data, or a sentence about the company, names."""
    declared = json_ld.texts_of(json_ld.own_organisations(page), "founder") if page.data else []
    for text in declared[:_MOST]:
        if name := person_name(clean(text, 80)):
            yield FoundPerson(name, "Founder", page.url)
    if kind_of(Link(page.url, "")) not in _ALSO or " by " not in page.text:
        return
    for match in islice(_FOUNDED_BY.finditer(page.text), _MOST):
        before, _ = sentence_around(page.text, match)
        if not before or is_own_subject(before, names_of(page)):
            for group in ("one", "other"):
                if match[group] and (name := person_name(match[group].strip(" ,."))):
                    yield FoundPerson(name, "Founder", page.url)


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
    if kind not in _READ and kind is not Kind.ABOUT and not _TEAM_WORD.search(page.text):
        return
    lines = page.text.split("\n")
    names = names_of(page)
    menu = frozenset(link.words for link in page.links)
    pairs = _pairs(lines, is_open=kind in _READ, is_read=kind in _READ, names=names, menu=menu)
    if kind is Kind.ABOUT and not pairs:
        pairs = _in_a_row(_pairs(lines, is_open=True, is_read=True, names=names, menu=menu))
    for nth, (_, last, name, title) in enumerate(pairs):
        end = min(pairs[nth + 1][0] if nth + 1 < len(pairs) else len(lines), last + 1 + _AROUND)
        about = Document(page.url, text="\n".join(lines[last:end]))
        emails = [it for it in find_emails(about, site) if not is_role(it)]
        numbers = find_numbers(about, region)
        own = [number for number in numbers.phones if number in numbers.labelled or len(numbers.phones) == 1]
        yield FoundPerson(name, title, page.url, emails[0] if len(emails) == 1 else None, own[0] if own else None)


def _in_a_row(pairs: Sequence[_Pair]) -> list[_Pair]:
    """The pairs of blocks without a heading: two or more in a row, one of them a founder or chief, no company named."""
    blocks: list[list[_Pair]] = []
    for pair in pairs:
        if blocks and pair[0] - blocks[-1][-1][1] <= _AROUND:
            blocks[-1].append(pair)
        else:
            blocks.append([pair])
    return [
        pair
        for block in blocks
        if len(block) > 1
        and all(is_job_title(title.rpartition(", ")[2]) or ", " not in title for *_, title in block)
        and any(seniority_of(title) in _EXECUTIVE for *_, title in block)
        for pair in block
    ]


def _pairs(
    lines: Sequence[str], *, is_open: bool, is_read: bool, names: Iterable[str], menu: frozenset[str]
) -> list[_Pair]:
    """Names with titles: on one line, or on two neighbouring ones. Gives the first and last line of each.

    On a page that `is_read` whole, only parts about others end what is open. Words of the menu are no headings.
    """
    found: list[_Pair] = []
    run: list[tuple[int, str | None, str | None]] = []
    given: str | None = None
    for nth, whole in enumerate((*lines, "")):
        line = whole if is_open or len(whole) <= _LONGEST_HEADING else ""
        if whole not in menu:
            if not is_open and (_TEAM_HEADING.fullmatch(line) or _ABOUT_TEAM.fullmatch(line)):
                is_open = True
            elif is_open and (_OF_OTHERS_HEADING.fullmatch(line) or (not is_read and _OTHER_HEADING.fullmatch(line))):
                is_open = False
            elif is_read and not is_open and (_TEAM_HEADING.fullmatch(line) or _STAFF_HEADING.fullmatch(line)):
                is_open = True
        if not is_open:
            found += _matched(run)
            run = []
            continue
        given = _HEADING_TITLES.get(line.lower().strip(" :"), given)
        if _DEGREES.fullmatch(line):
            continue  # they stand between a name and its title
        line = _said(line)
        both = _on_one_line(line, names) or (given and line != whole and (name := person_name(line)) and (name, given))
        if both:
            found.append((nth, nth, *both))
        name = person_name(line) if not both else None
        if name and 0 < nth < len(lines) - 1 and _is_row(lines[nth - 1], lines[nth + 1]):
            found.append((nth, nth, name, clean(lines[nth - 1], _LONGEST_TITLE)))
            continue
        is_title = not both and name is None and is_job_title(line) and not _is_of_others(line, names)
        if name or is_title:
            run.append((nth, name, line if is_title else None))
        else:
            found += _matched(run)
            run = []
    return sorted(found)


def _is_row(before: str, after: str) -> bool:
    """True for the cells around a name in a table of departments: "Purchasing", and a number or an address."""
    return is_field(before) and len(before) <= _LONGEST_DEPARTMENT and _REACH.fullmatch(after) is not None


def _said(line: str) -> str:
    """A line without its field's name, an address behind it, and Chinese beside the same in Latin letters."""
    line = _FIELD.sub("", line.replace("，", ", "))
    if not line.isascii() and _LATIN.search(line) and _HAN.search(line):
        line = " ".join(_HAN.sub(" ", line).replace(" ,", ",").split()).strip(" ,")
    if any(map(str.isdigit, line)) or "@" in line or "[" in line or "(" in line:
        line = _REACH.sub("", line)
    return line.partition(";")[0].strip()


def _matched(run: Sequence[tuple[int, str | None, str | None]]) -> Iterator[_Pair]:
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
    if (end := _SENTENCE_END.search(line)) and ", " in line[: end.start()]:
        line = line[: end.start()]
    if len(line) > 120 or line.endswith((".", "?", "!")):
        return None
    for cut in islice(_BETWEEN.finditer(line), 3):
        first, rest = line[: cut.start()].strip(), line[cut.end() :].strip(" )")
        name = person_name(first)
        title = _NOTE.sub("", rest)
        title = title[:1].upper() + title[1:]
        if ")" in title and "(" not in title:
            continue  # the cut is inside a bracket: "Goh Siew Lan BEng (Hons) - Director"
        if name and (is_job_title(title) or is_department(title)) and not _is_of_others(title, names):
            return name, clean(title, _LONGEST_TITLE)
        if is_job_title(first) and (name := person_name(rest)):
            return name, clean(first, _LONGEST_TITLE)
    return None


def _is_of_others(title: str, names: Iterable[str]) -> bool:
    """True for a title at another company: "Director of Omega Foods"; "Head of Sales" is at this one."""
    last = title.rpartition(", ")[2]
    if last != title and names_company(last) and not _is_own(last, names):
        return True
    if (
        last != title
        and seniority_of(title) in _EXECUTIVE
        and not is_job_title(last)
        and not is_field(last)
        and not _is_own(last, names)
    ):
        return True  # "CEO, Warung Digital"
    found = _OF_OTHERS.search(title)
    return (
        found is not None
        and not is_field(found[1])
        and not _ACTIVITY.fullmatch(found[1])
        and not _is_own(found[1], names)
    )


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
