"""Finds a site's country, to which its telephone numbers without a country code belong."""

import re
from collections.abc import Iterable

import phonenumbers

from enricher.extract.numbers.places import countries_of, is_name
from enricher.pages.documents import Document
from enricher.pages.schema_org.json_ld import own_organisations
from enricher.pages.urls import host_of

REGION = "SG"
#: Top-level domains of countries that are used worldwide, so that they name no country.
_WORLDWIDE_NAMES = "ac ag ai am as bz cc cd cx co fm gg gl im io la ly me ms nu pw sc sh so st tk to tv vc ws"
_WORLDWIDE = frozenset(_WORLDWIDE_NAMES.split())
#: Languages that are written in one country for the most part.
_LANGUAGES = {"ja": "JP", "ko": "KR", "th": "TH", "vi": "VN", "id": "ID", "ms": "MY", "de": "DE", "km": "KH"}
_LANGUAGE_AND_COUNTRY = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?[-_]([a-z]{2})\b", re.IGNORECASE)
_IN_SINGAPORE = re.compile(
    r"\b(?:singapore|s'pore)[ ,.()-]{0,4}\d{6}\b|\(s\) ?\d{6}\b|新加坡[^\n]{0,40}?(?<!\d)\d{6}(?!\d)"
    r"|\+65[ -]?[3689]\d{3}",
    re.IGNORECASE,
)
#: Postal addresses that name their country by a state's letters or a city.
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA"
    "|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_ABROAD = (
    ("US", re.compile(rf"[A-Za-z]\s?,\s(?:{_STATES})\s\d{{5}}(?:-\d{{4}})?(?!\d)")),
    ("AU", re.compile(r"[A-Za-z],? (?:NSW|VIC|QLD|TAS|ACT|SA|WA|NT) \d{4}(?!\d)")),
    (
        "MY",
        re.compile(
            r"(?<!\d)\d{5},? (?:Kuala Lumpur|Petaling Jaya|Shah Alam|Subang Jaya|Klang|Johor Bahru|Ipoh|Melaka|Seremban"
            r"|Kuching|Kota Kinabalu|George ?town|Penang|Pulau Pinang|Puchong|Cyberjaya|Muar|Batu Pahat)\b"
        ),
    ),
)
_COUNTRY_CODE = re.compile(r"(?<![\d+])(?:\+|00)([1-9]\d{0,2})(?=[\s().-]{0,2}\d)|(?<!\d)\((65)\) ?(?=[3689]\d{3})")
_MOST_CODES = 20
#: An address that a place's name ends, or stands in with a postal code.
_ADDRESS = re.compile(r",|\b\d{4,6}\b")
_LONGEST_LINE = 200


def is_place(words: str) -> bool:
    """True for the name of Singapore, or of a country or city abroad, and nothing else."""
    return words.lower() in ("asia", "apac") or is_name(words)


def country_of(pages: Iterable[Document]) -> str:
    """Finds a site's country by its top-level domain, address, other numbers, places or language, else Singapore."""
    pages = list(pages)
    if region := _of_domain(pages[0].url):
        return region
    for find in (_of_address, _of_numbers, _of_places, _of_language):
        for page in pages:
            if region := find(page):
                return region
    return REGION


def _of_domain(url: str) -> str | None:
    end = host_of(url).rpartition(".")[2].lower()
    if end in _WORLDWIDE:
        return None
    region = {"uk": "GB"}.get(end, end.upper())
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


def _of_address(page: Document) -> str | None:
    for node in own_organisations(page) if page.data else ():
        for address in node["address"] if isinstance(node.get("address"), list) else [node.get("address")]:
            country = address.get("addressCountry") if isinstance(address, dict) else None
            country = country[0] if isinstance(country, list) and country else country
            if isinstance(country, dict):
                country = country.get("name")
            if isinstance(country, str) and country.strip().upper() in phonenumbers.SUPPORTED_REGIONS:
                return country.strip().upper()
    if _IN_SINGAPORE.search(page.text):
        return REGION
    return next((region for region, pattern in _ABROAD if pattern.search(page.text)), None)


def _of_numbers(page: Document) -> str | None:
    """Returns the country whose code most numbers of the page have; at a tie, the first number's."""
    counts: dict[str, int] = {}
    for code, _ in zip(_COUNTRY_CODE.finditer(page.text), range(_MOST_CODES), strict=False):
        for length in (1, 2, 3):
            regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int((code[1] or code[2])[:length]))
            if regions and regions[0] in phonenumbers.SUPPORTED_REGIONS:
                counts[regions[0]] = counts.get(regions[0], 0) + 1
                break
    return max(counts, key=lambda region: counts[region]) if counts else None


def _of_places(page: Document) -> str | None:
    """Returns the country of most places in lines with an address; none if several countries have most."""
    counts: dict[str, int] = {}
    for line in page.text.split("\n"):
        if len(line) <= _LONGEST_LINE and _ADDRESS.search(line) and len(found := countries_of(line)) == 1:
            (country,) = found
            counts[country] = counts.get(country, 0) + 1
    most = sorted(counts, key=lambda country: counts[country])[-2:]
    return most[-1] if most and (len(most) == 1 or counts[most[0]] < counts[most[-1]]) else None


def _of_language(page: Document) -> str | None:
    if found := _LANGUAGE_AND_COUNTRY.match(page.language):
        region = found[1].upper()
        # en-US is what templates begin with, whoever uses them
        return region if region in phonenumbers.SUPPORTED_REGIONS and region not in ("US", "GB") else None
    return _LANGUAGES.get(page.language[:2].lower())
