"""Detects sentences with a number that name another organisation, in any words: "Ask at Omega Rides on 6123".

Two capitalised words in a row count that are no place, street, form of address, title or name of the company.
"""

import re
from collections.abc import Iterable
from itertools import islice

from enricher.extract.numbers.countries import is_place
from enricher.extract.other_roles import ROLES
from enricher.extract.others.organisation_words import NO_BODY, NOBODY, ORGANISATIONS
from enricher.extract.others.public_bodies import OF_FIRM
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
    r"\b(?:Road|Rd|Street|St|Avenue|Ave|Drive|Dr|Lane|Crescent|Cres|Close|Place|Way|Link|Walk|Terrace|Loop"
    r"|Boulevard|Blvd|Quay"
    r"|Plot|Nagar|Salai|Marg|Jl|Building|Bldg|Tower|Towers|Plaza|Mall|Centre|Center|Complex|Square|Point|Hub|Park|Estate|Block|Blk|Level"
    r"|Unit|Jalan|Jln"
    r"|Lorong|Taman|Bukit|Kampung|Kampong|Wisma|Menara|Straße|Strasse|Platz|Junction|Court|House|City|Town|Island"
    r"|Industrial)\b"
)
_NUMBER = re.compile(r"\+?\(?\d(?:[ ().-]{0,2}\d){5,13}")
_AROUND = 90
_CLOSE = 40
_MOST = 6
_MOST_NAME_WORDS = 8
_ALIKE = 2  # letters
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_CAPITAL = re.compile(r"(?<![\w’'@.-])[A-ZÀ-Þ][\w’'&-]{1,30}")
_OUR_OTHER = re.compile(rf"\b(?:our|your) (?:[a-z-]{{3,14}} ){{0,2}}(?:{ROLES})\b", re.IGNORECASE)
#: "24-Stunden-Hotline für Vertragskunden"
_OF_SERVICE = re.compile("hotline|stunden|kunden|nummer|service")
_HELP_LINE = re.compile(r"help ?line", re.IGNORECASE)
#: Initials, with the capitalised word behind them if any: "SES Hotline" is a body's, "SAC Capital" a firm.
_BODY = re.compile(
    r"(?<![\w’'@.-])(?P<initials>[A-Z][A-Z&]{1,3}[A-Z])(?![\w’'&-])(?: (?P<next>[A-ZÀ-Þ][\w’'&-]{1,30}))?"
)
#: Numbers that cost nothing, or one rate in a whole country.
_FREE = re.compile(
    r"\+?1?[ -]?\(?8(?:00|33|44|55|66|77|88)\b|1[38]00|0800|0300|0345|0120|0570"
    r"|13\d? ?\d{2} ?\d{2}(?!\d)"
)
_EMAIL = re.compile(r"\S{1,64}@\S{1,80}|\S{1,64}\[(?:at|@)\]\S{1,80}")
#: An address, of e-mail or of a site.
_WEB = re.compile(r"@|\w\.[a-z]{2}")
#: A word that is large because a sentence begins with it.
_BEGINNING = re.compile(r"(?:^|(?<=[.?!] ))[A-Z][a-z]{1,20}(?= [a-z])")
_PARTS = re.compile(r"[,:;()–—/]|\s-\s")
#: Between two numbers of one label: "individuals 13 28 61, businesses 13 28 66".
_GOES_ON = re.compile(r"\W*(?:or|and)?\W*|, (?!our |us )[a-z ]{3,20} ")
#: A label with a remark: "San Antonio (by appointment): 210 829 0450".
_REMARKED = re.compile(r"\W{0,3}[A-ZÀ-Þ][^\d()]{2,40} \([a-z][^)]{2,30}\)\s?[:：]\s?[+(]?\d")
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


def names_another(sentence: str, names: Iterable[str]) -> bool:
    """True for running text with a number and another name before it. `names` are the company's."""
    number = _NUMBER.search(sentence)
    if not number or _ADDRESSED.search(sentence) or _REMARKED.match(sentence):
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
    return any(
        _is_one(found["name"], known) and _is_close(before[found.end("name") :])
        for pattern in ((_LED_TO,) if OF_FIRM.search(before) else (_LED_TO, _INITIALS))
        for found in pattern.finditer(before)
    )


