"""The script `leadgen-enricher-pages FILE`: prints as JSON what patterns find on saved pages, each page by itself.

FILE is a JSON list of pages, such as the labels of `leadgen enrichment eval`: `file` (beside FILE), `url`, `charset`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from enricher.crawl.http.decoding import text_of
from enricher.extract.facts import LISTS, merge, split_values
from enricher.extract.findings import Findings, extract
from enricher.pages.documents import parse_html
from enricher.pages.placeholders import placeholder_of


def main() -> None:
    """The console script."""
    place = Path(sys.argv[1])
    pages: list[dict[str, Any]] = json.loads(place.read_text(encoding="utf-8-sig"))
    found = [values_of((place.parent / it["file"]).read_bytes(), it["url"], it.get("charset")) for it in pages]
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


def values_of(content: bytes, url: str, charset: str | None = None) -> dict[str, list[str]]:
    """Returns the values on a page by field; none on a placeholder."""
    document = parse_html(url, text_of(content, charset))
    return (
        {} if placeholder_of(document) else {name: values for name, values in _by_field(extract([document])) if values}
    )


def _by_field(found: Findings) -> Iterator[tuple[str, list[str]]]:
    for kind in ("email", "phone"):
        yield f"{kind}s", [contact.value for contact in found.contacts if contact.kind == kind]
    yield "people", [f"{person.name} | {person.title}" for person in found.people]
    yield "careers", ["yes"] if found.has_careers else []
    yield "title", [found.title] if found.title else []
    for name, fact in merge(found.facts).items():
        yield name, split_values(fact.value) if name in LISTS else [fact.value]
