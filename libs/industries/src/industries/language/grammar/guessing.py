"""Guesses industries from words that occur only in titles, for texts that name no industry plainly.

Titles within one division are an answer; others are suggestions to ask back with.
"""

from collections import Counter
from collections.abc import Sequence

from industries.language.names.lexicon import Lexicon
from industries.language.names.phrases import Kind, Phrase
from industries.language.text.spelling import Speller
from industries.ssic.hierarchy import LEVELS, Hierarchy, VersionedCode

#: Maximum number of suggestions.
CHOICES = 5

#: Similarities at which the industry of a known word is suggested: the first one that finds any.
NEAR = (0.7, 0.6)

#: Minimum length of a word that is looked for in others.
SHORTEST_PART = 4

#: Maximum number of unknown words looked up for suggestions.
MOST_LOOKUPS = 6


class Guesser:
    """Guesses from words that occur only in titles."""

    def __init__(self, hierarchy: Hierarchy, lexicon: Lexicon, speller: Speller) -> None:
        self._hierarchy = hierarchy
        self._lexicon = lexicon
        self._speller = speller
        self._trade_words = [word for word in sorted(lexicon.trade_words) if len(word) >= SHORTEST_PART]

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
        for threshold in NEAR:
            for word in words[:MOST_LOOKUPS]:
                if found := self._speller.nearest(word, threshold):
                    likely.update(self._industries_of(found[0]))
            if likely:
                break
        else:
            for word in words[:MOST_LOOKUPS]:
                likely.update(key for known in self._parts_of(word) for key in self._industries_of(known))
        return self._hierarchy.topmost(key for key, _ in likely.most_common(CHOICES))

    def _parts_of(self, word: str) -> Sequence[str]:
        """Returns the trade words that are a part of a word, or that it is a part of, longest first: "submarine"."""
        if len(word) < SHORTEST_PART or not word.isalpha():
            return ()
        found = (known for known in self._trade_words if known in word or word in known)
        return sorted(found, key=len, reverse=True)[:1]

    def _industries_of(self, word: str) -> Sequence[VersionedCode]:
        """Returns the industries of a known word: those that it names, else those whose titles contain it."""
        meaning = self._lexicon.phrases.get(frozenset({word}))
        if meaning is not None and not meaning.is_everyday:
            return meaning.facets[""]
        return () if word in self._lexicon.ordinary else [key for _, key in self._lexicon.by_word.get(word, ())]

    def _rank(self, key: VersionedCode) -> tuple[int, str, str]:
        code = self._hierarchy.get(key)
        return (LEVELS.index(code.level) if code else len(LEVELS), key.code, key.version)
