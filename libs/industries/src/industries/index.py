"""What people call an industry, turned into codes of the classification.

The rule: an answer is either plainly meant or not given. All is in memory; the work on a text is bounded by its first
LONGEST_TEXT characters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from common.contracts import Industry
from industries import exclusions, vocabulary
from industries.counterparts import Counterparts
from industries.dealing import Dealing
from industries.founding import founding
from industries.guessing import Guesser
from industries.hierarchy import LEVELS, Code, Hierarchy, VersionedCode
from industries.lexicon import COMPANIES, Lexicon
from industries.numbers import Numbers
from industries.pieces import Piece, pieces
from industries.reading import COMPOSED, ROLES, Said, read
from industries.spelling import Speller
from industries.words import marked, plain

__all__ = ["Code", "IndustryIndex", "Resolution", "VersionedCode"]

#: Terms of one request that are looked at.
MOST_TERMS = 50


@dataclass(frozen=True, slots=True)
class Resolution:
    """What terms came to. `codes` are all five-digit codes beneath `industries` less those beneath `excluded`, but for
    industries that are beneath an excluded one themselves ("except food, but including chocolate")."""

    industries: tuple[Industry, ...] = ()
    excluded: tuple[Industry, ...] = ()
    codes: tuple[VersionedCode, ...] = ()
    #: 0..1: 1 for codes and whole titles, less for words of the trade, less for corrected spellings, 0 for nothing.
    #: At most .5 where something is left out and it was not understood what.
    confidence: float = 0.0
    #: The nearest industries, to be offered as choices; only when nothing was resolved.
    suggestions: tuple[Industry, ...] = ()
    #: The first year of foundation that is wanted.
    founded_since: int | None = None


class IndustryIndex:
    """The classification, in one version or several side by side, made ready for questions. It never changes."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self._hierarchy = Hierarchy(codes)
        self._counterparts = Counterparts(self._hierarchy)
        self._lexicon = Lexicon(self._hierarchy, self._counterparts)
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

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that are loaded, the newest first."""
        return self._hierarchy.versions

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

    def distances(self, codes: Sequence[VersionedCode], others: Sequence[VersionedCode]) -> list[int]:
        """Of each code the least distance() to any of the others, which may be of any level: O(codes + others).

        Codes are compared within their version. Unknown others are ignored; without any all distances are 0.
        """
        return self._hierarchy.distances(codes, others)

    def counterparts(self, version: str, code: str) -> tuple[VersionedCode, ...]:
        """The same industry in every loaded version, the code itself first; nothing for an unknown code.

        A code that was reused with another meaning is none; what was split or moved is several.
        """
        return self._counterparts.of(VersionedCode(version, code))

    def _read(self, term: str, year: int | None) -> "_Found":
        text = plain(term)
        if whole := self._whole(text):
            missing = set(self.versions) - {key.version for key in whole}
            rest = self._read_words(text, year).said if missing else []
            elsewhere = [found for each in rest if (found := each.within(missing)).codes]
            return _Found([Said(whole, False, 1.0), *elsewhere], [], None)
        return self._read_words(text, year)

    def _read_words(self, text: str, year: int | None) -> "_Found":
        born = founding(text, year=year)
        codes, text = self._numbers.take(born.rest)
        text = exclusions.mark(text)
        corrected = self._speller.put_right(marked(text))
        found = pieces(corrected.words, self._lexicon, codes)
        said = read(found, self._dealing)
        for each in said:
            each.confidence *= corrected.nearness
        if exclusions.is_all_but(text) and any(each.codes for each in said) and all(each.is_left_out for each in said):
            said = [replace(each, senses=()) for each in said]
            said.append(Said(self._hierarchy.sections(), False, COMPOSED))
        guessed = self._guess(found, said)
        return _Found(said + guessed.said, guessed.guessed, born.since)

    def _guess(self, found: list[Piece], said: list[Said]) -> "_Found":
        if any(each.codes for each in said):
            return _Found([], [], None)
        codes, suggestions = self._guesser.guess(found)
        everywhere = self._counterparts.everywhere(codes)
        return _Found([Said(everywhere, False, 0.5)] if codes else [], suggestions, None)

    def _whole(self, text: str) -> Sequence[VersionedCode]:
        """The highest code of each version whose whole title the text is, and its counterparts in the others."""
        codes = self._lexicon.wholes.get(tuple(word.text for word in marked(text)), [])
        known = [code for key in codes if (code := self._hierarchy.get(key))]
        highest: dict[str, int] = {}
        for code in known:
            highest[code.version] = min(LEVELS.index(code.level), highest.get(code.version, len(LEVELS)))
        top = (code for code in known if LEVELS.index(code.level) == highest[code.version])
        return self._counterparts.everywhere(VersionedCode(code.version, code.code) for code in top)

    def _resolution(self, said: Sequence[Said], guessed: Sequence[VersionedCode], since: int | None) -> Resolution:
        hierarchy = self._hierarchy
        wanted = [each for each in said if not each.is_left_out and each.codes]
        unclear = [each for each in said if each.is_left_out and not each.codes]
        asked_for, taken_back = self._taken_back(wanted)
        included = hierarchy.topmost(asked_for)
        here = self._beneath(included)
        not_wanted = {(*each.codes, None, *each.senses): each for each in said if each.is_left_out}
        left_out = hierarchy.topmost(code for each in not_wanted.values() for code in self._senses(each, here))
        gone = self._beneath(left_out)
        included += [key for key in hierarchy.topmost(taken_back) if not gone.isdisjoint(hierarchy.beneath(key))]
        gone -= self._beneath(taken_back)
        included = [key for key in included if any(code not in gone for code in hierarchy.beneath(key))]
        codes = tuple(sorted(here - gone))
        return Resolution(
            industries=tuple(map(hierarchy.industry, included)),
            excluded=tuple(map(hierarchy.industry, left_out)),
            codes=codes,
            confidence=round(min(each.confidence for each in (*wanted, *unclear)), 3) if codes else 0.0,
            suggestions=() if codes else tuple(map(hierarchy.industry, guessed[:5])),
            founded_since=since,
        )

    def _taken_back(self, wanted: Sequence[Said]) -> tuple[list[VersionedCode], list[VersionedCode]]:
        """What is wanted, and what stays wanted although something above it is left out.

        What is taken back has to be part of what was wanted before: "manufacturing except food, but including
        chocolate" asks for makers of chocolate, and not for its shops.
        """
        asked_for: list[VersionedCode] = []
        taken_back: list[VersionedCode] = []
        for each in wanted:
            here = self._beneath(asked_for) if each.is_taken_back else set()
            inside = [code for code in each.codes if here and here.issuperset(self._hierarchy.beneath(code))]
            taken_back += inside
            asked_for += () if inside else each.codes
        return asked_for, taken_back

    def _beneath(self, keys: Iterable[VersionedCode]) -> set[VersionedCode]:
        return {code for key in keys for code in self._hierarchy.beneath(key)}

    def _senses(self, said: Said, here: set[VersionedCode]) -> Sequence[VersionedCode]:
        """What is left out: in every sense in which it is among the wanted, else as it was said."""
        senses = [code for code in (*said.codes, *said.senses) if not here.isdisjoint(self._hierarchy.beneath(code))]
        return senses or said.codes


@dataclass(frozen=True, slots=True)
class _Found:
    said: list[Said]
    guessed: list[VersionedCode]
    since: int | None
