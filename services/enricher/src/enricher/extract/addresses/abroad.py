"""Finds a company's postal address outside Singapore, by the form of its country's postal codes.

The text before the code counts from its street; lines above belong to it while they look like parts of an address.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from enricher.extract.addresses.forms import ENDS, NUMBER_FIRST, SHORT_CODES, WHOLE
from enricher.extract.addresses.leads import is_authority, is_main, is_registered, label_above, says_where, without_lead
from enricher.extract.addresses.streets import is_address, is_figure
from enricher.extract.own_words import is_own_name

_LONGEST = 200
#: Characters of a line that are looked at before the end of an address: a line may be the whole page.
_LONGEST_SAID = 300
_LINES_ABOVE = 5
_LONGEST_LINE = 90
_MOST_PLACES = 3
_MOST = 5
#: Ends of addresses that are looked at: years and sums look like codes, and each takes up to a millisecond.
_MOST_ENDS = 1_000
#: A street, a house or a unit.
_STREET = re.compile(
    r"\d|\b(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Dr|Close|Way|Walk|Place|Terrace|Hill|Quay|Boulevard|Blvd|Square|Park|Row"
    r"|Court|Highway|Parade|Jalan|Jln|Lorong|Lebuh|Persiaran|Kampung|Kg|Batu)\b|stra(?:ße|sse)|weg\b|platz\b|allee\b|gasse\b|straat\b|laan\b|vägen\b|gatan\b|vej\b|gade\b"
    r"|\b(?:rue|avenue|quai|chemin|route|allée|impasse|ZI|ZA|ZAC|via|viale|piazza|corso|calle|avda|paseo|rua)\b",
    re.IGNORECASE,
)
#: A house by its number, which is no year: a code of four digits counts only behind one.
_HOUSE = re.compile(
    r"(?<![^\W\d])[^\W\d]{2,40}\.? (?!(?:19|20)\d\d\b)\d{1,4} ?[A-Za-z]?(?:[-–/]\d{1,4}[A-Za-z]?)?(?=[\s,]|$)"
    r"|(?<!\d)(?!(?:19|20)\d\d\b)\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?(?: bis| ter)?,?"
    r" (?:[A-Z][\w'’-]+|(?:rue|avenue|quai|place|chemin|route|allée|impasse|boulevard|cours) )"
)
_NUMBER_FIRST = re.compile(
    r"(?:\b(?i:no|lot|unit|suite|plot|shop|flat|room|level|blk|block|studio|floor)\b\.?\s?)?"
    r"(?<![\w-])(?!(?:19|20)\d\d\b)\d{1,5}[A-Za-z]?(?:[-/]\d{1,5}[A-Za-z]?)?(?: bis| ter)?,?"
    r" (?:[A-Z][\w'’.-]+|(?:rue|avenue|quai|place|chemin|route|allée|impasse|boulevard|cours) )"
)
_UNIT = re.compile(
    r"(?:unit|level|suite|ste|floor|block|blk|lot|plot|no\.?|shop|flat|room|#|studio|building|the|c/o|\d{1,3}(?:st|nd"
    r"|rd|th) floor|\d{1,2}/f)\b|.{2,60}\b(?:house|tower|towers|building|plaza|centre|center|court|mill|works|estate"
    r"|business park|industrial park|chambers)$",
    re.IGNORECASE,
)
#: A town or a region on a line of its own.
_PLACE = re.compile(r"[A-ZÀ-Þ][\w'’.-]{1,24}(?: (?:[A-ZÀ-Þ][\w'’.-]{1,24}|of|upon|on|le|la|the|and|&)){0,3},?")
_ONLY_UNIT = re.compile(
    r"(?:(?:unit|level|suite|ste|floor|shop|flat|room|#|lot)\b\.?[ #\w/.-]{1,14}"
    r"|\d{1,3}(?:st|nd|rd|th) floor|\d{1,2}/f)[, ]*",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^.{0,40}?\b(?:address|alamat|anschrift|office|offices|headquarters|hq|showroom|factory|workshop|visit us"
    r"|find us|located at"
    r"|based at|where|post|mail|shop|yard|rooms)\s?[:：]\s{0,2}",
    re.IGNORECASE,
)
_OWNER = re.compile(r"^.{0,80}\b(?:Ltd|Limited|LLP|LLC|Inc|GmbH|Sdn\.? Bhd|Pty|AG|KG)\b\.?\)?[ ,:;–-]{1,3}(?=[#\dA-Z])")
_HEADING = re.compile(
    r"\b(?:office|address|contact|locations?|visit|find us|showroom|factory|warehouse|workshop|headquarters|branch)\b",
    re.I,
)
_COMPANY = re.compile(r"\b(?:Ltd|Limited|LLP|LLC|Inc|GmbH|Bhd|Pty|AG|KG|BV|B\.V|AB|ApS|A/S|Oy|SARL|SAS)\b\.?\)?,?$")
_NO_PART = re.compile(
    r"[@?!]|https?:|\+\d|\b(?:tel|phone|fax|ph|email|mon|opening|hours|copyright|registered|company no|vat)\b|©", re.I
)
_PROSE = re.compile(
    r"\b(?:we|our|was|were|has|have|had|which|that|this|project|client|customer|c/o|postfach"
    r"|p\.?\s?o\.? box)\b",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[a-z]{4})(?<!str)[.!?]\s|(?<=\d)[.!?]\s(?=[A-Z])")
_SEPARATOR = re.compile(r"\s[|•·]\s")
_CALL = re.compile(r"\s?(?:TEL|Tel|FAX|Fax|電話|电话|℡)")
#: A state's letters, and its code on the next line.
_STATE_ABOVE = re.compile(r"(?<=[ \n][A-Z]{2})\n(?=\d{4,5}\b)|(?<=[ \n][A-Z]{3})\n(?=\d{4}\b)")
#: Towns without a code, and codes without three digits in a row.
_CODES_WITH_LETTERS = frozenset({"HK", "VN", "AE", "IE", "GB", "CA"})
_DIGITS = re.compile(r"\d{3}|\d{2} \d{3}|\d{2}-\d{3}")


def find_address_abroad(text: str, country: str, names: Iterable[str] = ()) -> str | None:
    """Finds the first address of a country in a text, on one line; a head office's comes before others.

    `None` for countries whose codes are not known. `names` are the company's.
    """
    registered = first = None
    for address, label in islice(_addresses(text, country, list(names)), _MOST):
        if is_main(label):
            return address
        if is_registered(label):
            registered = registered or address
        else:
            first = first or address
    return first or registered


def _addresses(text: str, country: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Yields the addresses and the words before each."""
    if country in WHOLE:
        for found in WHOLE[country].finditer(text):
            yield _CALL.split(found[0])[0].strip(), text[max(0, found.start() - 30) : found.start()]
    end = ENDS.get(country)
    if end is None:
        return
    lines = (_STATE_ABOVE.sub(" ", text) if country in ("US", "AU") else text).split("\n")
    for nth, found in islice(_ends(lines, end, country), _MOST_ENDS):
        if address := _whole(lines, nth, found, names, country):
            yield address, _label_of(lines, nth, lines[nth][max(0, found.start() - _LONGEST_SAID) : found.start()])


