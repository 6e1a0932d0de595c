"""Phrases in the titles of the classification, with the activity that each title is about.

"Manufacture of bolts, nuts and rivets (e.g. screws)" has three goods and an example, all with the activity `make`.
Exclusions in titles ("except ...") are ignored.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

#: Precision of a phrase for its code: the whole title, one of several things, or an example.
WHOLE, PART, EXAMPLE = range(3)

_ACTIVITIES = (
    ("wholesale", r"wholesale (?:trade )?of (?:a variety of )?"),
    ("retail", r"retail sale (?:of|via|in) "),
    ("rent", r"(?:renting|rental|leasing)(?: and leasing)? of "),
    ("install", r"installation(?: and erection)? of "),
    ("train", r"training courses for "),
    ("research", r"research and experimental development on "),
    ("publish", r"publishing of "),
    ("farm", r"growing of "),
    ("repair", r"(?:repair|repair and maintenance|repair and restoration|maintenance) (?:of|\(.*?\) of) "),
    ("make", r"(?:manufacture|building|production)(?:(?: and|/)\s?(?:repair|repairing|assembly|processing))? of "),
    ("make", r"(?:processing|processing and preserving|casting|assembly and testing|canning and preserving) of "),
)
_ACTIVITY = [(facet, re.compile(pattern)) for facet, pattern in _ACTIVITIES]
_EXCEPT = r"(?:except|excluding|other than|not in connection with|without)"
_LEFT_OUT = re.compile(rf"\({_EXCEPT}\b[^()]*\)|\b{_EXCEPT}\b[^;()]*|\bn\.e\.c\b\.?|\be\.g\.")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_BETWEEN = re.compile(r"[,;/()]|\band/or\b|\band\b|\bor\b|\bincluding\b|:| - ")


class TitlePhrase(NamedTuple):
    """A phrase of a title, its activity (`""` for none) and its precision."""

    phrase: str
    facet: str
    rank: int


def title_phrases(title: str) -> Iterator[TitlePhrase]:
    """Yields the phrases of a title."""
    text = _LEFT_OUT.sub(" ", title.lower())
    examples = _BRACKETS.findall(text)
    main = _BRACKETS.sub(" ", text).strip()
    facet, about = _activity(main)
    parts = [part for part in map(str.strip, _BETWEEN.split(about)) if part]
    whole = about.strip(" ,;")
    yield TitlePhrase(whole, facet, WHOLE)
    if len(parts) > 1:
        for part in parts:
            yield TitlePhrase(part, facet, PART)
    for example in examples:
        for part in _BETWEEN.split(example):
            if part := part.strip():
                yield TitlePhrase(part, facet, EXAMPLE)


def _activity(text: str) -> tuple[str, str]:
    for facet, pattern in _ACTIVITY:
        if found := pattern.match(text):
            return facet, text[found.end() :]
    return "", text
