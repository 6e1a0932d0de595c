"""Finds the people of a company in its sentences: "founded by siblings A and B", "our managing director, Ms A".

A name counts beside a title that is said of the company itself ("our", "the company's") or with a form of address. The
late are not named.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from enricher.extract.line_memo import once_per_line
from enricher.extract.own_words import sentence_around
from enricher.extract.persons.founders import founders_in, may_name_founders
from enricher.extract.persons.names import person_name
from enricher.extract.persons.near import near_pairs
from enricher.extract.persons.titles import has_titles, is_department, is_job_title, is_known
from enricher.extract.persons.wording import (
    ADDRESSED,
    FEWEST_WORDS,
    NAME,
    OF_PARTNERS,
    OUTSIDE,
    PERSON,
    REST_OF_TITLE,
    SMALL_WORDS,
    TITLE,
    UPPER,
    WORD,
)

_MOST = 30
_SHORTEST, _LONGEST = 6, 1_500  # characters of a line
_OUR = r"(?:[Oo]ur|[Tt]he company[’']s|[Tt]he firm[’']s|[Ii]ts|[Kk]ami punya)"
#: "our managing director, Ms Priya Nair", "our office manager Ms Hasnah Yusof".
_TITLE_FIRST = re.compile(rf"\b{_OUR} (?!late )(?P<title>{TITLE}?),? (?:is )?(?P<name>{PERSON})(?![\w’'])")
#: The same with a comma, in capitals: "our Chief People Officer, Ana Cruz".
_TITLE_COMMA = re.compile(rf"\b{_OUR} (?!late )(?P<title>{TITLE}), (?P<name>{PERSON})(?![\w’'])")
#: "9636 2085 (Mr. Tan, Sales Manager)": in brackets, behind a number or with a form of address.
_BOTH_IN_BRACKETS = re.compile(
    rf"(?:\d{{3,4}} \((?P<one>{PERSON})|\((?P<name>{ADDRESSED}{PERSON})), (?P<title>[A-Za-z]{REST_OF_TITLE})\)"
)
#: "supported by Ms Ana Cruz, Director of Operations, and by": no employer behind.
_ADDRESSED_FIRST = re.compile(
    rf"(?P<name>{ADDRESSED}{PERSON}), (?P<title>[A-Z]{REST_OF_TITLE})(?=[.;](?:\s|$)"
    r"|, (?:and|or|who|whose|will|(?:from|at|in) our)\b)"
)
#: "Ana Cruz joined as a graduate and is now Lead Engineer."
_NOW = re.compile(rf"(?P<name>{PERSON}) [^.\n]{{3,60}}? is now (?:our |the |an? )?(?P<title>{TITLE})(?=[.,;]|$)")
#: "Head Teacher: Mr. Tan." among other sentences.
_LABELLED = re.compile(rf"(?:^|(?<=[.;] ))(?P<title>[A-Z]{REST_OF_TITLE}): (?P<name>{PERSON})(?=[.;](?:\s|$))")
#: "says co-founder and managing director Ir. Tan".
_SAYS_TITLED = re.compile(
    rf"\b(?:says|said|adds|added|explains) (?P<title>[a-z][a-z-]{{1,20}}(?: [a-z-]{{2,20}}){{0,5}}) "
    rf"(?P<name>{ADDRESSED}{PERSON})"
)
#: "Mr Tan, our operations manager", "Mei Tan is our buyer", "Mei Tan (roaster)".
_NAME_FIRST = re.compile(
    rf"(?P<name>{PERSON})(?:,? (?:is |who is |as )?(?:{_OUR}|the) (?P<title>{TITLE})(?=[,.;:)!?]| (?:at|on|who"
    rf"|for|or|and|since|in|will|by|to|via)\b|$)"
    rf"| (?:has been|serves as|was appointed|was named|is|became|took over as|joined as) (?:{_OUR} |the |a |an"
    rf" )?(?P<other>{TITLE})"
    r"(?=[,.;:)!?]| (?:at|on|who|for|or|and|since|in|of the company)\b|$)"
    rf"| \((?P<bracket>{TITLE})(?:,[^)]{{0,40}})?\))"
)
#: "Attn: Mdm Goh Siew Lan, HR Manager", "speak to Mr Tan, Accounts".
_ATTENTION = re.compile(
    rf"\b(?i:attn|attention(?: of)?|contact(?: person)?|ansprechpartner(?:in)?|person in charge|pic|call|speak"
    rf" (?:to|with)"
    rf"|talk to|write to|ask for|resum[eé]s? to|cv to|c/o)\s?[:.]?\s(?P<name>{PERSON})\s?,"
    rf" (?P<title>{TITLE})(?=[).,;]|\s[-–—]|$)"
)
#: "named Mei Tan its chief executive".
_NAMED = re.compile(
    rf"\b(?:named|appointed|promoted|welcomes?|welcomed) (?P<name>{PERSON}) (?:as |to )?(?:its |our |the )?(?:new )?"
    rf"(?P<title>{TITLE})(?=[,.;:)]| (?:at|on|who|for|and|since|in|from|effective|with)\b|$)"
)
#: "Call Mdm Goh (Admin)", with a department for a title: only for a person with a form of address.
_WITH_DEPARTMENT = re.compile(
    rf"(?P<name>{ADDRESSED}{{1,2}}{WORD}(?: {WORD}){{0,3}}|{NAME}(?= \([a-z])) \((?P<title>[A-Za-z&/ ]{{2,30}})\)"
)
#: Capitalised words in a row, with forms of address: "Chief Financial Officer Mei Tan", "General Manager Mr. Tan".
RUN = re.compile(
    rf"(?:(?:[{UPPER}][\w&/’'-]{{1,20}}\.?|of|for|&|bin|binte|bte|s/o|d/o|de|van) ){{1,9}}[{UPPER}][\w’'-]{{1,20}}"
)
#: "WhatsApp Cindy (Bookings Co-ordinator, Cindy Heng)".
_IN_BRACKETS = re.compile(rf"\((?P<title>[A-Z]{REST_OF_TITLE}), (?P<name>{PERSON})\)")
_REACHED = re.compile(rf"{ADDRESSED}|\d{{3}}|\b(?:[Aa]sk for|[Ss]peak to|[Ww]rite to) [A-Z]")
_SENTENCE = re.compile(r"(?<=[a-z]{3})[.!?]\s|[:;]\s")
_UNTIL = re.compile(r",\s|\s\(|\s(?:at|on|or|will|is|can)\s|\s(?=[+\d])")
#: Forms of address that are titles, too.
_LEADING = frozenset({"chef", "coach", "teacher", "captain"})
_IS_LATE = re.compile(r"\blate\b", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
_SAYS = re.compile(r"\b(?:says|said|adds|added)\b")
#: "our teak mill partner" is a company.
_POSSESSIVE = re.compile(r"['’]s\b")
#: A name before a title: another company's, or "Omega's".
_NAMED_BEFORE = re.compile(r"(?:[A-Z][\w&.-]{1,20}(?:['’]s)?|['’]s|\b[Ww]hose|\b[Tt]heir|\b[Hh]is|\b[Hh]er) $")
_ADDRESS = re.compile(ADDRESSED)
#: The end of the sentence before.
_ENDED = re.compile(r"[a-z]{5}\. $")
_QUICK = re.compile(
    r"\b(?:our|at(?:tn|tention)|contact|to|for|manager|director|its|by|founded|named|appointed|is|has been|who"
    r"|as|started|kicked|opened|launched|ceo|cfo|chief|head|officer|founder|president|chair\w*|lead|engineer)\b|\(|[经總总]",
    re.IGNORECASE,
)


_OWN_SIGNS = ("our ", "Our ", "’s ", "'s ", "its ", "Its ", "ami punya ")
#: The patterns, each with the signs of which a line has one, if any: a text search saves most of the work.
_PATTERNS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (_TITLE_COMMA, _OWN_SIGNS),
    (_TITLE_FIRST, _OWN_SIGNS),
    (
        _NAME_FIRST,
        ("our ", "the ", "’s ", "'s ", "its ", " is ", " has been ", " as ", " was ", " became ", " over ", "("),
    ),
    (_NAMED, ("named ", "appointed ", "promoted ", "welcome")),
    (_ATTENTION, (", ",)),
    (_WITH_DEPARTMENT, ("(",)),
    (_BOTH_IN_BRACKETS, ("(",)),
    (_ADDRESSED_FIRST, (", ",)),
    (_NOW, (" is now ",)),
    (_LABELLED, (": ",)),
    (_SAYS_TITLED, ("says ", "said ", "adds ", "added ", "explain")),
)


def people_in(text: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names with their titles in a text's sentences; `names` are the company's."""
    known = frozenset(names)
    lines = [line for line in text.split("\n") if _SHORTEST <= len(line) <= _LONGEST]
    for line in lines:
        if _QUICK.search(line) and has_titles(line):
            yield from _titled_on(line)
            if len(SMALL_WORDS.findall(line)) >= FEWEST_WORDS:
                yield from near_pairs(line, known, text)
    for line in lines if may_name_founders(text) else ():  # whoever has a title today has another than "Founder"
        yield from founders_in(line, known)


