"""Finds the people of a company in its sentences: "founded by siblings A and B", "our managing director, Ms A".

A name counts beside a title that is said of the company itself ("our", "the company's") or with a form of address. The
late are not named.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from enricher.extract.line_memo import MOST_LINES
from enricher.extract.numbers.countries import is_place
from enricher.extract.own_words import is_own_name, is_own_subject, sentence_around
from enricher.extract.persons.employers import is_external, is_of_others, is_own_employer
from enricher.extract.persons.names import is_like_name
from enricher.extract.persons.past import has_left, is_past
from enricher.extract.persons.prose.adjacent import RUN, before_name, name_of, title_and_name
from enricher.extract.persons.prose.founders import founders_in, may_name_founders
from enricher.extract.persons.prose.near import near_pairs
from enricher.extract.persons.prose.sentence_patterns import (
    ATTENTION,
    BOTH_IN_BRACKETS,
    NAME_FIRST,
    ONE_NAME,
    PATTERNS,
    SAYS_TITLED,
    WITH_DEPARTMENT,
)
from enricher.extract.persons.prose.wording import (
    ADDRESSED,
    FEWEST_WORDS,
    OF_PARTNERS,
    OUTSIDE,
    PERSON,
    REST_OF_TITLE,
    SMALL_WORDS,
    UPPER,
)
from enricher.extract.persons.titles import has_titles, is_department, is_field, is_job_title, is_known

_MOST = 30
_SHORTEST, _LONGEST = 6, 1_500  # characters of a line
#: "WhatsApp Cindy (Bookings Co-ordinator, Cindy Heng)".
_IN_BRACKETS = re.compile(rf"\((?P<title>[A-Z]{REST_OF_TITLE}), (?P<name>{PERSON})\)")
_REACHED = re.compile(rf"{ADDRESSED}|\d{{3}}|\b(?:[Aa]sk for|[Ss]peak to|[Ww]rite to) [A-Z]")
_SENTENCE = re.compile(r"(?<=[a-z]{3})[.!?]\s|[:;]\s")
_UNTIL = re.compile(r",\s|\s\(|\s(?:at|on|or|will|is|can)\s|\s(?=[+\d])")
_IS_LATE = re.compile(r"\blate\b", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
_SAYS = re.compile(r"\b(?:says|said|adds|added)\b")
#: "our teak mill partner" is a company.
_POSSESSIVE = re.compile(r"['’]s\b")
_ADDRESS = re.compile(ADDRESSED)
_WHEN = re.compile(r" (?:today|now|here|currently)$")
_BEHIND = 80
#: The capitalised words with which a sentence begins.
_SUBJECT = re.compile(rf"[{UPPER}][\w’'&-]{{1,24}}(?: (?:[{UPPER}][\w’'&-]{{1,24}}|&|of)){{1,4}}")
#: "(founder, Tallybook)"
_IN_THE_BRACKET = re.compile(rf"\([^(),]{{2,60}}, (?=[{UPPER}])([^()]{{2,40}})\)$")
#: "at Omega Foods"
_EMPLOYER = re.compile(
    rf" (?:at|of|for|from|with) (?:the )?([{UPPER}][\w’'&-]{{1,20}}(?: [{UPPER}][\w’'&-]{{1,20}}){{0,3}})"
)
#: ", Partner of Rook"
_ALSO = re.compile(rf", ([{UPPER}][\w&/ -]{{2,40}}?) (?:of|at) ([{UPPER}][\w’'&-]{{1,20}})")
_QUICK = re.compile(
    r"\b(?:our|at(?:tn|tention)|contact|to|for|manager|director|its|by|founded|named|appointed|is|has been|who"
    r"|I am|I[’']m|name is|owner|as"
    r"|started|kicked|opened|launched|ceo|cfo|chief|head|officer|founder|president|chair\w*|lead|engineer)\b|\(|[经總总]",
    re.IGNORECASE,
)


def people_in(text: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Finds the names with their titles in a text's sentences; `names` are the company's."""
    known = frozenset(names)
    lines = [line for line in text.split("\n") if _SHORTEST <= len(line) <= _LONGEST]
    for line in lines:
        line = _without_its(line, known) if " its " in line else line
        if _QUICK.search(line) and has_titles(line) and not is_external(line):
            yield from _titled_on(line, known)
            if len(SMALL_WORDS.findall(line)) >= FEWEST_WORDS:
                yield from near_pairs(line, known, text)
    for line in lines if may_name_founders(text) else ():  # whoever has a title today has another than "Founder"
        yield from founders_in(line, known)


