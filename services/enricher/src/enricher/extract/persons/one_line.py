"""Reads one line that names a person with a title: "Mei Tan, Managing Director", "Director: Mei Tan"."""

import re
from functools import lru_cache
from itertools import islice

from enricher.extract.line_memo import once_per_line
from enricher.extract.numbers.countries import is_place
from enricher.extract.other_roles import ROLE
from enricher.extract.persons.animals import is_animal
from enricher.extract.persons.employers import is_of_others
from enricher.extract.persons.names import is_degree, person_name
from enricher.extract.persons.titles import is_department, is_job_title, is_known
from enricher.pages.documents import clean

LONGEST_TITLE = 100
LONGEST_DEPARTMENT = 30
_LONGEST_PERSON = 120
_LONGEST_LINE = 400
#: The end of a sentence: "Ana Cruz, chief executive. Formerly at Omega."
_SENTENCE_END = re.compile(r"(?<=[a-z]{4})\.(?=\s|$)")
#: A remark behind a title: "Operations (and little brother)".
_BRACKET = re.compile(r"\s?\([^)]{1,40}\)$")
_LABEL = re.compile(r"[^\W\d_][^:.]{1,50}\s?:\s")
#: A registration behind a title: "Consultant (EA Personnel R1104471)".
_REGISTERED = re.compile(r"\s?\([^()]{0,30}\d{4}[^()]{0,10}\)")
#: What a person is to be asked for: "Corporate rates".
_SUBJECT = re.compile(r"[A-Z][\w’'&-]{1,20}(?: [\w’'&-]{1,20}){0,3}")
#: "Buyer, joined 2012".
_SINCE = re.compile(r",\s(?:joined|since|with us|here since|here for)\b.{0,30}$")
_NOTE = re.compile(r"\s\([a-z][^)]{0,60}\)?$")
#: Behind a title: a place, a sentence, a number.
_MORE = re.compile(
    r"\s[–—-]\s|(?<=[a-z]{3})\.\s|\s#\d|\s?,\s(?=(?:trained|who|with|formerly|previously|ex|joined|since|here)\b)"
)
_BETWEEN = re.compile(r"\s[-–—|•·/]\s|\s?[|–—]\s?|\s?,\s|\s\(|\s?[:：]\s")
#: Between several people on one line.
_AND = re.compile(r"[,;]\s|\s(?:and|und|dan|&)\s")
#: "Name: Mei Tan", "Designation: Director".
_FIELD = re.compile(
    r"^(?:by(?= [A-Z])|name|contact(?: person)?|attn|attention|person in charge|pic|designation|position|job"
    r" title|title|role)"
    r"\s?(?:[:：]\s{0,3}|(?<=by)\s)",
    re.IGNORECASE,
)
#: Labels before the names of others, and those that say nothing of a person's part.
_OF_OTHERS_LABEL = re.compile(
    r"^our\b|\b(?:speakers?|guests?|panel(?:list)?|judges?|references?|testimonials?|case|architect|developer|media|press|pr|photos?|photography|text|words|design|by|website|author|winner|venue|address|location|date|time|subject|from|to|cc|re|for|contacts?"
    r"|attn|attention|name|tel|phone|call|mobile|whatsapp|e-?mail|emergency|ambulance|hospital|doctor|outlet|branch)\b",
    re.IGNORECASE,
)
#: An address or a number behind a name and its title, with its label.
REACH = re.compile(
    r"[\s,|–—•·:;(/-]{0,4}(?:\b(?:tel|did|hp|mobile|mob|phone|e-?mail|[mthe])\b[.:)\s]{0,3})?"
    r"(?:[\w.+-]{1,64}(?:@| ?[\[(](?:at|@)[\])] ?)\S.*|\+?\(?\d[\d ()-]{5,18}\d.*)$",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z]{2}.*[A-Za-z]{2}")
#: "Teo Soo Ling, Sharon (Executive Director)"
_GIVEN_BEHIND = re.compile(r"(?P<name>[^,(]{3,40}, (?P<given>[A-Z][a-z]{1,14})) \((?P<title>[^()]{2,60})\)")
#: The area that a person looks after: "NSW & ACT", or the press.
_AREA = re.compile(r"[A-Z]{2,3}(?:\s?[&/,]\s?[A-Z]{2,3}){0,4}|(?i:media|press)(?i: contact| enquiries)?")
ADDRESSED = re.compile(
    r"(?:^|\s)(?:Mr|Mrs|Ms|Mdm|Madam|Encik|En|Puan|Pn|Cik|Er|Ir|Herr|Frau|Hr|Capt|Captain)\b\.?\s[A-Z]"
)


