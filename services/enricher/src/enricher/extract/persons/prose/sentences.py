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
from enricher.extract.persons.employers import is_at_home, is_external, is_of_others, is_own_employer
from enricher.extract.persons.names import is_like_name, person_name
from enricher.extract.persons.past import has_left, is_past
from enricher.extract.persons.prose.founders import founders_in, may_name_founders
from enricher.extract.persons.prose.near import near_pairs
from enricher.extract.persons.prose.wording import (
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
from enricher.extract.persons.titles import has_titles, is_department, is_field, is_job_title, is_known

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
#: "Claire (Florist & Founder) picks": one name alone, with a title in brackets.
_ONE_NAME = re.compile(rf"(?:^|(?<=[.;!?] ))(?P<name>{WORD}) \((?P<title>[A-Z]{REST_OF_TITLE})\)(?= [a-z])")
#: "Ana Cruz succeeded Ben Low as Managing Director".
_SUCCEEDED = re.compile(
    rf"(?P<name>{PERSON}) (?:succeeded|succeeds|replaced|replaces|follows|followed|took over from) {PERSON} as "
    rf"(?:our |the )?(?P<title>{TITLE})(?=[,.;:)]| (?:at|on|who|for|and|since|in|from)\b|$)"
)
#: "I'm Ana Cruz, the owner of", "My name is Ana Cruz and I am the founder".
_FIRST_PERSON = re.compile(
    rf"\b(?:I am|I[’']m|[Mm]y name is) (?P<name>{PERSON})(?:,| and)?(?: I am| I[’']m)? (?:the |an? )?"
    rf"(?P<title>{TITLE})"
    r"(?=[,.;:)!]| (?:of|at|here|and|in|who)\b|$)"
)
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
#: "Founder and Managing Director Ana Cruz"
_AND_BEFORE = re.compile(rf"(?:^|[.;:(,–—-] |\b[Oo]ur )((?:[{UPPER}][\w-]{{1,20}} ?){{1,3}}) and $")
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
#: The end of the sentence before.
_ENDED = re.compile(r"[a-z]{5}\. $")
_QUICK = re.compile(
    r"\b(?:our|at(?:tn|tention)|contact|to|for|manager|director|its|by|founded|named|appointed|is|has been|who"
    r"|I am|I[’']m|name is|owner|as"
    r"|started|kicked|opened|launched|ceo|cfo|chief|head|officer|founder|president|chair\w*|lead|engineer)\b|\(|[经總总]",
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
    (_SUCCEEDED, (" succe", " replace", " follow", " over from ")),
    (_ONE_NAME, ("(",)),
    (_FIRST_PERSON, ("I am ", "I’m ", "I'm ", "y name is ")),
    (_SAYS_TITLED, ("says ", "said ", "adds ", "added ", "explain")),
)


def people_in(text: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names with their titles in a text's sentences; `names` are the company's."""
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
    """A line that begins with another organisation, whose "its" is not this company's."""
    subject = _SUBJECT.match(line)
    is_other = subject is not None and not is_own_subject(subject[0], names) and not is_own_name(subject[0], names)
    return line.replace(" its ", " their ") if is_other else line


@lru_cache(MOST_LINES)
def _titled_on(line: str, names: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(_titled(line, names))


def _titled(line: str, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    line = line.replace(" ,", ",")
    for pattern in (pattern for pattern, signs in _PATTERNS if any(sign in line for sign in signs)):
        for found in islice(pattern.finditer(line), _MOST):
            groups = found.groupdict()
            title = next((groups[key] for key in ("title", "other", "bracket") if groups.get(key)), "")
            title = _WHEN.sub("", title.removeprefix("new ").strip())
            if " and " in title and not _is_title(title, pattern):
                title = title.partition(" and ")[0]  # "our studio manager and teaches on Saturdays"
            before, _ = sentence_around(line, found)
            if ", our " in found[0]:  # outside quotation marks, it is the company that says so
                before = _SAYS.sub("", _QUOTED.sub("", line[: found.start()]))
            is_addressed = pattern is _BOTH_IN_BRACKETS and _ADDRESS.match(found["name"] or groups["one"])
            name = _one_name(found["name"]) if pattern is _ONE_NAME else _name(found["name"] or groups["one"])
            if (
                name is None
                or (pattern is not _SAYS_TITLED and OUTSIDE.search(before))
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
        if (name := _name(found["name"])) and is_job_title(found["title"]):
            yield name, found["title"]
    for part in _SENTENCE.split(line) if is_prose else ():
        yield from title_and_name(_UNTIL.split(part.strip(), maxsplit=1)[0]) if _UNTIL.search(part) else ()


def _is_elsewhere(line: str, found: re.Match[str], names: frozenset[str]) -> bool:
    """True for a title that the words behind it place at another company, or in the past: "(founder, Omega)"."""
    behind = line[found.end() : found.end() + _BEHIND]
    inside = _IN_THE_BRACKET.search(found[0]) if found.re is _NAME_FIRST else None
    if inside and not (is_own_employer(inside[1], names) or is_place(inside[1]) or is_field(inside[1])):
        return True
    where = _EMPLOYER.match(behind)
    is_other = where is not None and not (
        is_own_employer(where[1], names) or is_place(where[1]) or is_field(where[1].split()[0])
    )
    also = _ALSO.match(behind)
    is_other = is_other or (also is not None and is_job_title(also[1]) and not is_own_employer(also[2], names))
    return is_other or has_left(behind)


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
            also = _AND_BEFORE.search(line[: found.start()]) if first == 0 else None
            title = f"{also[1]} and {title}" if also and is_job_title(also[1]) else title
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


def _one_name(word: str) -> str | None:
    """A name that stands alone, which is no place and no word of titles."""
    return None if is_place(word) or is_known(word.lower()) else is_like_name(word)


def name_and_title(said: str) -> Iterator[tuple[str, str]]:
    """ "Ana Cruz Projektleiterin": a name and a title with nothing between."""
    words = said.split()
    for nth in range(2, len(words)) if 3 <= len(words) <= 8 else ():
        if is_known(words[nth].lower().rstrip(",")) and words[nth][:1].isupper():
            name, title = person_name(" ".join(words[:nth])), " ".join(words[nth:])
            if (
                name
                and ("," not in said or is_at_home(title))
                and is_job_title(title)
                and not any(is_known(it.lower()) for it in words[:nth])
            ):
                yield name, title
            return
