"""Brings names of trades in other scripts into the words of this library: "找淡滨尼的餐馆" has no spaces to split at.

Each known name becomes a made-up word of Latin letters, which the vocabulary has too; words around it become English.
"""

import re
import unicodedata
from functools import cache

from industries import vocabulary

_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def latin(phrase: str) -> str:
    """Returns a phrase of the vocabulary in the form that `romanise` gives it."""
    if phrase.isascii():
        return phrase
    return "qz" + unicodedata.normalize("NFC", phrase).encode("utf-16-be").hex().translate(_LETTERS) + "qz"


def romanise(text: str) -> str:
    """Replaces known words in other scripts; the rest of the text stays."""
    if text.isascii():
        return text
    words, known = _known()
    return known.sub(lambda found: words[found[0]], unicodedata.normalize("NFC", text))


def is_foreign(word: str) -> bool:
    """Returns whether a word is of another script, and unknown."""
    return any(ord(letter) > LATIN for letter in word)


#: The last letter of the Latin, Greek and Cyrillic scripts, which have spaces between words.
LATIN = 0x052F


@cache
def _known() -> tuple[dict[str, str], re.Pattern[str]]:
    names = {each.phrase: f" {latin(each.phrase)} " for each in vocabulary.entries() if is_foreign(each.phrase)}
    around = {word: f" {english} " for word, english in vocabulary.other_scripts().items()}
    words = {unicodedata.normalize("NFC", word): latin_ for word, latin_ in (around | names).items()}
    longest_first = sorted(words, key=len, reverse=True)
    return words, re.compile("|".join(map(re.escape, longest_first)))
