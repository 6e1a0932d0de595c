"""Facts from a company's own JSON-LD."""

from collections.abc import Iterator
from typing import Any

from enricher.extract.addresses.postal import MAX_ADDRESS
from enricher.extract.facts import CERTAIN, LIKELY, Fact, Field, join_values
from enricher.extract.profile.figures import year_in
from enricher.pages.documents import Document, clean
from enricher.pages.schema_org.json_ld import Node, nodes_of, own_organisations, texts_of

MAX_SUMMARY = 600
_MAX_VALUE = 100
_MAX_ITEMS = 12

_LISTS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    ("markets", ("areaServed", "serviceArea")),
    ("certifications", ("hasCredential", "hasCertification")),
    ("products", ("makesOffer", "knowsAbout")),
)
_ADDRESS = ("streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry")


def organisation_facts(page: Document) -> Iterator[Fact]:
    """Finds facts about the page's own organisation and its offers in JSON-LD."""
    if not page.data:
        return
    nodes = own_organisations(page)
    for field, value in _texts(nodes):
        if value:
            yield Fact(field, value, page.url, "schema.org", CERTAIN)
    for field, properties in _LISTS:
        items = [item for name in properties for item in texts_of(nodes, name)]
        if value := join_values(clean(item, _MAX_VALUE) for item in items[:_MAX_ITEMS]):
            yield Fact(field, value, page.url, "schema.org", CERTAIN)
    products = [name for kind in ("Product", "Service") for name in texts_of(nodes_of(page, kind), "name")]
    if value := join_values(clean(name, _MAX_VALUE) for name in products[:_MAX_ITEMS]):
        yield Fact("products", value, page.url, "schema.org", LIKELY)


def _texts(nodes: list[Node]) -> Iterator[tuple[Field, str]]:
    yield "summary", clean(next(iter(texts_of(nodes, "description")), ""), MAX_SUMMARY)
    yield "founded_year", next((year for text in texts_of(nodes, "foundingDate") if (year := year_in(text))), "")
    yield "employees", next((text for node in nodes if (text := _headcount(node.get("numberOfEmployees")))), "")
    yield "address", next((text for node in nodes if (text := _address(node.get("address")))), "")
    yield "pricing", clean(next(iter(texts_of(nodes, "priceRange")), ""), _MAX_VALUE)


def _headcount(value: Any) -> str:
    """Formats a number of employees, or a range such as "10-50"; an empty text for other values."""
    if isinstance(value, dict):
        ends = [value.get("minValue"), value.get("maxValue")]
        return (
            "-".join(_headcount(end) for end in ends) if all(map(_headcount, ends)) else _headcount(value.get("value"))
        )
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e9:
        value = int(value)
    text = clean(str(value), 20) if isinstance(value, str) or (type(value) is int and abs(value) < 10**9) else ""
    return text if text[:1].isdigit() and text != "0" else ""


def _address(value: Any) -> str:
    """Formats a postal address, given as text or in parts, as one line."""
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, str):
        return clean(value, MAX_ADDRESS)
    if not isinstance(value, dict) or not value.get("streetAddress"):
        return ""
    parts = [text for name in _ADDRESS for text in texts_of([value], name)[:1]]
    return clean(", ".join(dict.fromkeys(parts)), MAX_ADDRESS)
