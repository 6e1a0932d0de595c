"""Finds names and titles near each other in a sentence: "Ana, who runs the shop as Managing Director".

A sentence is cut into names, titles and the words between. A pair counts if these are a comma or a bracket, link words
("is", "our", "joined as"), or a clause that ends with one; not if a name stands between, if a title is of another
company, or if it is a past one.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from enricher.extract.line_memo import MOST_LINES
from enricher.extract.persons.past import has_left
from enricher.extract.persons.prose.near_links import (
    PAST,
    field_behind,
    has_other_title,
    is_elsewhere,
    is_of_company,
    is_possessed,
    links,
)
from enricher.extract.persons.prose.near_spans import people_between, titles_in
from enricher.extract.persons.prose.wording import STRANGERS

_TOKEN = re.compile(r"[^\W_](?:[\w’'&/-]|\.(?=\w))*\.?|[,;:()|–—.!?“”„\"&]")
#: Strangers, and signs that somebody is quoted.
_OUTSIDERS = STRANGERS | {"said", "says", "according", "“", "„", '"'}
#: The end of a sentence, and of no "Dr.".
_ENDED = re.compile(
    r"(?!(?:mrs|mdm|prof|capt|rev|mohd|muhd|abd|pte|ltd|inc|bhd|dept|hon|assoc|jln|ext)\.)[^\W\d_]{3,}\.", re.IGNORECASE
)
_BEFORE = 3
_BEHIND = 9  # tokens
_ENDINGS = frozenset(".!?;|")
#: A nickname or another short quotation: Ana "Annie" Cruz.
_ASIDE = re.compile(r"\s?[\"“'‘][A-Z][\w’'-]{1,15}(?: [A-Z][\w-]{1,15})?[\"”'’](?=[\s,.])")
#: A first name alone at the beginning of a sentence.
_ALONE = re.compile(r"(?:^|[.;,] (?:and )?|[Tt]oday |and )[A-Z][a-z]{2,15}(?:,| [a-z]{2,12}\b)")
_FEWEST = 3  # tokens
_MOST_TOKENS = 400


def near_pairs(line: str, names: Iterable[str], text: str, *, is_news: bool = False) -> tuple[tuple[str, str], ...]:
    """Returns the names with their titles in a line's sentences. `names` are the company's, compacted.

    A first name alone stands for the full name that the page's `text` has before or after it. In its own news, the
    company's people are quoted.
    """
    if _ALONE.search(line):  # it depends on the page, whose text is not to be remembered with the line
        return _near(line, frozenset(names), text, is_news)
    return _near_without_text(line, frozenset(names), is_news)


@lru_cache(MOST_LINES)
def _near_without_text(line: str, names: frozenset[str], is_news: bool) -> tuple[tuple[str, str], ...]:
    return _near(line, names, "", is_news)


def _near(line: str, names: frozenset[str], text: str, is_news: bool) -> tuple[tuple[str, str], ...]:
    line = _ASIDE.sub("", line)
    own, outside = list(names), STRANGERS if is_news else _OUTSIDERS
    found: list[tuple[str, str]] = []
    sentence: list[str] = []
    for token in [*_TOKEN.findall(line)[:_MOST_TOKENS], "."]:
        is_end = token in _ENDINGS or _ENDED.fullmatch(token) is not None
        if not is_end:
            sentence.append(token)
            continue
        if len(token) > 1:
            sentence.append(token[:-1])
        if len(sentence) >= _FEWEST:
            found += _pairs(sentence, own, text, outside)
        sentence = []
    return tuple(found)


def _pairs(tokens: list[str], own: list[str], text: str, outside: frozenset[str]) -> Iterator[tuple[str, str]]:
    titles = list(titles_in(tokens))
    taken = {nth for it in titles for nth in range(it.start, it.end)}
    spans = sorted((*titles, *(people_between(tokens, taken, text) if titles else ())), key=lambda it: it.start)
    used: set[int] = set()
    for nth, (one, other) in enumerate(pairwise(spans)):
        if one.is_title == other.is_title or nth in used:
            continue
        title, person = (one, other) if one.is_title else (other, one)
        before = tokens[max(0, one.start - _BEFORE) : one.start]
        if (
            links(tokens[one.end : other.start], is_title_first=one.is_title, own=own)
            and not (
                one.is_title
                and not is_of_company(title, before, own, is_news=outside is STRANGERS)
                and not (before[-1:] == ["and"] and nth - 1 in used)  # "Manager Ana Cruz and director Ben Low"
            )
            and not is_elsewhere(tokens[title.end :], own)
            and not (one.is_title and has_other_title(tokens[other.end :], own))
            and not has_left(" ".join(tokens[other.end :][:_BEHIND]))
            and PAST.isdisjoint(it.lower() for it in (before[:-2] if before[-2:] == ["succeeded", "by"] else before))
            and outside.isdisjoint(it.lower() for it in tokens[: one.start])
            and not is_possessed(tokens[max(0, title.start - _BEFORE) : title.start], own)
        ):
            used.add(nth + 1)
            yield person.words, title.words + field_behind(tokens[title.end :])
