"""Finds the customers that a company names: in a sentence, or under a heading with names or logos."""

import re
from collections.abc import Iterator
from itertools import islice

from enricher.extract.facts import FAIR, LIKELY, Fact, join_values
from enricher.pages.documents import Document, clean

_MOST = 12
_SENTENCE = re.compile(
    r"\b(?:(?:customers|clients|clientele)(?: have)? (?:includes?|included|such as|like)"
    r"|trusted by|relied on by|(?:work|worked|working) with (?:clients|customers|brands|companies) (?:such as|like))"
    r":? ([^\n.!?;]{3,400})",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^(?:some of |a few of |meet |selected )?(?:trusted by(?: [a-z]{1,20}){0,3}"
    r"|(?:our )?(?:[a-z]{1,20} )?(?:customers|clients|clientele)|who we (?:serve|work with)|companies we work with):?$",
    re.IGNORECASE | re.MULTILINE,
)
#: Words of which such a sentence or heading has one: most pages have none.
_WORDS_OF_CUSTOMERS = (
    *("customers", "clients", "clientele", "trusted by", "relied on by", "brands", "companies", "who we "),
)
_SPLIT = re.compile(r", and |, | and | & (?=[A-Z])")
_NO_NAME = re.compile(r"[@/|:]|\d{5}")
_LOGO = re.compile(r"\b(?:client|customer|company)?[ _-]?logo\b|\.(?:png|jpe?g|svg|webp|gif)$", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]+")
_MOST_WORDS = 6
_MOST_HEADINGS = 10
_FEWEST_UNDER_HEADING = 2
#: Kinds of customers, which name nobody.
_SEGMENTS = frozenset(
    """
    residential commercial industrial institutional corporate government public private retail hospitality healthcare
    education marine offshore aerospace aviation automotive construction logistics manufacturing engineering
    semiconductor electronics pharmaceutical food beverage agriculture energy power utilities telecommunications
    banking finance financial insurance property hotels schools hospitals restaurants homeowners individuals families
    smes mncs startups enterprises others oil gas
    """.split()  # noqa: SIM905 # a paragraph of words reads better than a list
)
#: Lines under such a heading that are no names.
_NO_NAMES = re.compile(
    r"^(?:read|view|see|learn|show|more|all|next|previous|contact|get|about|home|our|what|why|how|image|photo)\b", re.I
)


def customer_facts(page: Document) -> Iterator[Fact]:
    """Lists a page's customers. Names in a sentence are surer than those under a heading."""
    lower = page.text.lower()
    if not any(word in lower for word in _WORDS_OF_CUSTOMERS):
        return
    if match := _SENTENCE.search(page.text):
        names = [name for part in _SPLIT.split(match[1])[:_MOST] if (name := _name(part))]
        if names:
            yield Fact("customers", join_values(names), page.url, "page", LIKELY, clean(match[0], 400))
    links = {link.words for link in page.links}
    for heading in islice(_HEADING.finditer(page.text), _MOST_HEADINGS):  # the first may be a menu's
        names = []
        for line in page.text[heading.end() + 1 : heading.end() + 2000].split("\n")[:_MOST]:
            name = _name(line)
            if not name or line in links or name.casefold() == heading[0].casefold():
                break
            names.append(name)
        if len(names) >= _FEWEST_UNDER_HEADING:
            quote = clean(f"{heading[0]} {' '.join(names)}", 400)
            yield Fact("customers", join_values(names), page.url, "page", FAIR, quote)
            return


def _name(text: str) -> str:
    """Returns the text if it looks like a name, else an empty text."""
    name = clean(_LOGO.sub(" ", text).strip(" ,.-"), 60)
    is_name = name[:1].isalnum() and not name[:1].islower() and len(name.split()) <= _MOST_WORDS
    is_segment = _SEGMENTS.issuperset(_WORDS.findall(name.lower()))
    return name if is_name and not is_segment and not _NO_NAME.search(name) and not _NO_NAMES.match(name) else ""
