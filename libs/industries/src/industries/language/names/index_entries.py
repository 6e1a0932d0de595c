"""Phrases in the entries of the official alphabetical index, with the activity that each entry is about.

"Slipper, rubber, manufacturing" is the goods "rubber slipper" with the activity `make`.
"""

import re
from collections.abc import Iterator

from industries import vocabulary
from industries.language.text.words import folded_words, normalise

#: Activities with goods; any other is a part of the name ("fashion design").
_FACETS = frozenset({"make", "wholesale", "retail", "repair", "rent", "install", "farm", "publish"})
_EXCEPT = re.compile(r"\b(?:except|excluding|other than|not|without|own account|including|for|with)\b")


def index_phrases(entry: str) -> Iterator[tuple[list[str], str]]:
    """Yields the folded words of an entry and its activity (`""` for none); nothing for one with an exception."""
    if _EXCEPT.search(entry):
        return
    words = folded_words(normalise(entry))
    activities = vocabulary.activities()
    facet = ""
    while len(words) > 1 and (last := activities.get(words[-1])) and last.facets[0] in ({facet} if facet else _FACETS):
        facet = last.facets[0]
        words.pop()
    if words:
        yield words, facet