@once_per_line
def _titled_on(line: str) -> tuple[tuple[str, str], ...]:
    return tuple(_titled(line))


def _titled(line: str) -> Iterator[tuple[str, str]]:
    line = line.replace(" ,", ",")
    for pattern in (pattern for pattern, signs in _PATTERNS if any(sign in line for sign in signs)):
        for found in islice(pattern.finditer(line), _MOST):
            groups = found.groupdict()
            title = next((groups[key] for key in ("title", "other", "bracket") if groups.get(key)), "")
            title = title.removeprefix("new ").strip()
            if " and " in title and not _is_title(title, pattern):
                title = title.partition(" and ")[0]  # "our studio manager and teaches on Saturdays"
            before, _ = sentence_around(line, found)
            if ", our " in found[0]:  # outside quotation marks, it is the company that says so
                before = _SAYS.sub("", _QUOTED.sub("", line[: found.start()]))
            is_addressed = pattern is _BOTH_IN_BRACKETS and _ADDRESS.match(found["name"] or groups["one"])
            name = _name(found["name"] or groups["one"])
            if (
                name is None
                or (pattern is not _SAYS_TITLED and OUTSIDE.search(before))
                or _IS_LATE.search(title)
                or not (_is_title(title, pattern) or (is_addressed and is_department(title)))
            ):
                continue
            yield name, title
    is_prose = len(SMALL_WORDS.findall(line)) >= FEWEST_WORDS or _REACHED.search(line)
    for found in islice(RUN.finditer(line), _MOST if is_prose else 0):
        yield from before_name(line, found)
    for found in islice(_IN_BRACKETS.finditer(line), _MOST):
        if (name := _name(found["name"])) and is_job_title(found["title"]):
            yield name, found["title"]
    for part in _SENTENCE.split(line) if is_prose else ():
        yield from title_and_name(_UNTIL.split(part.strip(), maxsplit=1)[0]) if _UNTIL.search(part) else ()


