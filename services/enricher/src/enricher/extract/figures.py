"""Finds figures in prose: number of employees, year of foundation, prices."""

import re
from collections.abc import Iterator, Set

from enricher.extract.facts import FAIR, LIKELY, Fact, join_values
from enricher.pages.documents import Document, Link, clean
from enricher.pages.kinds import Kind, kind_of

_ABOUT = r"(?:(?:about|over|around|some|nearly|approximately|more than|at least) ){0,1}"
_COUNT = r"(\d{1,3}(?:,\d{3}){1,2}|\d{1,6})(?!\w|[.,]\d)\+?"
_PEOPLE = re.compile(
    rf"\b(?:team|staff|workforce|crew|headcount|family) of {_ABOUT}{_COUNT}"
    rf"|\b(?:employs?|employing) {_ABOUT}{_COUNT}"
    rf"|(?<![\w.,]){_COUNT} (?:(?:full-time|dedicated|skilled|experienced|qualified|trained) )?"
    r"(?:employees|staff|team members|workers|-strong|strong team)\b",
    re.IGNORECASE,
)
_YEAR = r"((?:18|19|20)\d\d)(?![\w-]|[.,]\d)"
_FOUNDED = re.compile(
    rf"\b(?:founded|established|incorporated|started|set up|began|inception)"
    rf"(?: (?:business|operations|trading)){{0,1}}(?: (?:in|since)){{0,1}}(?: the year){{0,1}} {_YEAR}",
    re.IGNORECASE,
)
_SINCE = re.compile(rf"\b(?:since|est\.?|estd\.?) {_YEAR}", re.IGNORECASE)
_A_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_PRICE = re.compile(
    r"(?:\bfrom )?(?:S\$|US\$|\bSGD|\bUSD|\$) ?\d[\d,]{0,9}(?:\.\d\d?)?(?!\d)"
    r"(?: ?(?:/|per) ?(?:month|mo|year|yr|user|hour|day|unit|pax|person|seat)\b){0,2}",
    re.IGNORECASE,
)
_MOST_PRICES = 5
_AROUND = 100


def year_in(text: str) -> str:
    """The first year in a text, or an empty text."""
    found = _A_YEAR.search(text[:100])
    return found[0] if found else ""


def figure_facts(page: Document) -> Iterator[Fact]:
    """Finds the number of employees and the year of foundation, with quotes."""
    if match := _PEOPLE.search(page.text):
        count = next(group for group in match.groups() if group).replace(",", "")
        if int(count):
            yield Fact("employees", count, page.url, "page", LIKELY, quote_around(page.text, match))
    if match := _FOUNDED.search(page.text):
        yield Fact("founded_year", match[1], page.url, "page", LIKELY, quote_around(page.text, match))
    elif match := _SINCE.search(page.text):
        yield Fact("founded_year", match[1], page.url, "page", FAIR, quote_around(page.text, match))


def price_facts(page: Document, linked: Set[Kind]) -> Iterator[Fact]:
    """Finds prices on a pricing page, and notes that one of the `linked` pages is a pricing page."""
    if kind_of(Link(page.url, "")) is Kind.PRICING:
        prices = [clean(match[0], 40) for match, _ in zip(_PRICE.finditer(page.text), range(20), strict=False)]
        if prices:
            yield Fact("pricing", join_values([*dict.fromkeys(prices)][:_MOST_PRICES]), page.url, "page", LIKELY)
    if Kind.PRICING in linked:
        yield Fact("pricing", "has a pricing page", page.url, "page", FAIR)


def quote_around(text: str, match: re.Match[str]) -> str:
    """Quotes the match with the words around it on its line."""
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    end = len(text) if end < 0 else end
    if match.start() - start > _AROUND:
        start = text.find(" ", match.start() - _AROUND, match.start()) + 1 or match.start()
    if end - match.end() > _AROUND:
        end = text.rfind(" ", match.end(), match.end() + _AROUND)
        end = match.end() if end < 0 else end
    return text[start:end].strip()
