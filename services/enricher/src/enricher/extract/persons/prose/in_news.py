"""Finds this company's people on a page about others or about news.

A name needs the company's beside it, "our", or a title at the top that is nobody else's.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from enricher.extract.own_words import compacted, is_own_name
from enricher.extract.persons.employers import is_of_others
from enricher.extract.persons.names import person_name
from enricher.extract.persons.prose.adjacent import RUN, before_name
from enricher.extract.persons.prose.founders import founders_in
from enricher.extract.persons.prose.near import near_pairs
from enricher.extract.persons.prose.wording import ADDRESSED, FEWEST_WORDS, PERSON, SMALL_WORDS, TITLE
from enricher.extract.persons.titles import has_titles, is_job_title, seniority_of

_MOST = 30
_SHORTEST, _LONGEST = 6, 1_500  # characters of a line
_TOP = ("owner", "c_level")
#: "said Mei Tan, Group CEO of Acme", "Prof Ooi, Chairperson of the Trust".
_OF_OWN = re.compile(rf"(?P<name>{PERSON}), (?P<title>{TITLE}) (?:of|at) (?P<where>(?:the )?[A-Z][\w’'& -]{{2,40}})")
_HERE = re.compile(
    r"(?:the )?(?:trust|company|firm|group|school|society|association|clinic|hospital|practice)\b", re.IGNORECASE
)
#: "says Ms Nair, our managing director".
_OURS = re.compile(rf"(?P<name>{PERSON}), our (?P<title>{TITLE})(?=[.,;\n]|$)")
#: "said Dr. Lin, co-founder and CEO."
_SPEAKER = re.compile(
    rf"\b(?:said|says|added|adds|explained|explains) (?P<name>{PERSON}), "
    rf"(?:the |its )?(?P<title>{TITLE})(?=\.(?:\s|$)|$)"
)
#: "Group chairman Mr Tan, 79, cut the ribbon."
_OPENS = re.compile(
    rf"(?:^|(?<=[a-z\d)]\. ))(?P<title>[A-Z][a-z]+(?: [a-z-]{{2,20}}){{1,4}}) (?P<name>{ADDRESSED}{PERSON})(?![\w’'])"
)
#: "Acme names Ana Cruz chief financial officer", "the appointment of Ana Cruz as chief financial officer".
_APPOINTED = re.compile(
    rf"(?:\b(?:names|named|appoints|appointed|promotes|promoted|hires|welcomes)|\bthe appointment of) "
    rf"(?P<name>{PERSON})"
    rf" (?:as |to )?(?:its |our |the |an? )?(?:new )?(?P<title>{TITLE})"
    r"(?=[.,;]| (?:at|on|who|for|and|since|in|from|effective|with)\b|$)"
)
#: "+65 6338 2047 (Mei Tan, Head of Communications)".
_IN_BRACKETS = re.compile(rf"\d{{3,4}} \((?P<name>{PERSON}), (?P<title>{TITLE})\)")
#: "by Mei Tan, Co-founder & CEO" below a headline, with no other company behind.
_BYLINE = re.compile(
    rf"(?:^|\s[·|–-] )[Bb]y (?P<name>{PERSON}), (?P<title>(?![^\n]* (?:of|at) ){TITLE}(?: & {TITLE})?)$"
)
_PATTERNS = (_BYLINE, _OURS, _SPEAKER, _OPENS, _APPOINTED, _IN_BRACKETS)
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")


def people_of(text: str, names: Iterable[str], *, is_news: bool = False) -> Iterator[tuple[str, str]]:
    """Finds the names with their titles: "Mei Tan, Group CEO of Acme". `names` are the company's, compacted.

    On a page of its news, whoever has a title and no other company is the company's.
    """
    known = frozenset(names)
    names = list(known)
    for line in text.split("\n"):
        if not _SHORTEST <= len(line) <= _LONGEST or not has_titles(line):
            continue
        line = line.replace(" ,", ",")
        is_named = any(it in compacted(line) for it in names)
        said = _QUOTED.sub("“”", line)  # what somebody says may be of anybody
        for found in islice(_OF_OWN.finditer(said), _MOST):
            if _HERE.match(found["where"]) or is_own_name(found["where"], names):
                yield from _titled(found, known)
        for pattern in _PATTERNS:
            for found in islice(pattern.finditer(said), _MOST):
                if pattern in (_BYLINE, _SPEAKER, _OPENS) and seniority_of(found["title"]) not in _TOP:
                    continue
                if pattern is _APPOINTED and not is_own_name(_first_words(said), names):
                    continue
                yield from _titled(found, known)
        for found in islice(RUN.finditer(line), _MOST if is_named else 0):
            yield from (it for it in before_name(line, found) if seniority_of(it[1]) == "c_level")
        if is_news and len(SMALL_WORDS.findall(line)) >= FEWEST_WORDS:
            yield from near_pairs(said, names, text, is_news=True)
            yield from founders_in(line, known)


def _titled(found: re.Match[str], names: frozenset[str]) -> Iterator[tuple[str, str]]:
    title = found["title"]
    if is_of_others(title, names):
        return
    if is_job_title(title[:1].upper() + title[1:]) and (name := person_name(found["name"].strip(" ,."))):
        yield name, title


def _first_words(line: str) -> str:
    """Returns the name at the beginning of a line, after a place and a date: "DENVER, Jan. 16, 2024 - Acme Health"."""
    return re.split(r"\s[–—-]\s", line, maxsplit=1)[-1].partition(",")[0]