def before_name(line: str, found: re.Match[str]) -> Iterator[tuple[str, str]]:
    """A title that only has words of titles, behind no other name: "Omega's CEO Mei Tan" is not here."""
    words = found[0].split()
    known = [is_known(word.lower().rstrip(".")) for word in words]
    first = next((nth for nth, it in enumerate(known) if it and words[nth][:1].isupper()), len(words))
    before = line[: found.start()] + "".join(f"{word} " for word in words[:first])
    if (_NAMED_BEFORE.search(before) and not _ENDED.search(before)) or OUTSIDE.search(sentence_around(line, found)[0]):
        return
    for end in range(len(words) - 1, first, -1):
        title = " ".join(words[first:end])
        if all(known[first:end]) and is_job_title(title) and (name := _name(" ".join(words[end:]))):
            if not OF_PARTNERS.search(title) and title.lower() not in _LEADING:
                yield name, title
            return


def title_and_name(said: str) -> Iterator[tuple[str, str]]:
    """ "HR Manager Jasper Chin": a title and a name with nothing between."""
    words = said.split()
    if not words or not is_known(words[0].lower()):
        return
    for nth in range(1, min(5, len(words) - 1)) if 3 <= len(words) <= 8 else ():
        title, name = " ".join(words[:nth]), " ".join(words[nth:])
        if (
            not title.endswith(",")
            and words[nth - 1].lower() not in _LEADING
            and is_job_title(title)
            and (found := person_name(name))
        ):
            yield found, title
            return


def _is_title(title: str, pattern: re.Pattern[str]) -> bool:
    said = title[:1].upper() + title[1:]
    if pattern in (_WITH_DEPARTMENT, _ATTENTION):
        return is_job_title(said) or is_department(title)
    return is_job_title(said) and not OF_PARTNERS.search(title) and not _POSSESSIVE.search(title)


def _name(words: str) -> str | None:
    """The person's name; one word only behind a form of address."""
    return person_name(words.strip(" ,."))


def name_and_title(said: str) -> Iterator[tuple[str, str]]:
    """ "Ana Cruz Projektleiterin": a name and a title with nothing between."""
    words = said.split()
    for nth in range(2, len(words)) if 3 <= len(words) <= 8 else ():
        if is_known(words[nth].lower()) and words[nth][:1].isupper():
            name, title = person_name(" ".join(words[:nth])), " ".join(words[nth:])
            if name and "," not in said and is_job_title(title) and not any(is_known(it.lower()) for it in words[:nth]):
                yield name, title
            return
