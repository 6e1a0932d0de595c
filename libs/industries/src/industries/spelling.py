"""Misspelt, split and joined words, put right in the process: "manufacturin", "ware housing", "carrental".

A word that is known is never touched, nor one of less than five letters; of the others the nearest known word is taken
if it is near enough. Which measure and threshold: docs/adr/0009-words-to-codes.md.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from industries.words import Word

#: Letters that a word must have to be corrected.
SHORTEST = 5

#: Of letters that are right at least: the share that a correction needs (ADR 0009 measures it).
THRESHOLD = 0.75

#: Unknown words of one text that are looked at. A text with more is noise, and the work has to be bounded.
MOST_UNKNOWN = 12

#: First letters that sound alike. Slips are seldom in the first letter, but for two letters that changed places.
_ALIKE = {
    "c": "ksq",
    "k": "cq",
    "s": "cp",
    "f": "p",
    "p": "f",
    "j": "g",
    "g": "j",
    "i": "e",
    "e": "ia",
    "a": "e",
    "v": "w",
}

#: Endings that make another word of a word, and none that a slip makes.
_ENDINGS = ("ed", "ing", "ly", "ally", "able", "ible", "ness", "ful", "ive", "ised", "ising", "ically", "ment")

#: Endings with which an everyday word is one still.
_FORMS = ("ing", "ed", "er", "ly", "ness", "able", "less")
_SHORT_VOWEL = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")


class Corrected(NamedTuple):
    """The words as they were meant, and how near they are to what was written, 1.0 when nothing was changed."""

    words: list[Word]
    nearness: float


class Speller:
    """Knows words, and which one an unknown word was meant to be."""

    def __init__(
        self,
        known: Iterable[str],
        everyday: Iterable[str],
        joinable: Iterable[str],
        endings: Iterable[str],
        apart: Container[tuple[str, str]],
        is_phrase: Callable[[Sequence[str]], bool],
    ) -> None:
        self._known = frozenset(known)
        self._everyday = frozenset(everyday)
        self._joinable = frozenset(word for word in joinable if len(word) >= 3)
        self._endings = frozenset(endings)
        self._apart = apart
        self._is_phrase = is_phrase
        self._by_start: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= SHORTEST - 1 and word.isalpha():
                self._by_start[word[0], len(word)].append(word)

    def put_right(self, words: list[Word]) -> Corrected:
        """Joins, splits and corrects what is not known. Words known are left as they are."""
        words = self._join(words)
        unknown = sum(1 for word in words if self._is_unknown(word.text))
        if not unknown or unknown > MOST_UNKNOWN:
            return Corrected(words, 1.0)
        right: list[Word] = []
        nearness = 1.0
        for word in words:
            if not self._is_unknown(word.text):
                right.append(word)
            elif parts := self._split(word.text):
                right += [word._replace(text=parts[0]), Word(parts[1], is_plural=word.is_plural)]
            elif found := self.nearest(word.text):
                right.append(word._replace(text=found[0]))
                nearness = min(nearness, found[1])
            else:
                right.append(word)
        return Corrected(right, nearness)

    def nearest(self, word: str, threshold: float = THRESHOLD) -> tuple[str, float] | None:
        """The known word that is nearest to an unknown one, and how near; None if none is near enough."""
        if len(word) < SHORTEST:
            return None
        likely = [
            each
            for first in {word[0], word[1], *_ALIKE.get(word[0], "")}
            for length in range(len(word) - 2, len(word) + 3)
            for each in self._by_start.get((first, length), ())
        ]
        found = [
            each
            for each in process.extract(word, likely, scorer=OSA.normalized_similarity, score_cutoff=threshold, limit=5)
            if not _is_inflection(word, each[0])
        ]
        best = max(found, key=lambda each: (each[1], _same_start(word, each[0])), default=None)
        return (best[0], best[1]) if best else None

    def _is_unknown(self, word: str) -> bool:
        return len(word) >= SHORTEST and word.isalpha() and word not in self._known and not self._is_form(word)

    def _is_form(self, word: str) -> bool:
        """Whether it is a known everyday word with a regular ending: "placing", "planned", "publicly"."""
        for end in _FORMS:
            stem = word.removesuffix(end)
            if len(stem) < 3 or stem == word:
                continue
            is_short = _SHORT_VOWEL.search(stem) is not None
            if stem + "e" in self._everyday or (stem in self._everyday and not (is_short and end[0] in "ei")):
                return True
            if stem[-1] == stem[-2] and stem[:-1] in self._everyday and _SHORT_VOWEL.search(stem[:-1]):
                return True
        return False

    def _join(self, words: list[Word]) -> list[Word]:
        joined: list[Word] = []
        for word in words:
            if joined and word.is_tight and len(joined[-1].text) + len(word.text) >= SHORTEST:
                first = joined[-1]
                together = first.text + word.text
                is_split = together in self._joinable and (first.text, word.text) not in self._apart
                if is_split:
                    joined[-1] = first._replace(text=together, is_plural=word.is_plural)
                    continue
            joined.append(word)
        return joined

    def _split(self, word: str) -> tuple[str, str] | None:
        for at in range(3, len(word) - 2):
            if word[:at] in self._joinable and word[at:] in self._known and self._is_compound(word[:at], word[at:]):
                return word[:at], word[at:]
        return None

    def _is_compound(self, first: str, second: str) -> bool:
        return self._is_phrase((first, second)) or second in self._endings


def _same_start(word: str, other: str) -> int:
    """How many letters are the same from the first on."""
    return next((at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), len(word))


def _is_inflection(word: str, other: str) -> bool:
    """Whether the words differ by their endings alone: "designed" is no misspelt "designer"."""
    stems = {word[: -len(end)].removesuffix("e") for end in _ENDINGS if word.endswith(end) and len(word) > len(end) + 3}
    return any(other.removesuffix(end).removesuffix("e") in stems for end in (*_ENDINGS, "er", "or", "ion", "e", ""))
