"""When nothing was plainly named: the titles that hold the words that are left, as an answer where they agree on one
division, else as choices to ask back with."""

from collections import Counter
from collections.abc import Sequence

from industries.hierarchy import LEVELS, Hierarchy, VersionedCode
from industries.lexicon import Lexicon
from industries.pieces import Kind, Piece
from industries.spelling import Speller

#: Choices that are offered.
CHOICES = 5

#: How near a word must be for its industry to be offered, though not answered.
NEAR = 0.7

#: Unknown words that are looked up for choices.
MOST_LOOKUPS = 6


class Guesser:
    """Makes the best of words that are in titles only."""

    def __init__(self, hierarchy: Hierarchy, lexicon: Lexicon, speller: Speller) -> None:
        self._hierarchy = hierarchy
        self._lexicon = lexicon
        self._speller = speller

    def guess(self, pieces: Sequence[Piece]) -> tuple[list[VersionedCode], list[VersionedCode]]:
        """The codes that the words agree on, and choices to offer where they do not."""
        words = [
            piece.word.text
            for piece in pieces
            if piece.kind is Kind.OTHER and piece.word.text not in self._lexicon.ordinary
        ]
        wanted = {facet for piece in pieces if piece.kind is Kind.ACTIVITY for facet in piece.facets}
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
        """The industries of the words that the unknown ones look most like."""
        likely: Counter[VersionedCode] = Counter()
        for word in words[:MOST_LOOKUPS]:
            found = self._speller.nearest(word, NEAR)
            meaning = self._lexicon.phrases.get(frozenset({found[0]})) if found else None
            if meaning is not None and not meaning.is_shy:
                likely.update(meaning.facets[""])
        return self._hierarchy.topmost(key for key, _ in likely.most_common(CHOICES))

    def _rank(self, key: VersionedCode) -> tuple[int, str, str]:
        code = self._hierarchy.get(key)
        return (LEVELS.index(code.level) if code else len(LEVELS), key.code, key.version)
