"""Finds the company's own page at LinkedIn among a page's links and in its JSON-LD."""

import re
from collections.abc import Iterator

from enricher.extract.facts import CERTAIN, FAIR, Fact
from enricher.pages.documents import Document
from enricher.pages.schema_org.json_ld import own_organisations, texts_of

_COMPANY = re.compile(
    r"(?:https?:)?//(?:[a-z]{1,3}\.)?linkedin\.com/(company|school|showcase)/([^/?#\s\"<>]{1,150})", re.IGNORECASE
)
#: LinkedIn's own page, and what templates leave behind.
_NOBODY = frozenset({"linkedin", "company", "yourcompany", "your-company", "company-name", "companyname"})


def linkedin_page(url: str) -> str | None:
    """Normalises the URL of a company's page; `None` for people, posts and share links."""
    found = _COMPANY.match(url.strip())
    if found is None or found[2].lower() in _NOBODY:
        return None
    return f"https://www.linkedin.com/{found[1].lower()}/{found[2].lower()}"


def linkedin_facts(page: Document) -> Iterator[Fact]:
    """Finds the linked company page. If there are several, the first is less certain: some may be other companies'."""
    declared = [found for url in texts_of(own_organisations(page), "sameAs") if (found := linkedin_page(url))]
    if declared:
        yield Fact("linkedin", declared[0], page.url, "schema.org", CERTAIN)
    linked = list(dict.fromkeys(found for link in page.links if (found := linkedin_page(link.url))))
    if linked:
        yield Fact("linkedin", linked[0], page.url, "page", CERTAIN if len(linked) == 1 else FAIR)
