"""Finds postal addresses on a page by their postal codes of six digits, as used in Singapore."""

import re
from collections.abc import Iterator

from enricher.extract.facts import LIKELY, Fact
from enricher.pages.documents import Document, clean

MAX_ADDRESS = 200
_POSTAL = re.compile(r"(?:\bsingapore|\bs'pore|(?<!\w)s)[ \t,.:\-–]{0,4}\(?[ \t]?(\d{6})(?!\d)\)?", re.IGNORECASE)
#: The first two digits are the sector, of which there are 82.
_LAST_SECTOR = 82
_LABEL = re.compile(
    r"^.{0,40}?\b(?:address|office|headquarters|hq|showroom|factory|visit us|located at)\s?:\s{0,3}", re.I
)
_HAS_WORDS = re.compile(r"[A-Za-z]{3}.{0,80}\d|\d.{0,80}[A-Za-z]{3}")
_MOST = 5
_LINES_ABOVE = 2
_LONGEST_ABOVE = 80


def find_addresses(text: str) -> list[str]:
    """Finds the distinct addresses of a text: the words before each postal code, also from the lines above."""
    found: dict[str, str] = {}
    for match in _POSTAL.finditer(text):
        if not 1 <= int(match[1][:2]) <= _LAST_SECTOR or match[1] in found:
            continue
        before = _before(text, match.start())
        if _HAS_WORDS.search(before):
            found[match[1]] = clean(_LABEL.sub("", before + match[0]), MAX_ADDRESS)
        if len(found) == _MOST:
            break
    return list(found.values())


def _before(text: str, end: int) -> str:
    """The text before a postal code: its line, and lines above until there is a street."""
    start = text.rfind("\n", 0, end) + 1
    before = text[max(start, end - MAX_ADDRESS + 40) : end]
    for _ in range(_LINES_ABOVE):
        if start == 0 or (_HAS_WORDS.search(before) and not before.lstrip().startswith("#")):
            break
        above = text.rfind("\n", 0, start - 1) + 1
        line = text[above : start - 1] if start - above <= _LONGEST_ABOVE else "@"
        if "@" in line:
            break
        before, start = f"{line.rstrip(' ,')}, {before}", above
    return before


def address_facts(page: Document) -> Iterator[Fact]:
    """The first address of a page: usually the company's own."""
    for address in find_addresses(page.text)[:1]:
        yield Fact("address", address, page.url, "page", LIKELY)
