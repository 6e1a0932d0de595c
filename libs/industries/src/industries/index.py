"""Resolves industry words to codes of the classification.

A resolution contains only what the words plainly mean; other words give suggestions. Everything is in memory, and only
the first LONGEST_TEXT characters of a text are read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from common.contracts import Industry
from industries import vocabulary
from industries.language.conditions.places import Place
from industries.language.grammar.list_items import Mention
from industries.language.grammar.others import ROLES
from industries.language.names.lexicon import COMPANIES, Lexicon
from industries.language.requests.skeletons import SHAPES
from industries.language.text.spelling import Speller
from industries.reading import Reader
from industries.resolution import TALK, Resolution, resolution_of
from industries.ssic.concordance import Concordance
from industries.ssic.hierarchy import Code, Hierarchy, VersionedCode

__all__ = ["TALK", "Code", "IndustryIndex", "Resolution", "VersionedCode"]

#: Maximum number of terms of a request; the rest is ignored.
MOST_TERMS = 50


class IndustryIndex:
    """An immutable index of the classification in one or several versions."""

    def __init__(self, codes: Iterable[Code], *, usual: str | None = None) -> None:
        """Builds the index. `usual` is the version of the register, which decides about a code that was reused."""
        self._hierarchy = Hierarchy(codes, usual=usual)
        self._concordance = Concordance(self._hierarchy)
        self._lexicon = Lexicon(self._hierarchy, self._concordance)
        activities = vocabulary.activities().keys()
        self._speller = Speller(
            known=self._lexicon.known | activities | ROLES,
            everyday=self._lexicon.ordinary | SHAPES,
            rare=self._lexicon.rare,
            joinable=self._lexicon.trade_words | activities,
            endings=COMPANIES | activities,
            adjacent=self._lexicon.adjacent_words,
            is_phrase=self._lexicon.is_phrase,
            verbs=vocabulary.verbs(),
        )
        self._reader = Reader(self._hierarchy, self._concordance, self._lexicon, self._speller)

    @property
    def versions(self) -> tuple[str, ...]:
        """Returns the loaded versions, newest first."""
        return self._hierarchy.versions

    @property
    def sections(self) -> list[VersionedCode]:
        """Returns the codes of the highest level, of every version."""
        return self._hierarchy.sections()

    def resolve(self, terms: Sequence[str], *, year: int | None = None) -> Resolution:
        """Resolves terms together. `year` is this year, for "in the last three years"."""
        mentions: list[Mention] = []
        guessed: list[VersionedCode] = []
        is_talk = False
        since: int | None = None
        places: dict[str, Place] = {}
        ignored: dict[str, None] = {}
        for term in terms[:MOST_TERMS]:
            found = self._reader.read(term, year)
            mentions += found.mentions
            guessed += found.guessed
            is_talk = is_talk or found.is_talk
            since = since or found.since
            places |= {place.name: place for place in found.places}
            ignored |= dict.fromkeys(found.ignored)
        resolution = resolution_of(self._hierarchy, mentions, guessed, since, is_talk=is_talk)
        return replace(resolution, places=tuple(places.values()), ignored=tuple(ignored))

    def title(self, version: str, code: str) -> str | None:
        """Returns the title of a code, or `None` if it is unknown."""
        known = self._hierarchy.get(VersionedCode(version, code))
        return known.title if known else None

    def children(self, version: str, code: str) -> tuple[Industry, ...]:
        """Returns the industries one level down, in order."""
        return tuple(map(self._hierarchy.industry, self._hierarchy.children(VersionedCode(version, code))))

    def beneath(self, version: str, code: str) -> tuple[VersionedCode, ...]:
        """Returns the five-digit codes at or beneath a code."""
        return self._hierarchy.beneath(VersionedCode(version, code))

    def distance(self, version: str, code: str, other: str) -> int:
        """Returns 0: `code` at or beneath `other`; 1: same class; 2: group; 3: division; 4: section; 5: unrelated."""
        return self._hierarchy.distance(VersionedCode(version, code), VersionedCode(version, other))

    def distances(self, codes: Sequence[VersionedCode], others: Sequence[VersionedCode]) -> list[int]:
        """Returns the smallest distance() of each code to any of the others, of any level, in O(codes + others).

        Codes are compared within their version. Unknown others are ignored; without any all distances are 0.
        """
        return self._hierarchy.distances(codes, others)

    def corresponding(self, version: str, code: str) -> tuple[VersionedCode, ...]:
        """Returns the code and the codes of the same industry in other versions; nothing for an unknown code.

        A code that was reused with another meaning does not correspond; a code that was split has several.
        """
        return self._concordance.corresponding(VersionedCode(version, code))
