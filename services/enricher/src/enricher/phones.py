"""Finds telephone numbers on a page. A number without a country is one of Singapore."""

from collections.abc import Iterator
from urllib.parse import unquote

import phonenumbers

from enricher.documents import Document
from enricher.structured import organisations, values

REGION = "SG"
_MAX_NUMBERS = 50
_EDGE = 10_000
"""Numbers stand at the top or the foot of a page; the matcher is slow, so the middle of a long one is left out."""


def find_phones(page: Document) -> list[str]:
    """The valid numbers of a page in E.164, sorted; those after the word "fax" are left out."""
    return sorted(
        {phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) for number in _numbers(page)}
    )


def _numbers(page: Document) -> Iterator[phonenumbers.PhoneNumber]:
    spoken = [unquote(target[4:]) for target in page.addresses if target.lower().startswith("tel:")]
    for text in (spoken + values(organisations(page.data), "telephone"))[:_MAX_NUMBERS]:
        try:
            number = phonenumbers.parse(text[:40], REGION)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            yield number
    text = page.text if len(page.text) <= 2 * _EDGE else f"{page.text[:_EDGE]} {page.text[-_EDGE:]}"
    for found, match in enumerate(phonenumbers.PhoneNumberMatcher(text, REGION, max_tries=500)):
        if found == _MAX_NUMBERS:
            return
        if "fax" not in text[max(0, match.start - 12) : match.start].lower():
            yield match.number