def _ends(lines: list[str], end: re.Pattern[str], country: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yields texts that look like the end of an address, with their line numbers."""
    for nth, line in enumerate(lines):
        if country in _CODES_WITH_LETTERS or _DIGITS.search(line):
            for found in end.finditer(line):
                yield nth, found


def _label_of(lines: list[str], nth: int, before: str) -> str:
    """Returns the words that may label an office: before the address on its line, and on a line above."""
    above = (label_above(line) for line in lines[max(0, nth - _LINES_ABOVE) : nth])
    return "\n".join((*above, before))


def _whole(lines: list[str], nth: int, end: re.Match[str], names: list[str], country: str) -> str | None:
    """Returns the address that ends in this line, if it has a street and is in no sentence about something else."""
    said = _SENTENCE.split(end.string[max(0, end.end() - _LONGEST_SAID) : end.end()])[-1]
    tail = len(end[0])
    if len(said) < tail:
        return None
    said = said[:-tail]
    if is_figure(said, end):
        return None
    house = _NUMBER_FIRST if country in NUMBER_FIRST else _HOUSE
    before = _stripped(without_lead(said, house, names))
    is_said_of_others = _PROSE.search(_SEPARATOR.split(said)[-1]) or _PROSE.search(before)
    if (is_said_of_others and not says_where(said)) or is_authority(said, names):
        return None
    parts = [_SEPARATOR.sub(", ", before) + end[0]]
    places = 0
    for line in reversed(lines[max(0, nth - _LINES_ABOVE) : nth]):
        head = ", ".join(parts)[:-tail]
        has_street = any(_STREET.search(part) and not _ONLY_UNIT.fullmatch(part) for part in head.split(", "))
        goes_on = line.endswith(",") or _UNIT.match(line)
        if (has_street and not goes_on) or len(line) > _LONGEST_LINE or _NO_PART.search(line) or _PROSE.search(line):
            break
        if _COMPANY.search(line) or _HEADING.search(label_above(line)) or (has_street and is_own_name(line, names)):
            break
        if not goes_on and not _STREET.search(line):
            places += 1
            if places > _MOST_PLACES or not _PLACE.fullmatch(line):
                break
        parts.insert(0, _stripped(without_lead(line, house, names)).strip(" ,"))
    whole = ", ".join(part.strip(" ,–-") for part in parts if part)
    head = whole[:-tail].strip(" ,")
    has_house = _HOUSE.search(head) is not None
    if len(whole) > _LONGEST or not (
        has_house or ("," in whole and _STREET.search(head) and country not in SHORT_CODES)
    ):
        return None
    return whole.rstrip(" .,") if is_address(head, end, country) else None


def _stripped(line: str) -> str:
    return _OWNER.sub("", _LABEL.sub("", line))
