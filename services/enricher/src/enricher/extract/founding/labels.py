"""Finds years beside labels: "Year of establishment: 1988", "1988" above "Founded"."""

import re
from collections.abc import Iterator
from itertools import islice

from enricher.extract.facts import LIKELY
from enricher.extract.founding.words import MOST, YEAR
from enricher.extract.own_words import has_others

_LABELS = (
    r"(?:(?:year|date) (?:of )?(?:founded|foundation|founding|established|establishment|incorporated|incorporation"
    r"|registration|commencement|we started|it began)|founded(?: in)?|established(?: in| since)?|est\.?"
    r"|incorporated|commenced"
    r"|business commenced|commencement|in business since|founding year|since|started(?: in)?|opened(?: in)?|founding"
    r"|year (?:started|opened)"
    r"|.{0,6}(?:創業|设立|設立|成立(?:时间|日期|年份)?|创立|創立)(?: (?:commenced|founded|established|incorporated))?"
    r"|gegründet|gründung|gründungsjahr|tahun (?:ditubuhkan|penubuhan)|ditubuhkan|penubuhan)"
)
_LABEL = re.compile(rf"{_LABELS}\s?[:：]?", re.IGNORECASE)
#: "Year of establishment: 1988".
_INLINE = re.compile(
    rf"(?:^|[|•·]\s){_LABELS}\s?[:：]\s?(?:[^\d\n]{{0,16}}|\d{{1,2}}[/.-]\d{{1,2}}[/.-]|\d{{1,2}} [A-Za-z]{{3,9}}"
    rf" )(?<!\d){YEAR}",
    re.IGNORECASE | re.MULTILINE,
)
_VALUE = re.compile(
    rf"^\W{{0,3}}(?:[^\d\n]{{0,20}}|.{{0,16}}[(/.-])?\s?(?<!\d){YEAR}|^(?:\W{{0,3}}|.{{0,10}}[（(])((?:18|19|20)\d\d)年"
)
_ONLY_YEAR = re.compile(r"(?:18|19|20)\d\d")
_AFTER_YEAR = re.compile(
    r"(?:we were |company |the company |was )?(?:founded|established|started|incorporated|born)\b", re.IGNORECASE
)
#: A milestone below its year: "Lim Ah Seng founds the company", "The company is incorporated".
_MILESTONE = re.compile(
    r"(?:[A-Z][\w’'-]{1,20} ){1,4}(?:[a-z][\w’'-]{0,15} ){0,8}(?:founds?|founded|starts?|started|sets? up"
    r"|establish(?:es|ed)) (?:the|our) (?:company|firm|business|school|practice)\b(?! [A-Z])"
    r"|(?i:the|our) (?:company|firm|business|group) (?:is|was) (?:founded|established|incorporated|set up"
    r"|formed|born)\b",
)
#: "2005: Founded in Geylang", "2005 Company established", "Year founded 2005".
_ONE_LINE = re.compile(
    rf"^{YEAR}\s?[:–—-]?\s(?:(?:the |our )?(?:company|firm|business) (?:is |was )?(?:established|set up|started|founded"
    r"|incorporated)|founded|incorporated)(?=$|[.,]| (?:in|as|by|with)\b)"
    rf"|^(?:year|date) (?:founded|established|of establishment|of incorporation) {YEAR}$",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_LABEL = 40


def labelled_years(text: str, _: list[str]) -> Iterator[tuple[str, float, re.Match[str]]]:
    """Yields the years beside labels: in the next line of a table, or above the label of a figure."""
    lines = text.split("\n")
    found: list[tuple[str, float, re.Match[str]]] = []
    dated = [nth for nth, line in enumerate(lines) if _ONLY_YEAR.search(line)]
    for nth in sorted({it + way for it in dated for way in (-1, 1)}):  # a year is just below its label, or above
        line = lines[nth] if 0 <= nth < len(lines) else ""
        if not line or len(line) > _LONGEST_LABEL:
            continue
        below = lines[nth + 1][:40] if nth + 1 < len(lines) else ""
        above = lines[nth - 1] if nth else ""
        if _LABEL.fullmatch(line):
            if (value := _VALUE.search(below)) and len(below) <= _LONGEST_LABEL:
                found.append((value[1] or value[2], LIKELY, value))
            elif _ONLY_YEAR.fullmatch(above) and (value := _VALUE.search(above)):
                found.append((value[1], LIKELY, value))
        elif _ONLY_YEAR.fullmatch(above) and _AFTER_YEAR.match(line) and not has_others(line.partition(" by ")[0]):
            found += [(value[1], LIKELY, value) for value in _VALUE.finditer(above)]
    for nth in dated:
        below = lines[nth + 1] if nth + 1 < len(lines) else ""
        if _ONLY_YEAR.fullmatch(lines[nth]) and _MILESTONE.match(below) and (value := _VALUE.search(lines[nth])):
            found.append((value[1], LIKELY, value))
    found += [(match[1] or match[2], LIKELY, match) for match in islice(_ONE_LINE.finditer(text), MOST)]
    found += [(match[1], LIKELY, match) for match in islice(_INLINE.finditer(text), MOST)]
    yield from sorted(found, key=lambda it: it[0])[:1]
