"""Finds the founders in a company's sentences: "started by cousins A and B", "A opened her first stall in 1978".

The sentence is about the company itself; a founder of something else is none.
"""

import re
from collections.abc import Iterator
from itertools import islice

from enricher.extract.own_words import compacted, is_own_name, is_own_subject, sentence_around
from enricher.extract.persons.names import is_common, person_name
from enricher.extract.persons.prose.wording import OUTSIDE, PERSON, WORD
from enricher.extract.persons.titles import is_known

_MOST = 30
#: Words in lower case of which each pattern's sentence has one: most lines have none.
_SIGNS = (
    *("founded", "started", "kicked off", "set up", "established", "beg", "born", "opened", "launched", "created"),
    *("formed", "planted", "conceived", "dream", "hatched", " first", "oleh ", "ründet", "fond", "créé"),
)
#: Offices outside of companies: whoever holds one opens a place, and founds none.
_OFFICES = frozenset({"minister", "mayor", "mp", "senator", "governor", "ambassador"})
_MADE = (
    r"(?:founded|co-founded|cofounded|started|kicked off|set up|established|begun|opened|launched|created|formed"
    r"|planted|conceived|dream(?:ed|t) up|hatched)"
)
#: "by three friends": not "by three friends from", behind which their school stands.
_KIN = r"(?!the late |our late )(?:(?!(?:from|at|of) )[a-z-]{2,16},? ){0,5}"
#: "Acme was started in 2010 by cousins Ana Cruz and Ben Low".
_FOUNDED_BY = re.compile(
    rf"\b(?i:{_MADE})\b[^.\n]{{0,70}}?\b[Bb]y {_KIN}(?P<one>{PERSON})"
    rf"(?:(?:,| and|,? &) (?:(?:his|her|their) [a-z-]{{3,14}} )?(?P<other>{PERSON}))?"
)
#: "by sisters Ana and Bea Cruz": the first has the other's last name.
_SHARED = re.compile(
    rf"\b(?i:{_MADE})\b[^.\n]{{0,70}}?\b[Bb]y {_KIN}(?P<first>{WORD})(?: and| &) (?P<other>{WORD}) "
    rf"(?P<last>{WORD})(?![\w’'])"
    rf"|(?P<first2>{WORD})(?: and| &) (?P<other2>{WORD}) (?P<last2>{WORD}) (?:first |together )?(?:co-)?{_MADE} "
    rf"(?P<what>[A-Z][\w’'& -]{{2,40}})"
)
#: "Ana Cruz and Ben Low founded the company", "Ana Cruz, who founded the firm".
_FOUNDED = re.compile(
    rf"(?P<one>{PERSON})(?:(?:,? and|,? &) (?P<other>{PERSON}))?(?:, who|,? a [a-z -]{{3,30}},)? (?:first "
    rf"|together )?(?:co-)?{_MADE}"
    r" (?:the|our|this|his|her|their)(?: \w{3,12}){0,2} (?:company|firm|business|shop|studio|clinic|school"
    r"|practice|agency|bakery"
    r"|brewery|restaurant|caf[eé]|centre|forwarder|stall|workshop|store|group|academy|preschool"
    r"|lab|laboratory|surgery|office|yard|farm|winery|nursery|bistro|salon|gym|factory|mill|pharmacy|kitchen|press|bookshop|bar|pub"
    r"|hotel|inn|charity|society|association|network|trust)\b"
)
_PAIR = rf"(?P<one>{PERSON})(?:(?:,? and|,? &) (?:I\b|(?:(?:his|her|their|my) [a-z-]{{3,14}} )?(?P<other>{PERSON})))?"
#: "When Ana Cruz and I founded Acme".
_FOUNDED_IT = re.compile(
    rf"{_PAIR}(?:, who)? (?:first |together |then )?(?:co-)?(?:founded|started|set up|established|began|opened|launched"
    rf"|created|formed) (?P<what>[A-Z][\w’'&-]{{1,24}}(?: [A-Z][\w’'&-]{{1,24}}){{0,3}})"
)
#: "In 1978 Madam Ana Cruz sold her first tray".
_FIRST_ONE = re.compile(
    rf"^(?:In|Back in|It was) (?:the year )?(?:18|19|20)\d\d,? (?:that |when )?{_PAIR} (?:[a-z]{{3,9}}ed"
    r"|sold|made|built|took|bought|sewed|cut|began selling) (?:his|her|their|the|our) (?:very )?first\b"
)
#: "Acme began in 2014 when Ana Cruz and Ben Low entered a contest".
_BEGAN_WHEN = re.compile(
    rf"\b(?:began|begun|started|born|founded) (?:life )?(?:back )?in (?:18|19|20)\d\d,? when {_PAIR}"
)
#: Malay, Indonesian, German and French.
_ELSEWHERE = re.compile(
    rf"\b(?i:diasaskan|ditubuhkan|didirikan)\b[^.\n]{{0,50}}? oleh (?P<one>{PERSON})(?: dan (?P<other>{PERSON}))?"
    rf"|\b(?i:gegründet)\b[^.\n]{{0,50}}? von (?P<one2>{PERSON})(?: und (?P<other2>{PERSON}))?"
    rf"|\b(?i:gründeten?)\b (?:[A-Z][a-zäöü]{{3,20}} )?(?P<one4>{PERSON})(?: und (?P<other4>{PERSON}))?"
    r" (?:die|den|das|unsere?n?) (?:Kanzlei|Firma|Betrieb|Unternehmen|Praxis"
    r"|Werkstatt|Agentur|Tischlerei|Schreinerei|Bäckerei|Gärtnerei|Büro)"
    rf"|\b(?i:fondée?|créée?)\b[^.\n]{{0,50}}? par (?P<one3>{PERSON})(?: et (?P<other3>{PERSON}))?"
)
_COMPANY_ELSEWHERE = re.compile(
    r"(?:die firma|das unternehmen|der betrieb|unser\w{0,2}|wir|l['’](?:entreprise|agence|atelier)"
    r"|la (?:maison|société)|notre|syarikat|perniagaan|perusahaan|kami|kedai)\b",
    re.IGNORECASE,
)
#: Who is no contact.
_DIED = re.compile(r"\b(?:passed away|passed on|died|retired|until (?:his|her) death)\b")
_LATE = re.compile(r"\blate\b(?: [a-z-]{3,14}){0,2}$")
#: The capitalised words at a sentence's beginning.
_SUBJECT = re.compile(r"^[A-Z][\w’'&-]{1,24}(?: [A-Z][\w’'&-]{1,24}){0,3}")
_GROUPS = ("one", "other", "one2", "other2", "one3", "other3", "one4", "other4")


