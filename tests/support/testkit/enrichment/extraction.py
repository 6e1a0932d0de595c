"""Telephones and people that the enricher extracts from one page of a made-up company."""

from enricher.extract.findings import extract
from enricher.pages.documents import parse_html


def phones_on(body: str, domain: str = ".com.sg") -> set[str]:
    """Extracts the telephones of a company's contact page, at a domain that ends so."""
    page = parse_html(f"https://harbourlift{domain}/contact", f"<title>Harbour Lift Pte Ltd</title>{body}")
    return {it.value for it in extract([page]).contacts if it.kind == "phone"}


def people_on(body: str, path: str) -> list[tuple[str, str]]:
    """Extracts the names and titles of a company's people from the page at that path, in order."""
    page = parse_html(f"http://valves.com.sg/{path}", f"<title>Valves Asia</title><h1>Valves and pipes</h1>{body}")
    return sorted((person.name, person.title) for person in extract([page]).people)