def _is_close(words: str) -> bool:
    """True for words between a name and its number that are no address."""
    return len(words) <= _CLOSE and not _STREET.search(words) and not any(map(str.isdigit, _EMAIL.sub("", words)))


def names_nobody(line: str) -> bool:
    """True for a line without a name, place or address: "Tel: 6123 4567", "Interested to supply? Call 6123 4567"."""
    if not line.isascii() or _WEB.search(line):
        return False
    said = _CAPITAL.findall(_BEGINNING.sub("", line))
    begun = [found[0].lower() for found in _BEGINNING.finditer(line)]
    return all(word.lower() in NOBODY for word in said) and not any(map(is_place, begun))


def labels_another(sentence: str, names: Iterable[str]) -> bool:
    """True if each number of a sentence or item has another's name before it: "SES 132 500", "Big Mutual 1-800-…".

    Initials tell, a name before a number that is free of charge, and a name with a noun of organisations.
    """
    known = list(names)
    start, is_others = 0, False
    for nth, number in enumerate(islice(_NUMBER.finditer(sentence), _MOST)):
        label = sentence[start : number.start()]
        if not (nth and _GOES_ON.fullmatch(label)):
            is_others = _is_others_label(label[-_AROUND:], number[0], known)
        if not is_others:
            return False
        start = number.end()
    return is_others


def _is_others_label(label: str, number: str, known: list[str]) -> bool:
    plain = _EMAIL.sub("", label)
    if _OUR_OTHER.search(plain):
        return True
    said = [it.strip() for it in _PARTS.split(plain)]
    if (
        _STREET.search(plain)
        or _OWN.search(plain)
        or _ADDRESSED.search(plain)
        or any(ends_as_own(it, known) for it in said)
        or any(is_job_title(it) or is_department(it) for it in said)
    ):
        return False
    capital = [word.rstrip(".'’") for word in _CAPITAL.findall(plain)]
    bodies = [it for it in _BODY.finditer(plain) if _is_one(it["initials"], known) and not _goes_on(it["next"] or "")]
    is_shouted = plain.isupper() and len(plain.split()) > 2  # "IN CASE OF LEAKS CALL"
    if bodies and not (is_shouted or OF_FIRM.search(plain)):
        return True
    capital = [word for word in capital if word.lower() not in NOBODY and not _OF_SERVICE.search(word.lower())]
    unknown = [word for word in capital if _is_one(word, known)]
    if not unknown:
        return False
    if len(capital) == 1:  # it may begin a sentence
        is_theirs = _is_organisation(unknown[0].lower()) or _HELP_LINE.search(plain) is not None
        return _FREE.match(number) is not None and is_theirs
    return _FREE.match(number) is not None or any(_is_organisation(it.lower()) for it in _LETTERS.findall(plain))


def _goes_on(word: str) -> bool:
    """True for a capitalised word that continues initials as a firm's name: "SAC Capital", but not "SES Hotline"."""
    lower = word.lower()
    return word[1:].islower() and not (lower in NOBODY or _is_organisation(lower) or is_place(word))


def _is_organisation(word: str) -> bool:
    return word in ORGANISATIONS or word.endswith(("kammer", "verband"))


def _is_other(run: str, known: list[str]) -> bool:
    words = [it for it in run.split() if it not in ("&", "of", "and")]
    while words and words[0].lower() in NOBODY:
        words = words[1:]
    if len(words) < 2 or _STREET.search(run) or ends_as_own(run, known):
        return False
    return any(not (is_known(it.lower()) or is_common(it.lower()) or is_place(it)) for it in words)


def ends_as_own(words: str, known: list[str]) -> bool:
    """True if the words end with a name of the company, after others: "To book at The Acme Hotel"."""
    if is_own_name(words, known):
        return True
    said = words.split()
    return any(
        any(name.startswith(word[:_ALIKE].lower()) for name in known)
        and not (is_place(word) or is_known(word.lower()) or is_common(word.lower()))
        and is_own_name(" ".join(said[nth : nth + _MOST_NAME_WORDS]), known)
        for nth, word in enumerate(said)
        if nth and word[:1].isupper()
    )


def _is_one(word: str, known: list[str]) -> bool:
    lower = word.lower()
    return not (
        word in NO_BODY
        or lower in NOBODY
        or is_known(lower)
        or is_common(lower)
        or is_place(word)
        or is_own_name(word, known)
    )
