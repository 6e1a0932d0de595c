"""Tells whether a sentence with a number names another organisation, in whatever words: "Ask at Omega Rides on 6123".

Two capitalised words in a row count that are no place, street, form of address, title or name of the company.
"""

import re
from collections.abc import Iterable

from enricher.extract.numbers.countries import is_place
from enricher.extract.own_words import is_own_name
from enricher.extract.persons.names import is_common
from enricher.extract.persons.titles import is_department, is_job_title, is_known

_WORD = r"[A-ZÀ-Þ][\w’'-]{0,20}[a-zß-ÿ]|[A-Z]{2,6}(?!\w)"
_RUN = re.compile(rf"(?<![\w’'#/-])(?:{_WORD})(?: (?:{_WORD}|&|of|and)){{0,6}}(?: (?:{_WORD}))")
_SMALL = re.compile(r"(?<![\w-])[a-z]{2,}(?![\w-])")
_FEWEST = 2  # small words of a sentence
_OWN = re.compile(r"\b(?:us|we|our|ours|me|my|i|i'm)\b", re.IGNORECASE)
_ADDRESSED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mdm|Madam|Dr|Encik|En|Puan|Pn|Cik|Herr|Frau|Uncle|Auntie|Chef|Coach|Teacher)\b"
)
_STREET = re.compile(
    r"\b(?:Road|Rd|Street|St|Avenue|Ave|Drive|Dr|Lane|Crescent|Cres|Close|Place|Way|Link|Walk|Terrace|Loop|Boulevard|Blvd|Quay"
    r"|Building|Bldg|Tower|Towers|Plaza|Mall|Centre|Center|Complex|Square|Point|Hub|Park|Estate|Block|Blk|Level|Unit|Jalan|Jln"
    r"|Lorong|Taman|Bukit|Kampung|Kampong|Wisma|Menara|Straße|Strasse|Platz|Junction|Court|Court|House|City|Town|Island|Industrial)\b"
)
_NUMBER = re.compile(r"\+?\(?\d(?:[ ().-]{0,2}\d){5}")
#: Capitalised words that name nobody.
_NOBODY_WORDS = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january
    february march april may june july august september october november december jan feb mar apr jun jul aug sep
    sept oct nov dec am pm whatsapp sms tel telephone phone fax email e-mail call text ring or and please for to at
    in on if is the a an new year public holiday holidays eve deepavali christmas chinese lunar hari raya english
    mandarin malay tamil japanese wi-fi pdf cv hr it qr did gst uen pte ltd sdn bhd llp inc co
"""
_NOBODY = frozenset(_NOBODY_WORDS.split())
_AROUND = 90
_EMAIL = re.compile(r"\S{1,64}@\S{1,80}|\S{1,64}\[(?:at|@)\]\S{1,80}")
_PARTS = re.compile(r"[,:;()–—/]|\s-\s")
#: One name, or a body's initials, behind a word that leads to somebody: "with Omega (6123 4567)".
_LED_TO = re.compile(
    r"\b(?:by|from|via|through|with|approach|to the|call the|ring the|phone the|contact the|at the)\s(?:the\s)?"
    r"(?P<name>[A-ZÀ-Þ][\w’'-]{2,30})(?= )"
)
#: "from Omega & Sons (6123 4567)": they have the number, whoever says so.
_BESIDE = re.compile(
    rf"\b(?:from|by|with|through|via|to|approach) (?:the )?(?P<name>{_RUN.pattern})[^\w]{{1,3}}"
    r"(?:(?:tel|on|at)\b[^\w]{1,3})?$"
)
_INITIALS = re.compile(
    r"(?<![\w#/-])(?P<name>[A-Z]{3,6})(?:['’]s)?(?= ?[^\w\d])(?: [a-z]{1,12}){0,3}[^\w\d]{1,3}"
    r"(?:\S{1,64}@\S{1,64} ?|tel[.:]? )?$"
)
_NO_BODY_WORDS = "SMS DID NSW QLD VIC ACT TAS USA UAE FAQ RSVP CEO COO CFO VIP FAX TEL GMT SGT AND FOR NOT"
_NO_BODY = frozenset(_NO_BODY_WORDS.split())


def names_another(sentence: str, names: Iterable[str]) -> bool:
    """True for running text that gives a number and names somebody else before it. `names` are the company's."""
    number = _NUMBER.search(sentence)
    if not number or _ADDRESSED.search(sentence):
        return False
    known = list(names)
    before = sentence[max(0, number.start() - _AROUND) : number.start()]
    if (beside := _BESIDE.search(before)) and _is_other(beside["name"], known):
        return True
    if _OWN.search(sentence[: number.start()]):
        return False
    plain = _EMAIL.sub("", sentence)
    if len(_SMALL.findall(plain)) < _FEWEST or any(
        is_job_title(it.strip()) or is_department(it) for it in _PARTS.split(plain)
    ):
        return False
    if any(_is_other(found[0], known) for found in _RUN.finditer(before)):
        return True
    return any(_is_one(found["name"], known) for pattern in (_LED_TO, _INITIALS) for found in pattern.finditer(before))


def _is_other(run: str, known: list[str]) -> bool:
    words = [it for it in run.split() if it not in ("&", "of", "and")]
    while words and words[0].lower() in _NOBODY:
        words = words[1:]
    if len(words) < 2 or _STREET.search(run) or is_own_name(" ".join(words), known):
        return False
    return any(not (is_known(it.lower()) or is_common(it.lower()) or is_place(it)) for it in words)


def _is_one(word: str, known: list[str]) -> bool:
    lower = word.lower()
    return not (
        word in _NO_BODY
        or lower in _NOBODY
        or is_known(lower)
        or is_common(lower)
        or is_place(word)
        or is_own_name(word, known)
    )