@lru_cache(4_000)  # a page's lines are read twice, and its menu on every page
def on_one_line(line: str, names: frozenset[str]) -> tuple[str, str] | None:
    """Finds "Mei Tan, Managing Director" and "Director: Mei Tan"."""
    if len(line) > _LONGEST_LINE:
        return None
    if (end := _SENTENCE_END.search(line)) and ", " in line[: end.start()]:
        line = line[: end.start()]
    if line.endswith(".") and _LABEL.match(line):
        line = line[:-1]  # "Gérante : Mme Ana Cruz."
    if len(line) > _LONGEST_PERSON or line.endswith((".", "?", "!")):
        return None
    pair = _GIVEN_BEHIND.fullmatch(line) if "(" in line else None
    name = person_name(pair["name"]) if pair else None
    if pair and name and not is_known(pair["given"].lower()) and is_job_title(pair["title"]):
        return name, clean(pair["title"], LONGEST_TITLE)
    for cut in islice(_BETWEEN.finditer(line), 3):
        first, rest = line[: cut.start()].strip(), line[cut.end() :].strip(" )")
        role = _BRACKET.sub("", first)  # "Teacher (Tamil): Ana Cruz"
        name = person_name(first)
        title = _NOTE.sub("", _SINCE.sub("", rest))
        title = title[:1].upper() + title[1:]
        if title.count("(") > title.count(")"):
            if is_degree(title.partition(" (")[0]):
                continue  # "Ana Cruz, DDS (Owner)"
            title += ")"
        if ADDRESSED.search(title) or (")" in title and "(" not in title):
            continue  # the cut is inside a bracket: "Goh Siew Lan BEng (Hons) - Director"
        if name and (is_job_title(title) or is_department(title)) and not is_of_others(title, names):
            return None if is_animal(line) else (name, clean(title, LONGEST_TITLE))
        is_labelled = ":" in cut[0] or "：" in cut[0]
        if "," in cut[0] and not ADDRESSED.match(rest):
            continue  # "General Counsel, Lotus Air"
        if is_labelled and is_job_title(role) and (name := person_name(line[cut.end() :])):
            return name, clean(first, LONGEST_TITLE)  # "Lab Director: Dr. Swati Rao, MD (Path)"
        if is_labelled and _may_lead(first, rest) and (both := on_one_line(rest, names)):
            return both  # "Regional sales: Mr Tan, Sales Director"
        if (is_job_title(first) or ((is_labelled or cut[0].strip() in "–—-") and is_short_department(first))) and (
            name := person_name(rest)
        ):
            return name, clean(first, LONGEST_TITLE)
    return None


def _may_lead(label: str, rest: str) -> bool:
    """True for a label that may stand before a person of the company with a title: "Corporate rates"."""
    if ADDRESSED.match(rest) or is_job_title(label) or _AREA.fullmatch(label) or is_place(label):
        return True
    return _SUBJECT.fullmatch(label) is not None and not is_others_label(label)


def several_on_one_line(line: str) -> list[tuple[str, str]]:
    """Finds several people of one title: "Directors: Mei Tan, Ben Low"."""
    title, sign, rest = line.partition(":")
    if not sign:
        return []
    title = title.strip()
    title = title if is_job_title(title) else title.removesuffix("s")  # "Members"
    parts = _AND.split(rest) if is_job_title(title) else []
    names = [name for part in parts if " " in part.strip() and (name := person_name(part))]
    return [(name, title) for name in names] if len(names) == len(parts) > 1 else []


@once_per_line
def title_of(line: str) -> str | None:
    """Returns the title that a line is or begins with: "Dentist - Punggol, Tue only", "Founder. Studied in Rome"."""
    if is_job_title(line):
        return None if is_animal(line) else line
    title = _NOTE.sub("", _MORE.split(line, maxsplit=1)[0]).strip()
    return title if title != line and is_job_title(title) and not is_animal(line) else None


@lru_cache(4_000)
def plain_line(line: str) -> str:
    """Returns a line without a field's name, an address after it, and Chinese beside the same in Latin letters."""
    line = _FIELD.sub("", line.replace("，", ", ").lstrip(":： "))
    if not line.isascii() and _LATIN.search(line) and _HAN.search(line):
        line = " ".join(_HAN.sub(" ", line).replace(" ,", ",").split()).strip(" ,")
    if any(map(str.isdigit, line)) or "@" in line or "[" in line or "(" in line:
        line = REACH.sub("", _REGISTERED.sub("", line))
    line = line.partition(";")[0].strip()
    return line[1:-1] if line.startswith("(") and line.endswith(")") and line.count("(") == 1 else line


def is_others_label(words: str) -> bool:
    """True for a label before the name of somebody else, or one that says nothing about a person's role."""
    return _OF_OTHERS_LABEL.search(words) is not None or ROLE.search(words) is not None


def is_short_department(words: str) -> bool:
    return len(words) <= LONGEST_DEPARTMENT and is_department(words)
