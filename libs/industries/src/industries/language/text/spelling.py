"""Corrects misspelt, split and joined words: "manufacturin", "ware housing", "carrental".

Known words and words of fewer than five letters are never changed; other words become the nearest known word if it is
similar enough and at most MOST_SLIPS typing errors away. Measure and threshold: docs/adr/0009-words-to-codes.md.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from industries.language.text.words import Word

#: Minimum length of words to correct.
SHORTEST = 5

#: Minimum similarity of a correction (measured in ADR 0009).
THRESHOLD = 0.75

#: Maximum number of typing errors in a word to correct: a word with more is another word, which is asked back about.
MOST_SLIPS = 2

#: A text with more unknown words is not corrected: it is noise, and the work must be bounded.
MOST_UNKNOWN = 12

#: First letters that sound alike. Other typing errors are rare in the first letter, except for two swapped letters.
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

#: What stands behind these, until the next comma or little word, is the name of a street: "along Keong Saik".
_INTO_A_STREET = frozenset({"along", "near", "opposite", "beside", "nearby"})

#: Endings that form another word, and are no typing errors.
_ENDINGS = ("ed", "ing", "ly", "ally", "able", "ible", "ness", "ful", "ive", "ised", "ising", "ically", "ment")

#: Endings that leave an everyday word an everyday word.
_FORMS = ("ing", "ed", "er", "ly", "ness", "able", "less")
_SHORT_VOWEL = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")


class Corrected(NamedTuple):
    """The corrected words, and their similarity to the written ones; 1.0 if nothing was changed."""

    words: list[Word]
    nearness: float


class Speller:
    """Corrects unknown words to known ones."""

    def __init__(
        self,
        known: Iterable[str],
        everyday: Iterable[str],
        rare: Container[str],
        joinable: Iterable[str],
        endings: Iterable[str],
        adjacent: Container[tuple[str, str]],
        is_phrase: Callable[[Sequence[str]], bool],
        verbs: Mapping[str, str],
    ) -> None:
        """`rare` words are known, but no other word becomes one of them. `verbs` have their nouns."""
        self._agents = verbs
        self._known = frozenset(known)
        self._everyday = frozenset(everyday)
        self._joinable = frozenset(word for word in joinable if len(word) >= 3)
        self._endings = frozenset(endings)
        self._adjacent = adjacent
        self._is_phrase = is_phrase
        self._by_start: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= SHORTEST - 1 and word.isalpha() and word not in rare:
                self._by_start[word[0], len(word)].append(word)

    def correct(self, words: list[Word]) -> Corrected:
        """Joins, splits and corrects unknown words; agents become their trade. Known words are not changed."""
        words = self._join(words)
        unknown = sum(1 for word in words if self._is_unknown(word.text))
        if not unknown or unknown > MOST_UNKNOWN:
            return Corrected(words, 1.0)
        right: list[Word] = []
        nearness = 1.0
        before: Sequence[str] = ()
        is_place = False
        for word in words:
            is_place = (is_place and word.is_tight) or not _INTO_A_STREET.isdisjoint(before)
            before = (*word.before, word.text)
            if word.is_plural and word.text not in self._known and (agent := self._activity_of(word.text)):
                right.append(word._replace(text=agent))
            elif not self._is_unknown(word.text) or is_place:
                right.append(word)
            elif agent := self._activity_of(word.text):
                right.append(word._replace(text=agent))
            elif parts := self._split(word.text):
                right += [word._replace(text=parts[0]), Word(parts[1], is_plural=word.is_plural)]
            elif (found := self.nearest(word.text)) and OSA.distance(word.text, found[0]) <= MOST_SLIPS:
                right.append(word._replace(text=found[0]))
                nearness = min(nearness, found[1])
            else:
                right.append(word)
        return Corrected(right, nearness)

    def nearest(self, word: str, threshold: float = THRESHOLD) -> tuple[str, float] | None:
        """Returns the most similar known word and its similarity, or `None` if none is similar enough."""
        if len(word) < SHORTEST:
            return None
        likely = [
            each
            for first in dict.fromkeys((word[0], word[1], *_ALIKE.get(word[0], "")))
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
        return len(word) >= SHORTEST and word.isalpha() and not self._is_known(word)

    def _is_known(self, word: str) -> bool:
        return word in self._known or word in self._everyday or self._is_form(word)

    def _is_form(self, word: str) -> bool:
        """Returns whether a word is an everyday word with a regular ending: "placing", "planned", "publicly"."""
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
                is_split = together in self._joinable and (first.text, word.text) not in self._adjacent
                if is_split:
                    joined[-1] = first._replace(text=together, is_plural=word.is_plural)
                    continue
            joined.append(word)
        return joined

    def _activity_of(self, word: str) -> str | None:
        """Returns the trade of an agent: plating of a "plater", installation of a "fitter"."""
        if not word.endswith(("er", "or")):
            return None
        activity, stem = f"{word[:-2]}ing", word[:-2]
        if activity in self._joinable:
            return activity
        verbs = (stem, f"{stem}e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem)
        return next((noun for verb in verbs if (noun := self._agents.get(verb)) in self._joinable), None)

    def _split(self, word: str) -> tuple[str, str] | None:
        for at in range(3, len(word) - 2):
            if word[:at] in self._joinable and word[at:] in self._known and self._is_compound(word[:at], word[at:]):
                return word[:at], word[at:]
        return None

    def _is_compound(self, first: str, second: str) -> bool:
        return self._is_phrase((first, second)) or second in self._endings


def _same_start(word: str, other: str) -> int:
    """Counts the equal letters at the start of two words."""
    return next((at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), len(word))


def _is_inflection(word: str, other: str) -> bool:
    """Returns whether two words differ only by their endings: "designed" is not a misspelt "designer"."""
    stems = {word[: -len(end)].removesuffix("e") for end in _ENDINGS if word.endswith(end) and len(word) > len(end) + 3}
    return any(other.removesuffix(end).removesuffix("e") in stems for end in (*_ENDINGS, "er", "or", "ion", "e", ""))
