"""Guesses industries from words that occur only in titles, for texts that name no industry plainly.

Titles within one division are an answer; others are suggestions to ask back with.
"""

from collections import Counter
from collections.abc import Sequence

from industries.language.lexicon import Lexicon
from industries.language.phrases import Kind, Phrase
from industries.language.spelling import Speller
from industries.ssic.hierarchy import LEVELS, Hierarchy, VersionedCode

#: Maximum number of suggestions.
CHOICES = 5

#: Similarity at which the industry of a known word is suggested.
NEAR = 0.7

#: Maximum number of unknown words looked up for suggestions.
MOST_LOOKUPS = 6


class Guesser:
    """Guesses from words that occur only in titles."""

    def __init__(self, hierarchy: Hierarchy, lexicon: Lexicon, speller: Speller) -> None:
        self._hierarchy = hierarchy
        self._lexicon = lexicon
        self._speller = speller

    def guess(self, phrases: Sequence[Phrase]) -> tuple[list[VersionedCode], list[VersionedCode]]:
        """Returns the codes that the words agree on, and suggestions if they do not agree."""
        words = [
            phrase.word.text
            for phrase in phrases
            if phrase.kind is Kind.OTHER and phrase.word.text not in self._lexicon.ordinary
        ]
        wanted = {facet for phrase in phrases if phrase.kind is Kind.ACTIVITY for facet in phrase.facets}
        holding = [self._lexicon.by_word[word] for word in words if word in self._lexicon.by_word]
        if not holding:
            return [], self._near(words)
        shared = set.intersection(*(set(each) for each in holding)) or set(sorted(holding, key=len)[0])
        facets = {facet for facet, _ in shared}
        for preferred in (wanted, {""}, {"make"}):
            if preferred & facets:
                shared = {each for each in shared if each[0] in preferred}
                break
        found = self._hierarchy.topmost(sorted((key for _, key in shared), key=self._rank))
        divisions = {key.code[:2] for key in found}
        return (found, []) if len(divisions) == 1 else ([], found[:CHOICES])

    def _near(self, words: Sequence[str]) -> list[VersionedCode]:
        """Returns the industries of the known words most similar to the unknown ones."""
        likely: Counter[VersionedCode] = Counter()
        for word in words[:MOST_LOOKUPS]:
            found = self._speller.nearest(word, NEAR)
            meaning = self._lexicon.phrases.get(frozenset({found[0]})) if found else None
            if meaning is not None and not meaning.is_everyday:
                likely.update(meaning.facets[""])
        return self._hierarchy.topmost(key for key, _ in likely.most_common(CHOICES))

    def _rank(self, key: VersionedCode) -> tuple[int, str, str]:
        code = self._hierarchy.get(key)
        return (LEVELS.index(code.level) if code else len(LEVELS), key.code, key.version)