def _without_its(line: str, names: frozenset[str]) -> str:
    """Cuts a line that begins with another organisation, whose "its" is not this company's."""
    subject = _SUBJECT.match(line)
    is_other = subject is not None and not is_own_subject(subject[0], names) and not is_own_name(subject[0], names)
    return line.replace(" its ", " their ") if is_other else line


@lru_cache(MOST_LINES)
def _titled_on(line: str, names: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(_titled(line, names))


def _titled(line: str, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    line = line.replace(" ,", ",")
    for pattern in (pattern for pattern, signs in PATTERNS if any(sign in line for sign in signs)):
        for found in islice(pattern.finditer(line), _MOST):
            groups = found.groupdict()
            title = next((groups[key] for key in ("title", "other", "bracket") if groups.get(key)), "")
            title = _WHEN.sub("", title.removeprefix("new ").strip())
            if " and " in title and not _is_title(title, pattern):
                title = title.partition(" and ")[0]  # "our studio manager and teaches on Saturdays"
            before, _ = sentence_around(line, found)
            if ", our " in found[0]:  # outside quotation marks, it is the company that says so
                before = _SAYS.sub("", _QUOTED.sub("", line[: found.start()]))
            is_addressed = pattern is BOTH_IN_BRACKETS and _ADDRESS.match(found["name"] or groups["one"])
            name = _one_name(found["name"]) if pattern is ONE_NAME else name_of(found["name"] or groups["one"])
            if (
                name is None
                or (pattern is not SAYS_TITLED and OUTSIDE.search(before))
                or _IS_LATE.search(title)
                or not (_is_title(title, pattern) or (is_addressed and is_department(title)))
                or is_of_others(title, names)
                or is_past(found[0])
                or _is_elsewhere(line, found, names)
            ):
                continue
            yield name, title
    is_prose = len(SMALL_WORDS.findall(line)) >= FEWEST_WORDS or _REACHED.search(line)
    for found in islice(RUN.finditer(line), _MOST if is_prose else 0):
        yield from before_name(line, found)
    for found in islice(_IN_BRACKETS.finditer(line), _MOST):
        if (name := name_of(found["name"])) and is_job_title(found["title"]):
            yield name, found["title"]
    for part in _SENTENCE.split(line) if is_prose else ():
        yield from title_and_name(_UNTIL.split(part.strip(), maxsplit=1)[0]) if _UNTIL.search(part) else ()


def _is_elsewhere(line: str, found: re.Match[str], names: frozenset[str]) -> bool:
    """True for a title at another company, or in the past, by the words after it: "(founder, Omega)"."""
    behind = line[found.end() : found.end() + _BEHIND]
    inside = _IN_THE_BRACKET.search(found[0]) if found.re is NAME_FIRST else None
    if inside and not (is_own_employer(inside[1], names) or is_place(inside[1]) or is_field(inside[1])):
        return True
    where = _EMPLOYER.match(behind)
    is_other = where is not None and not (
        is_own_employer(where[1], names) or is_place(where[1]) or is_field(where[1].split()[0])
    )
    also = _ALSO.match(behind)
    is_other = is_other or (also is not None and is_job_title(also[1]) and not is_own_employer(also[2], names))
    return is_other or has_left(behind)


def _is_title(title: str, pattern: re.Pattern[str]) -> bool:
    said = title[:1].upper() + title[1:]
    if pattern in (WITH_DEPARTMENT, ATTENTION):
        return is_job_title(said) or is_department(title)
    return is_job_title(said) and not OF_PARTNERS.search(title) and not _POSSESSIVE.search(title)


def _one_name(word: str) -> str | None:
    """Returns a name that stands alone and is no place and no word of titles."""
    return None if is_place(word) or is_known(word.lower()) else is_like_name(word)
