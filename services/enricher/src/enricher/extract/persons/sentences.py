"""Finds the people of a company in its sentences: "founded by siblings A and B", "our managing director, Ms A".

A name counts beside a title that is said of the company itself ("our", "the company's") or with a form of address. The
late are not named.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from enricher.extract.own_words import is_own_subject, sentence_around
from enricher.extract.persons.names import person_name
from enricher.extract.persons.titles import has_titles, is_department, is_job_title, is_known, seniority_of

_MOST = 30
_SHORTEST, _LONGEST = 6, 1_500  # characters of a line
_UPPER, _LETTERS = "A-ZÀ-ÞĀ-Ž", "A-Za-zÀ-ÿĀ-ž"
_WORD = rf"[{_UPPER}][{_LETTERS}’'-]{{1,20}}"
_LINK = r"bin|binte|binti|bte|s/o|d/o|a/l|a/p|van|von|der|de|d’"
_NAME = rf"(?:{_WORD}|[{_UPPER}]\.)(?: (?:{_LINK}|{_WORD}|[{_UPPER}]\.)){{1,4}}"
_ADDRESSED = (
    r"(?:Mr|Mrs|Ms|Mdm|Miss|Madam|Dr|Prof|Professor|Er|Ir|Ar|En|Encik|Pn|Puan|Cik|Herr|Frau|Chef|Coach|Sr|Rev|Capt"
    r"|Captain|Dato[’']|Datuk|SSgt \(Ret\)|Hajah|Haji)\.? "
)
_PERSON = rf"(?:{_ADDRESSED}{{1,2}}{_WORD}(?: (?:bin|binte|binti|bte|s/o|d/o|a/l|a/p|de|{_WORD})){{0,4}}|{_NAME})"
_REST_OF_TITLE = r"[\w&/’'-]{1,20}(?: (?:(?:of|and|&|for|the|de|to) )?[A-Za-z][\w&/’'-]{1,20}){0,4}"
_TITLE = r"[A-Za-z][\w&/’'-]{1,20}(?: (?:(?:of|and|&|for|the|de|to) )?[A-Za-z][\w&/’'-]{1,20}){0,4}"
_OUR = r"(?:[Oo]ur|[Tt]he company[’']s|[Tt]he firm[’']s|[Ii]ts|[Kk]ami punya)"
#: "our managing director, Ms Priya Nair", "our office manager Ms Hasnah Yusof".
_TITLE_FIRST = re.compile(rf"\b{_OUR} (?!late )(?P<title>{_TITLE}?),? (?:is )?(?P<name>{_PERSON})(?![\w’'])")
#: "Mr Tan, our operations manager", "Mei Tan is our buyer", "Mei Tan (roaster)".
_NAME_FIRST = re.compile(
    rf"(?P<name>{_PERSON})(?:,? (?:is |who is |as )?(?:{_OUR}|the) (?P<title>{_TITLE})(?=[,.;:)!?]| (?:at|on|who"
    rf"|for|or|and|since|in|will|by|to|via)\b|$)"
    rf"| (?:has been|serves as|was appointed|was named|is|became|took over as|joined as) (?:{_OUR} |the |a |an"
    rf" )?(?P<other>{_TITLE})"
    r"(?=[,.;:)!?]| (?:at|on|who|for|or|and|since|in|of the company)\b|$)"
    rf"| \((?P<bracket>{_TITLE})(?:,[^)]{{0,40}})?\))"
)
#: "Attn: Mdm Goh Siew Lan, HR Manager", "speak to Mr Tan, Accounts".
_ATTENTION = re.compile(
    rf"\b(?i:attn|attention(?: of)?|contact(?: person)?|ansprechpartner(?:in)?|person in charge|pic|call|speak"
    rf" (?:to|with)"
    rf"|talk to|write to|ask for|resum[eé]s? to|cv to|c/o)\s?[:.]?\s(?P<name>{_PERSON})\s?,"
    rf" (?P<title>{_TITLE})(?=[).,;]|\s[-–—]|$)"
)
#: "named Mei Tan its chief executive".
_NAMED = re.compile(
    rf"\b(?:named|appointed|promoted|welcomes?|welcomed) (?P<name>{_PERSON}) (?:as |to )?(?:its |our |the )?(?:new )?"
    rf"(?P<title>{_TITLE})(?=[,.;:)]| (?:at|on|who|for|and|since|in|from|effective|with)\b|$)"
)
#: "Call Mdm Goh (Admin)", with a department for a title: only for a person with a form of address.
_WITH_DEPARTMENT = re.compile(
    rf"(?P<name>{_ADDRESSED}{{1,2}}{_WORD}(?: {_WORD}){{0,3}}|{_NAME}(?= \([a-z])) \((?P<title>[A-Za-z&/ ]{{2,30}})\)"
)
#: Capitalised words in a row, with forms of address: "Chief Financial Officer Mei Tan", "General Manager Mr. Tan".
_RUN = re.compile(
    rf"(?:(?:[{_UPPER}][\w&/’'-]{{1,20}}\.?|of|for|&|bin|binte|bte|s/o|d/o|de|van) ){{1,9}}[{_UPPER}][\w’'-]{{1,20}}"
)
#: "WhatsApp Cindy (Bookings Co-ordinator, Cindy Heng)".
_IN_BRACKETS = re.compile(rf"\((?P<title>[A-Z]{_REST_OF_TITLE}), (?P<name>{_PERSON})\)")
#: "said Mei Tan, Group CEO of Acme", "Prof Ooi, Chairperson of the Trust".
_OF_OWN = re.compile(rf"(?P<name>{_PERSON}), (?P<title>{_TITLE}) (?:of|at) (?P<where>(?:the )?[A-Z][\w’'&. -]{{2,40}})")
_HERE = re.compile(
    r"(?:the )?(?:trust|company|firm|group|school|society|association|clinic|hospital|practice)\b", re.IGNORECASE
)
#: "营业总监 郑秀芬", and with a colon.
_CHINESE = re.compile(
    r"(?P<title>[\u4e00-\u9fff]{0,4}"
    r"(?:总监|總監|经理|經理|主任|院长|院長|董事长?|店长|店長|主厨|总裁|總裁|会长|主席|秘书))[：: ]{1,2}"
    r"(?P<name>[\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])"
)
_CHINESE_VERB = re.compile("^[请請]?(?:联络|联系|聯絡|聯繫|洽|找|由)")
_MADE = r"(?:founded|co-founded|cofounded|started|set up|established|begun|opened|launched|created|formed)"
_KIN = r"(?!the late |our late )(?:[a-z-]{2,16},? ){0,5}"
#: "Acme was started in 2010 by cousins Ana Cruz and Ben Low".
_FOUNDED_BY = re.compile(
    rf"\b(?i:{_MADE})\b[^.\n]{{0,70}}?\b[Bb]y {_KIN}(?P<one>{_PERSON})(?:(?:,| and|,? &) (?P<other>{_PERSON}))?"
)
#: "Ana Cruz and Ben Low founded the company", "Ana Cruz, who founded the firm".
_FOUNDED = re.compile(
    rf"(?P<one>{_PERSON})(?:(?:,? and|,? &) (?P<other>{_PERSON}))?(?:, who|,? a [a-z -]{{3,30}},)? (?:first "
    rf"|together )?(?:co-)?{_MADE}"
    r" (?:the|our|this|his|her|their)(?: \w{3,12}){0,2} (?:company|firm|business|shop|studio|clinic|school"
    r"|practice|agency|bakery"
    r"|brewery|restaurant|caf[eé]|centre|forwarder|stall|workshop|store|group|academy|preschool)\b"
)
#: An advertisement for a job has few of them: "Sales Executive Jurong East (full-time)".
_SMALL_WORDS = re.compile(r"(?<![\w-])[a-z]{2,}(?![\w-])")
_FEWEST_WORDS = 3
_REACHED = re.compile(rf"{_ADDRESSED}|\d{{3}}")
_MADE_BY = re.compile(_MADE, re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[a-z]{3})[.!?]\s|[:;]\s")
_UNTIL = re.compile(r",\s|\s\(|\s(?:at|on|or|will|is|can)\s|\s(?=[+\d])")
#: Forms of address that are titles, too.
_LEADING = frozenset({"chef", "coach", "teacher", "captain"})
_IS_LATE = re.compile(r"\blate\b", re.IGNORECASE)
#: A sentence that speaks of somebody outside.
_OUTSIDE = re.compile(
    r"\b(?:clients?|customers?|patients?|tenants?|judge|minister|guest|author|journalist|reporter|principal of"
    r"|partner at"
    r"|said|says|according to|representing|acted for|counsel for|of the \w+ (?:council|society|association))\b|[“\"‘]",
    re.IGNORECASE,
)
#: "our teak mill partner" is a company.
_POSSESSIVE = re.compile(r"['’]s\b")
_OF_PARTNERS = re.compile(
    r"(?<!managing )(?<!senior )(?<!founding )(?<!equity )\bpartner$|\b(?:agent|distributor|supplier)$"
    r"|^(?:external |appointed )?(?:auditor|lawyer|solicitor|accountant|broker|photographer|web designer|printer"
    r"|banker|insurer)$",
    re.IGNORECASE,
)
#: A name before a title: another company's, or "Omega's".
_NAMED_BEFORE = re.compile(r"(?:[A-Z][\w&.-]{1,20}(?:['’]s)?|['’]s|\b[Ww]hose|\b[Tt]heir|\b[Hh]is|\b[Hh]er) $")
_QUICK = re.compile(
    r"\b(?:our|at(?:tn|tention)|contact|to|for|manager|director|its|by|founded|named|appointed|is|has been|who"
    r"|as|ceo|cfo|chief|head|officer|founder|president|chair\w*|lead|engineer)\b|\(|[经總总]",
    re.IGNORECASE,
)


def people_in(text: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names with their titles in a text's sentences; `names` are the company's."""
    names = list(names)
    for line in text.split("\n"):
        if not _SHORTEST <= len(line) <= _LONGEST or not _QUICK.search(line):
            continue
        if _MADE_BY.search(line):
            yield from _founders(line, names)
        if has_titles(line):
            yield from _titled(line)


