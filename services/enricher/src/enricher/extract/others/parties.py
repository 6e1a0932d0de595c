"""Finds the lines of a page about others than its company.

Others are the maker of the site, authorities, partner firms, a hospital to call at night, impostors. Addresses and
numbers that occur only there are not the company's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from enricher.extract.line_memo import MOST_LINES, once_per_line
from enricher.extract.others.headings import ADDRESSING, AGENCY, ANY, ANY_HEADING, CARE, HEADS, PRESS, RESCUE
from enricher.extract.others.named import names_nobody
from enricher.extract.others.strangers import (
    LEGAL_FORM,
    is_of_stranger,
    legal_names,
    own_legal_names,
    sentences_of,
)
from enricher.extract.own_words import compacted, is_own_name

_MAKER = re.compile(
    r"\b(?:design(?:ed)?|develop(?:ed|ment)?|powered|built|maintained|crafted|web ?site|web|site|hosted"
    r"|marketing|managed"
    r"|photos?|photography|templates?|theme|artwork|illustrations?|cookie consent|live chat|analytics|videos?"
    r"|branding)(?: (?:and|&) [a-z]{4,12})? by\b.{0,120}\Z"
    r"|\b(?:réalisée?|conçue?|développée?|créée?) par\b.{0,60}\Z"
    r"|\b(?:web ?site|ontwerp|realisatie|gebouwd|ontwikkeld) door\b.{0,60}\Z"
    r"|\b(?:umgesetzt|erstellt|realisiert|gestaltet|entwickelt|programmiert) (?:von|durch)\b.{0,60}\Z"
    r"|\b(?:direka|dibangunkan|dibina|reka bentuk|laman web) oleh\b.{0,60}\Z"
    r"|(?:设计|設計|制作|製作|技术支持|技術支援|网站建设)[:：].{0,40}\Z",
    re.IGNORECASE,
)
#: Behind them, the name follows on a line of its own: a link.
_BY_WHOM = re.compile(r"(?:\bby|\boleh|[:：])(?: the| an?)?\s?\Z", re.IGNORECASE)
_OVERSEEN = re.compile(
    r"\b(?:regulated|supervised|accredited|audited|insured|governed|overseen|franchised) by(?: the| an?)?\s?\Z",
    re.IGNORECASE,
)
#: Somebody's words in quotation marks.
_SAID = re.compile(r"[\"“][^\"”]{20,600}[\"”]\W?")
_BY_SOMEBODY = re.compile(r"[-–—―] ?[^\W\d_]")
_BELOW_PRESS = 6
_LONGEST_HEADING = 48
#: Lines that end such a part: they speak of the company again.
_OWN_AGAIN = re.compile(
    r"(?:our )?(?:head|main|registered|sales|singapore) office\b.{0,40}|(?:contact|call|e-?mail|write to|reach)"
    r" us\b.{0,60}"
    r"|.{0,200}\bour (?:[a-z]{2,14} ){0,2}(?:manager|team|office|staff|shop|store|kitchen|showroom|reception)\b.{0,200}"
    r"|meet .{2,30}|(?:our|the) (?:team|crew|people|staff)\b.{0,20}|about us.{0,30}"
    r"|(?:general|sales) (?:enquir|inquir).{0,40}|©.{0,80}",
    re.IGNORECASE,
)
#: A sentence behind one about others that is about the company again.
_OWN_MARK = re.compile(r"\b(?:us|we|our|ours)\b", re.IGNORECASE)
_WHERE = re.compile(r"where ", re.IGNORECASE)
_LONGEST_LINE = 1_500
_LONGEST_HEAD = 500
#: A heading, or the name of a company on a line by itself.
_LONGEST_NAME = 80
_BELOW_NAME = 2
#: Lines of an address between the two.
_MOST_OF_ADDRESS = 4
_OF_ADDRESS = re.compile(r"\d|,|\b(?:address|road|street|jalan|park|building|tower|floor)\b", re.IGNORECASE)
#: Lines with more than a sign or a small word.
_COUNTS = re.compile(r"[A-ZÀ-Þ0-9@\u3000-\uffff]|.{20}")
#: In a list of other firms: the lines below a number or address in which the next one may stand.
_LONG_LIST, _LIST_GOES_ON = 8, 4
_MAY_BE_REACHED = re.compile(r"@|\[at|\(at|\d(?:\D{0,3}\d){4}")


@dataclass(frozen=True, slots=True)
class Parts:
    """The lines of a text that are about others, and the rest of it."""

    others: str
    own: str
    #: Sentences about others that may name the company's people, too: "write to our manager or approach the council".
    both: str = ""
    #: Lines that name nobody, just below a heading that may name others or speak to them: "Suppliers".
    unnamed: str = ""


@lru_cache(64)  # a page is split for its addresses, its numbers and its people
def parts_of(
    text: str, names: frozenset[str], menu: frozenset[str] = frozenset(), quoted: frozenset[str] = frozenset()
) -> Parts:
    """Splits a page's text into the lines about others and the rest.

    `names` are the company's, as `names_of` gives. Lines of the `menu` begin no part: "Distributors" leads to a page.
    `quoted` are the lines of testimonials.
    """
    has_forms = LEGAL_FORM.search(text) is not None
    legal = own_legal_names(text, names) if has_forms else frozenset[str]()
    named = names | legal
    others: list[str] = []
    own: list[str] = []
    both: list[str] = []
    unnamed: list[str] = []
    left, of_address, is_reach_only, is_named_below, is_list = 0, 0, False, False, False
    lines = text.split("\n")
    for nth, line in enumerate(lines):
        if line in quoted and (
            len(line) > _LONGEST_NAME
            or not quoted.isdisjoint(lines[max(0, nth - 1) : nth :] + lines[nth + 1 : nth + 2])
        ):
            others.append(line)
            continue
        if len(line) > _LONGEST_LINE or (line in menu and not is_named_below):
            own.append(line)
            left = 0
            continue
        is_reach_only = is_reach_only and left > 0
        is_named_below = False
        is_marked, may_be_reached, has_form = _signs_of(line)
        if not (left or is_marked or may_be_reached or has_form):
            own.append(line)
            continue
        if _SAID.fullmatch(line) or (nth and _BY_SOMEBODY.match(line) and _SAID.fullmatch(lines[nth - 1])):
            others.append(line)
            continue
        maker = _MAKER.search(line) if is_marked else None
        overseer = _OVERSEEN.search(line) if is_marked and not maker else None
        if begins := maker or overseer:
            is_named_below = _BY_WHOM.search(line) is not None
            own.append(line[: begins.start()])
            others.append(line[begins.start() :])
            left = 2 if maker or "".join(lines[nth + 2 : nth + 3]).startswith("(") else 1
            continue
        below = _below(line, named) if is_marked else None
        below = _BELOW_PRESS if is_marked and _is_press_agency(lines, nth, named) else below
        if below is not None:
            others.append(line)
            left = max(left - 1, below)
            is_list = below >= _LONG_LIST
        elif has_form and _is_company(line, named):
            others.append(line)
            left, is_reach_only = max(left - 1, _BELOW_NAME), is_reach_only or not left
            of_address = _MOST_OF_ADDRESS
            continue
        elif left and is_reach_only and not may_be_reached:
            own.append(line)
            of_address -= 1
            left = left if of_address >= 0 and _OF_ADDRESS.search(line) and not _has_name(line, named) else 0
        elif left and not _OWN_AGAIN.fullmatch(line) and not _has_name(line, named):
            if may_be_reached and _is_addressing(lines[nth - 1]) and names_nobody(line):
                unnamed.append(line)
            others.append(line)
            left -= 1 if _COUNTS.search(line) else 0
            left = max(left, _LIST_GOES_ON) if is_list and may_be_reached else left
        else:
            left = 0
            theirs, ours = _by_sentence(line, names, legal) if may_be_reached else ("", line)
            others += [theirs] if theirs else []
            both += [theirs] if theirs and _OWN_MARK.search(theirs) else []
            own += [ours] if ours else []
    return Parts("\n".join(others), "\n".join(own), "\n".join(both), "\n".join(unnamed))


@once_per_line
def _signs_of(line: str) -> tuple[bool, bool, bool]:
    """Tests a line quickly for words that may begin a part about others, an address or number, and a legal form."""
    lower = line.lower()
    is_marked = ANY.search(lower) or (len(line) <= _LONGEST_HEADING and ANY_HEADING.search(lower))
    return bool(is_marked), _MAY_BE_REACHED.search(line) is not None, LEGAL_FORM.search(line) is not None


def _below(line: str, named: frozenset[str]) -> int | None:
    """Returns the lines below this one that belong to another, if this line begins such a part, else `None`."""
    if len(line) <= _LONGEST_HEAD:
        is_one = len(sentences_of(line)) == 1  # of several sentences, only some may be about others
        below = next((lines for lines, head in HEADS if (lines or is_one) and head.fullmatch(line)), None)
        if below and len(line) <= _LONGEST_NAME and _WHERE.match(line) and _names_own(line, named):
            return None  # "Where to find Acme abroad"
        is_rescue = RESCUE.search(line) and _MAY_BE_REACHED.search(line) and not _OWN_MARK.search(line)
        if below is not None or is_rescue or (is_one and _is_care(line, named)):
            return below or 0
    return None


def _is_addressing(line: str) -> bool:
    """True for a heading that ends with the readers whom it may address."""
    found = ADDRESSING.search(line) if len(line) <= _LONGEST_HEADING else None
    return found is not None and found.end() == len(line)


def _is_press_agency(lines: list[str], nth: int, named: frozenset[str]) -> bool:
    """True for the heading of a press contact that is an agency, by the name just below."""
    if len(lines[nth]) > _LONGEST_HEADING or not PRESS.fullmatch(lines[nth]):
        return False
    below = lines[nth + 1 : nth + 4]
    return any(len(it) <= _LONGEST_NAME and AGENCY.search(it) for it in below) and not any(
        _has_name(it, named) and not AGENCY.search(it) for it in below
    )


def _names_own(line: str, named: frozenset[str]) -> bool:
    return any(is_own_name(word, named) for word in line.split())


def _is_care(line: str, named: frozenset[str]) -> bool:
    """True for a place to go in an emergency, with its number or as a heading."""
    may_be = CARE.search(line) and (len(line) <= _LONGEST_NAME or _MAY_BE_REACHED.search(line))
    return bool(may_be) and not _has_name(line, named)


def _is_company(line: str, named: frozenset[str]) -> bool:
    """True for another company's name on a line by itself: an address or a number just below is its own."""
    is_short = len(line) <= _LONGEST_NAME and not _MAY_BE_REACHED.search(line) and LEGAL_FORM.search(line)
    found = legal_names(line) if is_short else []
    return bool(found) and not _has_name(line, named) and not is_own_name(found[0], named)


@lru_cache(MOST_LINES)
def _by_sentence(line: str, names: frozenset[str], legal: frozenset[str]) -> tuple[str, str]:
    """Splits a line into the sentences that give another's address or number, and the rest."""
    theirs: list[str] = []
    ours: list[str] = []
    is_theirs = False
    for sentence, goes_on in sentences_of(line):
        is_marked = any(not lines and head.fullmatch(sentence.strip()) for lines, head in HEADS)
        is_theirs = (
            is_marked
            or _is_care(sentence, names | legal)
            or is_of_stranger(sentence, names, legal)
            or (is_theirs and goes_on and not _OWN_MARK.search(sentence) and not _has_name(sentence, names | legal))
        )
        (theirs if is_theirs else ours).append(sentence)
    return "".join(theirs), "".join(ours)


def _has_name(line: str, names: Iterable[str]) -> bool:
    compact = compacted(line)
    return any(name in compact for name in names)
