"""Finds telephone numbers on a page, in its order, without fax numbers, dates and registration numbers.

A number with a country code is read for every country, one without for the site's country (`countries`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, repeat
from urllib.parse import unquote

import phonenumbers

from enricher.extract.numbers.branches import numbers_abroad
from enricher.extract.numbers.countries import country_of
from enricher.extract.numbers.labels import Kind, label_after, label_of, labels_by_line
from enricher.extract.numbers.neighbours import neighbours_of, without_series
from enricher.extract.numbers.other_digits import is_date, without_other_digits
from enricher.extract.numbers.parsing import INSIDE, ZEROS, e164, parsed
from enricher.extract.numbers.split_numbers import joined
from enricher.pages.documents import Document
from enricher.pages.schema_org.json_ld import organisations, people, values

_MAX_NUMBERS = 50
_MAX_LINKS = 100
SHORTEST = 7  # characters of a number with its country's code, in any country
#: Characters at either end of a page that are searched: numbers are there, and the matcher is slow.
_EDGE = 10_000
_AFTER_CODE = re.compile(r"(\+\d{1,3}) ?\(0\) ?(?=\d)")
_DIGITS = re.compile(r"\d{4}")
#: Signs after a word that may be a label: "Jurong branch: 67771234".
_LABEL_ENDS = tuple(":：-–—|)")
#: "Pasir Ris 65837120 · Sengkang 63852264"
_BY_PLACE = re.compile(r"[A-Z][A-Za-z' ]{2,24} [3689]\d{7}(?:\s?[·•|/,]\s?[A-Z][A-Za-z' ]{2,24} [3689]\d{7}){1,9}")
#: Full-width signs of Chinese and Japanese, and the plain ones.
_WIDE = re.compile("[\uff08-\uff5e]")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
#: Between two numbers of one label.
_OR = re.compile(r"\W{0,3}(?:or|and|oder|und|ou|et|of|en|atau|dan)\W{0,3}")
#: Words before a number in a sentence: "drop us a message at 91234567".
_REACHED = re.compile(r"\b(?:text|message|dial|reach|contact|enquir\w{1,4}|speak)\b[^\n]{0,30}\Z", re.IGNORECASE)
#: A word as a label behind a sign: "12 Some Road | Main 61234567".
_AFTER_SIGN = re.compile(
    r"[·•|]\s?(?:main|office|sales|service|enquir\w{1,4}|reception|switchboard|general|hq|head office|admin|shop"
    r"|showroom"
    r"|workshop|support|booking\w?|order\w?)\s\Z",
    re.IGNORECASE,
)
#: Letters that a number hangs on.
_GLUED = re.compile(r"[A-Za-z]-?\Z")
_SEVERAL = re.compile(r"[/;|,]|%2f|\bor\b", re.IGNORECASE)
_WHATSAPP = re.compile(r"wa\.me/\+?([\d() -]{6,20})|[?&](?:phone|number)=[+ ]{0,2}([\d() -]{6,20})", re.IGNORECASE)
_NO_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a page in E.164, in its order. `labelled` are the telephones with a label that says so."""

    phones: tuple[str, ...]
    faxes: frozenset[str]
    labelled: frozenset[str]
    #: Those that a link to WhatsApp holds.
    messaging: frozenset[str] = frozenset()


def find_phones(page: Document) -> list[str]:
    """Returns the telephone numbers of a page in E.164, those of the site's own country first, in the page's order."""
    region = country_of([page])
    return own_first(find_numbers(page, region).phones, region)


def own_first(numbers: Sequence[str], region: str) -> list[str]:
    """Sorts the numbers of this country before others, otherwise in their order."""
    code = f"+{phonenumbers.country_code_for_region(region)}"
    return sorted(numbers, key=lambda number: not number.startswith(code))


def find_numbers(page: Document, region: str) -> Numbers:
    """Finds the numbers of a page; those without a country code are of `region`. A fax number anywhere is no telephone.

    In the page's order: those that only a link holds (a button at the top), those in the text, those in its data, those
    of WhatsApp links (they float over a page).
    """
    shown = list(_shown(page, region))
    texts = {number for number, _ in shown}
    linked = list(_linked(page, region))
    messaging = list(_on_whatsapp(page, region))
    kinds: dict[str, set[Kind | None]] = {}
    for number, kind in (
        *(it for it in linked if it[0] not in texts),
        *shown,
        *(it for it in linked if it[0] in texts),
        *numbers_abroad(page, region),
        *((number, "tel") for number in _declared(page, region, "telephone")),
        *((number, None) for number in messaging),
    ):
        kinds.setdefault(number, set()).add(kind)
    for number in _declared(page, region, "faxNumber"):
        kinds.setdefault(number, set()).add("fax")
    labelled = frozenset(number for number, said in kinds.items() if not said.isdisjoint(("tel", "both")))
    faxes = frozenset(number for number, said in kinds.items() if "fax" in said and number not in labelled)
    phones = (number for number, said in kinds.items() if number not in faxes and said != {"other"})
    return Numbers(tuple(islice(phones, _MAX_NUMBERS)), faxes, labelled, frozenset(messaging))