def _titled(line: str) -> Iterator[tuple[str, str]]:
    for pattern in (_TITLE_FIRST, _NAME_FIRST, _NAMED, _ATTENTION, _WITH_DEPARTMENT):
        for found in islice(pattern.finditer(line), _MOST):
            groups = found.groupdict()
            title = next((groups[key] for key in ("title", "other", "bracket") if groups.get(key)), "")
            title = title.removeprefix("new ").strip()
            before, _ = sentence_around(line, found)
            name = _name(found["name"])
            if name is None or _OUTSIDE.search(before) or _IS_LATE.search(title) or not _is_title(title, pattern):
                continue
            yield name, title
    is_prose = len(_SMALL_WORDS.findall(line)) >= _FEWEST_WORDS or _REACHED.search(line)
    for found in islice(_RUN.finditer(line), _MOST if is_prose else 0):
        yield from _before_name(line, found)
    for found in (*islice(_IN_BRACKETS.finditer(line), _MOST), *islice(_CHINESE.finditer(line), _MOST)):
        title = _CHINESE_VERB.sub("", found["title"])
        if (name := _name(found["name"])) and is_job_title(title):
            yield name, title
    for part in _SENTENCE.split(line) if is_prose else ():
        yield from title_and_name(_UNTIL.split(part.strip(), maxsplit=1)[0]) if _UNTIL.search(part) else ()


