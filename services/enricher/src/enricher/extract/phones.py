"""Finds telephone numbers on a page. A number without a country code is Singaporean, unless the site is abroad."""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers

from enricher.pages.documents import Document
from enricher.pages.json_ld import organisations, values
from enricher.pages.urls import host_of

REGION = "SG"
#: Top-level domains that name a site's country. Those used worldwide (.co, .io, .ai, .me, .tv) are left out.
_ABROAD = frozenset(("my", "id", "th", "vn", "ph", "hk", "cn", "tw", "jp", "kr", "in", "au", "nz", "de", "fr", "nl"))
_MAX_NUMBERS = 50
SHORTEST = 7  # characters of a number with its country's code, in any country
#: Characters at either end of a page that are searched: numbers are there, and the matcher is slow.
_EDGE = 10_000


def find_phones(page: Document) -> list[str]:
    """The valid numbers of a page in E.164, sorted; those after the word "fax" are left out."""
    return sorted(
        {phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) for number in _numbers(page)}
    )


def region_of(url: str) -> str:
    """The country of numbers without a country code on this site."""
    end = host_of(url).rpartition(".")[2].lower()
    return {"uk": "GB"}.get(end, end.upper() if end in _ABROAD else REGION)


@lru_cache
def _shortest(region: str) -> int:
    """The fewest characters of a number, so that years and postal codes are not tried."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    general = metadata.general_desc if metadata else None
    return min(SHORTEST, *general.possible_length) if general else SHORTEST


def _numbers(page: Document) -> Iterator[phonenumbers.PhoneNumber]:
    region = region_of(page.url)
    spoken = [unquote(target[4:]) for target in page.addresses if target.lower().startswith("tel:")]
    for text in (spoken + values(organisations(page.data), "telephone"))[:_MAX_NUMBERS]:
        try:
            number = phonenumbers.parse(text[:40], region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            yield number
    text = page.text if len(page.text) <= 2 * _EDGE else f"{page.text[:_EDGE]} {page.text[-_EDGE:]}"
    matcher = phonenumbers.PhoneNumberMatcher(text, region, max_tries=500, min_candidate_length=_shortest(region))
    for found, match in enumerate(matcher):
        if found == _MAX_NUMBERS:
            return
        if "fax" not in text[max(0, match.start - 12) : match.start].lower():
            yield match.number
