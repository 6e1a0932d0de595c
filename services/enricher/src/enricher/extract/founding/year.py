"""Finds the year in which a company was founded. No year is better than a wrong one."""

import re
from collections.abc import Iterable

from enricher.extract.facts import LIKELY
from enricher.extract.founding.labels import labelled_years
from enricher.extract.founding.languages import HAN_DIGITS, years_in_other_languages
from enricher.extract.founding.sentences import SHORTEST, is_subject, stated_years
from enricher.extract.founding.since import anniversary_years, years_since
from enricher.extract.founding.words import A_YEAR
from enricher.extract.own_words import compacted, sentence_around

_INCORPORATED = re.compile(r"incorporated", re.IGNORECASE)
_LONGEST_HEADING = 80
_ABOUT = re.compile(r"About (?:the )?(.{3,70})")


def founding_year(
    text: str, names: Iterable[str], *, is_about_others: bool = False
) -> tuple[str, float, re.Match[str]] | None:
    """Finds the year, its confidence and its quote; `names` are the company's. `None` if nothing states it.

    On a page that `is_about_others` (news, customers) only a sentence that begins with the company's name counts, or
    the part below "About Acme".
    """
    text = text.replace(" | ", "\n").replace(" * ", "\n")
    if not A_YEAR.search(text) and not re.search(rf"[{HAN_DIGITS}]{{4}}年", text):
        return None
    names = list(names)
    if is_about_others:
        about = _about_part(text, names)
        stated = [
            *stated_years(about, names),
            *(it for it in stated_years(text, names) if is_subject(sentence_around(text, it[1])[0], names)),
        ]
        return (stated[0][0], LIKELY, stated[0][1]) if stated else None
    dated = "\n".join(line for line in text.split("\n") if A_YEAR.search(line))
    stated = list(stated_years(dated, names))
    first = next((it for it in stated if not _INCORPORATED.match(it[1]["verb"] or "")), stated[0] if stated else None)
    if first:
        return first[0], LIKELY, first[1]
    for find, said in (
        (labelled_years, text),
        (years_since, dated),
        (years_in_other_languages, text),
        (anniversary_years, dated),
    ):
        if found := next(iter(find(said, names)), None):
            return found
    return None


def _about_part(text: str, names: list[str]) -> str:
    """Returns the lines below "About Acme", which end an article."""
    lines = text.split("\n")
    for nth, line in enumerate(lines):
        head = _ABOUT.match(line)
        if head and len(line) <= _LONGEST_HEADING and any(it.startswith(compacted(head[1])[:SHORTEST]) for it in names):
            return "\n".join(lines[nth + 1 : nth + 3])
    return ""