def _before_name(line: str, found: re.Match[str]) -> Iterator[tuple[str, str]]:
    """A title that only has words of titles, behind no other name: "Omega's CEO Mei Tan" is not here."""
    words = found[0].split()
    known = [is_known(word.lower().rstrip(".")) for word in words]
    first = known.index(True) if True in known else len(words)
    before = line[: found.start()] + "".join(f"{word} " for word in words[:first])
    if _NAMED_BEFORE.search(before) or _OUTSIDE.search(sentence_around(line, found)[0]):
        return
    for end in range(len(words) - 1, first, -1):
        title = " ".join(words[first:end])
        if all(known[first:end]) and is_job_title(title) and (name := _name(" ".join(words[end:]))):
            if not _OF_PARTNERS.search(title):
                yield name, title
            return


def people_of(text: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The people whom a page about others places at this company: "Mei Tan, Group CEO of Acme"."""
    names = list(names)
    for line in text.split("\n"):
        for found in islice(_OF_OWN.finditer(line), _MOST) if _SHORTEST <= len(line) <= _LONGEST else ():
            is_here = _HERE.match(found["where"]) or any(
                re.sub(r"[^a-z0-9]", "", found["where"].lower()).startswith(it) for it in names
            )
            said = found["title"][:1].upper() + found["title"][1:]
            if is_here and is_job_title(said) and (name := _name(found["name"])):
                yield name, found["title"]
        if len(line) <= _LONGEST and any(it in re.sub(r"[^a-z0-9]", "", line.lower()) for it in names):
            for found in islice(_RUN.finditer(line), _MOST):
                yield from (it for it in _before_name(line, found) if seniority_of(it[1]) == "c_level")


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
    return is_job_title(said) and not _OF_PARTNERS.search(title) and not _POSSESSIVE.search(title)


def _name(words: str) -> str | None:
    """The person's name; one word only behind a form of address."""
    return person_name(words.strip(" ,."))


def _founders(line: str, names: list[str]) -> Iterator[tuple[str, str]]:
    for pattern in (_FOUNDED_BY, _FOUNDED):
        for found in islice(pattern.finditer(line), _MOST):
            before, _ = sentence_around(line, found)
            is_own = not before or is_own_subject(before, names) or _is_pronoun(before)
            if not is_own and (pattern is _FOUNDED_BY or _OUTSIDE.search(before)):
                continue
            for group in ("one", "other"):
                if found[group] and (name := _name(found[group])):
                    yield name, "Founder"


def _is_pronoun(before: str) -> bool:
    """True for "It was begun by …"."""
    return re.match(r"(?:it|we|they)\b", before, re.IGNORECASE) is not None
