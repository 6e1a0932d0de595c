"""Finds Singaporean registration numbers (UEN) on a page."""

import re
from collections.abc import Iterator

from enricher.extract.facts import CERTAIN, LIKELY, Fact
from enricher.pages.documents import Document
from enricher.pages.schema_org.json_ld import own_organisations, texts_of

_UEN = re.compile(
    r"(?<![A-Z0-9])(?:(?:18|19|20)\d{7}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]|\d{8}[A-Z])(?![A-Z0-9])", re.IGNORECASE
)
#: Eight digits and a letter count only after one of these labels.
_LABEL = re.compile(r"\b(?:uen|reg|registration|rcb|roc|acra|gst)\b", re.IGNORECASE)
#: A quick test for any of them.
_MAY_BE = re.compile(r"\d{4}[A-Z]", re.IGNORECASE)
_BEFORE = 40
_MOST = 50


def find_uens(text: str) -> list[str]:
    """Finds the distinct numbers of a text, in capitals, in order."""
    found: dict[str, None] = {}
    for match in _UEN.finditer(text) if _MAY_BE.search(text) else ():
        is_telling = len(match[0]) == 10 or _LABEL.search(text, max(0, match.start() - _BEFORE), match.start())
        if is_telling:
            found[match[0].upper()] = None
        if len(found) == _MOST:
            break
    return list(found)


def uen_facts(page: Document) -> Iterator[Fact]:
    """Yields the UEN of a page that shows exactly one: if there are several, the company's own is unknown."""
    nodes = own_organisations(page)
    declared = find_uens(" ".join(f"uen {text}" for name in _PROPERTIES for text in texts_of(nodes, name)))
    if len(declared) == 1:
        yield Fact("uen", declared[0], page.url, "schema.org", CERTAIN)
    shown = find_uens(page.text)
    if len(shown) == 1:
        yield Fact("uen", shown[0], page.url, "page", LIKELY)


_PROPERTIES = ("identifier", "taxID", "vatID", "registrationNumber", "legalIdentifier")