def declared_phones(page: Document, region: str) -> frozenset[str]:
    """Returns the telephone numbers in a page's own structured data: the company's, whatever its text says."""
    return frozenset(_declared(page, region, "telephone"))


def _shown(page: Document, region: str) -> Iterator[tuple[str, Kind | None]]:
    """Finds the numbers in the page's text, each with its label."""
    text = page.text if len(page.text) <= 2 * _EDGE else f"{page.text[:_EDGE]}\n{page.text[-_EDGE:]}"
    if page.description:
        text = f"{text}\n\n{page.description}"
    if not text.isascii() and _WIDE.search(text):
        text = text.translate(_NARROW)
    text = joined(text)
    masked = without_other_digits(without_series(ZEROS.sub(_plus, text) if "00" in text else text))
    if "(0)" in masked:
        masked = _AFTER_CODE.sub(_code_and_blank, masked)
        masked = INSIDE.sub(lambda zero: " " * len(zero[0]), masked)
    lines = text.split("\n")
    above: dict[int, Kind] | None = None
    line, line_start, done, last = 0, 0, 0, None
    matcher = phonenumbers.PhoneNumberMatcher(masked, region, max_tries=500, min_candidate_length=_shortest(region))
    for found in islice(matcher, _MAX_NUMBERS):
        while line_start + len(lines[line]) < found.start:
            line_start += len(lines[line]) + 1
            line += 1
            done, last = line_start, None
        before = text[done : found.start]
        is_first = not any(map(str.isalpha, before)) or _OR.fullmatch(before) is not None
        follows = last if done > line_start else None
        kind = label_after(text[found.end : found.end + 30], is_last=not is_first) or label_of(before)
        if kind is None and is_first:
            if last is None and done == line_start:
                above = labels_by_line(lines) if above is None else above
                last = above.get(line)
            kind = last
        if kind is None and _GLUED.search(before):
            kind = "other"  # "SN: MB-65889123"
        if kind == "both" and follows == "both":
            kind = "fax"  # "Tel / Fax: 6747 0321 / 6747 0392"
        is_sentence = (
            not (is_first or _REACHED.search(before) or _AFTER_SIGN.search(before))
            and before.rstrip()[-1:] not in _LABEL_ENDS
            and not _BY_PLACE.fullmatch(lines[line])
        )
        if kind is None and found.raw_string.isdigit() and is_sentence:
            kind = "other"  # eight digits in a sentence: an item, an account
        done, last = found.end, kind
        if kind != "tel" and is_date(found.raw_string):
            continue
        yield e164(found.number), kind
        for number in () if found.number.extension else neighbours_of(e164(found.number), text, found.end):
            yield number, kind


def _code_and_blank(found: re.Match[str]) -> str:
    """Drops the zero after a country's code, at the same length: the matcher accepts few blanks inside a number."""
    return f"{found[1]} ".rjust(len(found[0]))


def _plus(zeros: re.Match[str]) -> str:
    """Replaces leading zeros by a plus sign and blanks of the same length."""
    return "+".rjust(len(zeros[0]))


def _linked(page: Document, region: str) -> Iterator[tuple[str, Kind | None]]:
    """Finds the numbers in links, each with the label beside it; of two numbers in one link the first."""
    for target, beside in islice(zip(page.addresses, page.beside or repeat(""), strict=False), _MAX_LINKS):
        scheme, _, rest = target.partition(":")
        if scheme.lower() in ("tel", "callto", "sms"):
            number = parsed(_SEVERAL.split(unquote(rest).strip().lstrip("/"))[0], region)
            if number:
                before, _, words = beside.partition("\n")
                own = label_of(words)
                yield number, own if own == "fax" else label_of(_DIGITS.split(before)[-1]) or own


def _on_whatsapp(page: Document, region: str) -> Iterator[str]:
    for target in page.addresses[:_MAX_LINKS]:
        if found := _WHATSAPP.search(unquote(target)):
            digits = _NO_DIGIT.sub("", found[1] or found[2])
            if number := parsed(f"+{digits}", region) or parsed(digits, region):
                yield number


def _declared(page: Document, region: str, name: str) -> list[str]:
    texts = values((*organisations(page), *people(page)), name) if page.data else []
    found = (parsed(text.lower().removeprefix("tel:"), region) for text in texts[:_MAX_NUMBERS])
    return [number for number in found if number]


@lru_cache
def _shortest(region: str) -> int:
    """Returns the fewest characters of a number, so that years and postal codes are not tried."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    general = metadata.general_desc if metadata else None
    return min(SHORTEST, *general.possible_length) if general else SHORTEST
