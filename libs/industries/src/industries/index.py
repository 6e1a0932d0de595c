"""What people call an industry, turned into codes of the classification.

The rule: an answer is either plainly meant or not given. All is in memory; the work on a text is bounded by its first
LONGEST_TEXT characters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common.contracts import Industry
from industries import exclusions, vocabulary
from industries.dealing import Dealing
from industries.founding import founding
from industries.guessing import Guesser
from industries.hierarchy import LEVELS, Code, Hierarchy, VersionedCode
from industries.lexicon import COMPANIES, Lexicon
from industries.numbers import Numbers
from industries.pieces import Piece, pieces
from industries.reading import ROLES, Said, read
from industries.spelling import Speller
from industries.words import marked, plain

__all__ = ["Code", "IndustryIndex", "Resolution", "VersionedCode"]

#: Terms of one request that are looked at.
MOST_TERMS = 50


@dataclass(frozen=True, slots=True)
class Resolution:
    """What terms came to. `codes` are all five-digit codes beneath `industries` less those beneath `excluded`."""

    industries: tuple[Industry, ...] = ()
    excluded: tuple[Industry, ...] = ()
    codes: tuple[VersionedCode, ...] = ()
    #: 0..1: 1 for codes and whole titles, less for words of the trade, less for corrected spellings, 0 for nothing.
    confidence: float = 0.0
    #: The nearest industries, to be offered as choices; only when nothing was resolved.
    suggestions: tuple[Industry, ...] = ()
    #: The first year of foundation that is wanted.
    founded_since: int | None = None


class IndustryIndex:
    """The classification, in one version or several side by side, made ready for questions. It never changes."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self._hierarchy = Hierarchy(codes)
        self._lexicon = Lexicon(self._hierarchy)
        self._dealing = Dealing(self._hierarchy)
        self._numbers = Numbers(self._hierarchy)
        activities = vocabulary.activities().keys()
        self._speller = Speller(
            known=self._lexicon.known | activities | ROLES,
            everyday=self._lexicon.ordinary,
            joinable=self._lexicon.trade_words | activities,
            endings=COMPANIES | activities,
            apart=self._lexicon.pairs,
            is_phrase=self._lexicon.is_phrase,
        )
        self._guesser = Guesser(self._hierarchy, self._lexicon, self._speller)

    def resolve(self, terms: Sequence[str], *, year: int | None = None) -> Resolution:
        """The industries that the terms name, together. `year` is this year, for "in the last three years"."""
        said: list[Said] = []
        guessed: list[VersionedCode] = []
        since: int | None = None
        for term in terms[:MOST_TERMS]:
            found = self._read(term, year)
            said += found.said
            guessed += found.guessed
            since = since or found.since
        return self._resolution(said, guessed, since)

    def title(self, version: str, code: str) -> str | None:
        """The title of a code; None for an unknown one."""
        known = self._hierarchy.get(VersionedCode(version, code))
        return known.title if known else None

    def children(self, version: str, code: str) -> tuple[Industry, ...]:
        """The industries one level down, in order."""
        return tuple(map(self._hierarchy.industry, self._hierarchy.children(VersionedCode(version, code))))

    def beneath(self, version: str, code: str) -> tuple[VersionedCode, ...]:
        """The five-digit codes at or beneath a code."""
        return self._hierarchy.beneath(VersionedCode(version, code))

    def distance(self, version: str, code: str, other: str) -> int:
        """0: `code` is at or beneath `other`; 1: in its class; 2: group; 3: division; 4: section; 5: unrelated."""
        return self._hierarchy.distance(VersionedCode(version, code), VersionedCode(version, other))

    def _read(self, term: str, year: int | None) -> "_Found":
        text = plain(term)
        if whole := self._whole(text):
            return _Found([Said(whole, False, 1.0)], [], None)
        born = founding(text, year=year)
        codes, text = self._numbers.take(born.rest)
        corrected = self._speller.put_right(marked(exclusions.mark(text)))
        found = pieces(corrected.words, self._lexicon, codes)
        said = read(found, self._dealing)
        for each in said:
            each.confidence *= corrected.nearness
        guessed = self._guess(found, said)
        return _Found(said + guessed.said, guessed.guessed, born.since)

    def _guess(self, found: list[Piece], said: list[Said]) -> "_Found":
        if any(each.codes for each in said):
            return _Found([], [], None)
        codes, suggestions = self._guesser.guess(found)
        return _Found([Said(codes, False, 0.5)] if codes else [], suggestions, None)

    def _whole(self, text: str) -> list[VersionedCode]:
        """The highest code of each version whose whole title the text is."""
        codes = self._lexicon.wholes.get(tuple(word.text for word in marked(text)), [])
        known = [code for key in codes if (code := self._hierarchy.get(key))]
        highest: dict[str, int] = {}
        for code in known:
            highest[code.version] = min(LEVELS.index(code.level), highest.get(code.version, len(LEVELS)))
        top = (code for code in known if LEVELS.index(code.level) == highest[code.version])
        return [VersionedCode(code.version, code.code) for code in top]

    def _resolution(self, said: Sequence[Said], guessed: Sequence[VersionedCode], since: int | None) -> Resolution:
        hierarchy = self._hierarchy
        wanted = [each for each in said if not each.is_left_out and each.codes]
        included = hierarchy.topmost(code for each in wanted for code in each.codes)
        here = {code for key in included for code in hierarchy.beneath(key)}
        left_out = hierarchy.topmost(code for each in said if each.is_left_out for code in self._senses(each, here))
        gone = {code for key in left_out for code in hierarchy.beneath(key)}
        included = [key for key in included if any(code not in gone for code in hierarchy.beneath(key))]
        codes = tuple(sorted(here - gone))
        return Resolution(
            industries=tuple(map(hierarchy.industry, included)),
            excluded=tuple(map(hierarchy.industry, left_out)),
            codes=codes,
            confidence=round(min(each.confidence for each in wanted), 3) if codes else 0.0,
            suggestions=() if codes else tuple(map(hierarchy.industry, guessed[:5])),
            founded_since=since,
        )

    def _senses(self, said: Said, here: set[VersionedCode]) -> Sequence[VersionedCode]:
        """What is left out: in every sense in which it is among the wanted, else as it was said."""
        senses = [code for code in (*said.codes, *said.senses) if not here.isdisjoint(self._hierarchy.beneath(code))]
        return senses or said.codes


@dataclass(frozen=True, slots=True)
class _Found:
    said: list[Said]
    guessed: list[VersionedCode]
    since: int | None
