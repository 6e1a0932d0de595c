"""Finds figures in prose: number of employees, year of foundation, prices."""

import re
from collections.abc import Iterable, Iterator, Set
from itertools import islice

from enricher.extract.facts import FAIR, LIKELY, Fact, join_values
from enricher.extract.founding.year import founding_year
from enricher.extract.own_words import begins_with_nobody, initials_of, is_own_subject, names_of, sentence_around
from enricher.pages.documents import Document, Link, clean
from enricher.pages.kinds import Kind, kind_of
from enricher.pages.urls import path_of

_ABOUT = r"(?:(?:about|over|around|some|nearly|approximately|more than|at least) ){0,1}"
_COUNT = r"(\d{1,3}(?:,\d{3}){1,2}|\d{1,6})(?!\w|[.,]\d)\+?"
_PEOPLE = re.compile(
    rf"\b(?:team|staff|workforce|crew|headcount|family) (?:strength )?of {_ABOUT}{_COUNT}"
    rf"|\b(?:employs?|employing) {_ABOUT}{_COUNT}"
    rf"|\b(?:employees|no\.? of employees|number of employees|staff strength|headcount)\s?[:：]\s?{_ABOUT}{_COUNT}"
    rf"|(?<![\w.,])(?<!iso ){_COUNT} (?:(?:full-time|dedicated|skilled|experienced|qualified|trained) )?"
    r"(?:employees|staff|team members|workers|-strong|strong team)\b"
    r"|\b(\d{1,5})-strong (?:team|staff|workforce)\b"
    rf"|(?:^|(?<=\n)){_COUNT}\n(?:full-time )?(?:employees|staff|team members)(?=\n|$)"
    rf"|(?:^|(?<=\n)|(?<=\. )){_COUNT} people(?=, \d)"
    rf"|\bwe are (?:now )?(?:a team of )?{_ABOUT}{_COUNT} people\b"
    rf"|\b(?:mempunyai|seramai|dengan|memiliki) (?:kira-kira |lebih |sekitar )?{_COUNT} (?:orang )?"
    r"(?:kakitangan|pekerja|karyawan)\b"
    rf"|\bmit (?:rund |über |etwa )?{_COUNT} (?:Mitarbeiter|Mitarbeiterinnen|Mitarbeitern|Beschäftigten)\b"
    r"|(?<!客户)(?<!客戶)(?<!培训)(?<!培訓)(?:员工|員工|职员|職員)(?:人数|人數)?[约約：: ]{0,3}(\d{1,6})[余餘多]?[人名]"
    r"|従業員数?\s{0,3}[：:]?\s{0,2}(?:約)?(\d{1,6})[人名]",
    re.IGNORECASE,
)
#: Words of which such a count has one: most pages have none.
_WORDS_OF_PEOPLE = (
    *("people", "employ", "staff", "team", "strong", "worker", "workforce", "crew", "headcount", "family"),
    *("kakitangan", "pekerja", "karyawan", "mitarbeiter", "beschäftigten"),
    *("员工", "員工", "职員", "職員", "职员", "従業員"),
)
#: Sentences with these count other people: those served, housed or placed, or a customer's.
_NOT_EMPLOYED = re.compile(
    r"\b(?:trusted|used|loved|chosen|join|serv(?:e|ed|es|ing)|train(?:ed|s|ing)?|hous(?:e|ed|es|ing)|accommodat\w{1,5}|dormitor(?:y|ies)|plac(?:e|ed|es"
    r"|ing)|recruit(?:ed|s|ing)?"
    r"|outsourc\w{1,4}|suppl(?:y|ied|ies|ying)|deploy(?:ed|s|ing)?|provid(?:e|ed|es|ing)|clients?|customers?|their"
    r"|affiliat\w{1,4}|subsidiar\w{1,4}"
    r"|parent|principals?|companies|firms|plans?|up to|each|every|insur\w{1,5}|cover(?:s|ed|ing)?|help(?:ed|s|ing)?"
    r"|for|per|if|must|should|fewer|less|für|kunden|untuk|pelanggan)\b",
    re.IGNORECASE,
)
#: Words behind a count that make it another's, or a rate.
_NOT_THEIRS = re.compile(
    r"[\s,]{0,2}(?:per|each|a (?:day|year|month)|of (?:our|its|their) (?:clients?|customers?|parent)|in (?:our|the)"
    r" (?:care"
    r"|dormitor)|who(?:m)? we|or (?:fewer|less|more)|and (?:above|below|under))\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?<![a-z])(?:blogs?|news|articles?|posts?|insights?|press|stories)(?![a-z])")
_A_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_PRICE = re.compile(
    r"(?:\bfrom )?(?:S\$|US\$|\bSGD|\bUSD|\$) ?\d[\d,]{0,9}(?:\.\d\d?)?(?!\d)"
    r"(?: ?(?:/|per) ?(?:month|mo|year|yr|user|hour|day|unit|pax|person|seat)\b){0,2}",
    re.IGNORECASE,
)
_MOST_PRICES = 5
_AROUND = 100
_MOST_MATCHES = 20


def year_in(text: str) -> str:
    """Returns the first year in a text, or an empty text."""
    found = _A_YEAR.search(text[:100])
    return found[0] if found else ""


def figure_facts(page: Document) -> Iterator[Fact]:
    """Finds the number of employees and the year of foundation that the page states about the company itself.

    Pages of news and of customers are about others, but for what is said of the company by its name.
    """
    is_about_others = kind_of(Link(page.url, "")) in (Kind.NEWS, Kind.CUSTOMERS) or _ARTICLE.search(
        path_of(page.url).lower()
    )
    names = names_of(page) | initials_of(page)
    if not is_about_others:
        yield from _employees(page, names)
    text = f"{page.text}\n{page.title}\n{page.description}"
    found = founding_year(text, names, is_about_others=bool(is_about_others))
    if found:
        year, confidence, match = found
        yield Fact("founded_year", year, page.url, "page", confidence, quote_around(match.string, match))


def _employees(page: Document, names: frozenset[str]) -> Iterator[Fact]:
    lower = page.text.lower()
    if not any(word in lower for word in _WORDS_OF_PEOPLE):
        return
    for match in islice(_PEOPLE.finditer(page.text), _MOST_MATCHES):
        count = next(group for group in match.groups() if group).replace(",", "")
        before, after = sentence_around(page.text, match)
        if int(count) and _are_employed(before, match[0], after, names):
            yield Fact("employees", count, page.url, "page", LIKELY, quote_around(page.text, match))
            return


def _are_employed(before: str, said: str, after: str, names: Iterable[str]) -> bool:
    """True if the sentence counts the company's own people."""
    if _NOT_EMPLOYED.search(before) or _NOT_THEIRS.match(after):
        return False
    if is_own_subject(before, names) or re.search(r"\bour\b", before, re.IGNORECASE):
        return True
    return len(before.split()) <= 3 and begins_with_nobody(before) and not re.search(r"\bworkers\b", said, re.I)


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