def may_name_founders(text: str) -> bool:
    """True for a text with a word about foundations: a quick test."""
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS)


def founders_in(line: str, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yields the founders whom a line names; `names` are the company's."""
    if not may_name_founders(line):
        return
    for found in islice(_SHARED.finditer(line), _MOST if " and " in line or " & " in line else 0):
        yield from _of_one_family(found, sentence_around(line, found)[0], names)
    for pattern in (_FOUNDED_BY, _FOUNDED, _FOUNDED_IT, _FIRST_ONE, _BEGAN_WHEN, _ELSEWHERE):
        for found in islice(pattern.finditer(line), _MOST):
            if _is_own(pattern, found, line, names):
                groups = found.groupdict()
                for group in _GROUPS:
                    if groups.get(group) and (name := _name(groups[group])):
                        yield name, "Founder"


def _is_own(pattern: re.Pattern[str], found: re.Match[str], line: str, names: frozenset[str]) -> bool:
    before, after = sentence_around(line, found)
    if _DIED.search(after) or _LATE.search(before):
        return False
    if pattern is _FOUNDED_IT:
        return is_own_name(found["what"], names) and not OUTSIDE.search(before)
    if pattern is _ELSEWHERE and _COMPANY_ELSEWHERE.match(before):
        return True
    return _is_of_company(before, names) or (pattern is _FOUNDED and not OUTSIDE.search(before))


def _of_one_family(found: re.Match[str], before: str, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Gives the family name to each first name: "Ana and Bea Cruz" are Ana Cruz and Bea Cruz."""
    first, other, last = (found[key] or found[f"{key}2"] for key in ("first", "other", "last"))
    what = compacted(found["what"] or "")
    is_own = _is_of_company(before, names)
    if found["what"] and not any(what.startswith(it) or it.startswith(what[:8]) for it in names if len(what) > 3):
        return
    for given in (first, other) if is_own else ():
        if name := person_name(f"{given} {last}"):
            yield name, "Founder"


def _name(words: str) -> str | None:
    """Returns the name without words before it: "Designer Ana Cruz", "When Ana Cruz"; `None` for an office holder."""
    parts = words.strip(" ,.").split()
    if not _OFFICES.isdisjoint(it.lower() for it in parts):
        return None
    while len(parts) > 2 and (is_known(parts[0].lower()) or is_common(parts[0].lower())):
        parts = parts[1:]
    return person_name(" ".join(parts))


def _is_of_company(before: str, names: frozenset[str]) -> bool:
    """True if the words before a verb name the company or nobody: "Acme was", "It was"."""
    return (
        not before
        or is_own_subject(before, names)
        or _is_pronoun(before)
        or is_own_name(" ".join(_SUBJECT.findall(before)[:1]), names)
    )


def _is_pronoun(before: str) -> bool:
    """True for a pronoun as the subject: "It was begun by …"."""
    return re.match(r"(?:it|we|they)\b", before, re.IGNORECASE) is not None
