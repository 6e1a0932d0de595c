"""Phrases and their codes in all loaded versions, from titles and vocabulary.

A phrase is a set of folded words: "car repair" and "repair of cars" are equal, unless the vocabulary has both orders
("home nursing", "nursing homes"). The vocabulary takes precedence over titles.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from industries import vocabulary
from industries.language.names.index_entries import index_phrases
from industries.language.names.titles import WHOLE, title_phrases
from industries.language.text.scripts import latin
from industries.language.text.words import GLUE, fold, folded_words, normalise, set_of
from industries.ssic import versions as ssic_versions
from industries.ssic.concordance import Concordance
from industries.ssic.hierarchy import LEVELS, Hierarchy, VersionedCode

#: Maximum number of words in a phrase; longer titles are matched only as a whole.
LONGEST_PHRASE = 6

#: An entry of the official index with codes in more divisions is too vague.
MOST_DIVISIONS = 2

#: Last parts of compounds with the name of an industry: "lawfirm".
COMPANIES = set_of("company firm business service provider operator centre")

#: Facets that a title's goods stand for without an activity, in order of preference.
_ALONE = ("", "make", "wholesale retail", "repair", "rent", "install", "research", "publish", "farm", "train")

#: In phrases of two things: "food and beverage".
_AND = re.compile(r"&|/|\b(?:and|or)\b", re.IGNORECASE)

PhraseKey = frozenset[str]


class Meaning(NamedTuple):
    """The codes of a phrase by activity (facet); `""`: without an activity.

    An everyday phrase ("gear", "label") counts only together with an activity.
    """

    facets: dict[str, tuple[VersionedCode, ...]]
    is_everyday: bool = False
    is_trade: bool = False


class Lexicon:
    """All phrases that name an industry, and all known words."""

    def __init__(self, hierarchy: Hierarchy, concordance: Concordance) -> None:
        self._hierarchy = hierarchy
        self._concordance = concordance
        self.wholes: dict[tuple[str, ...], list[VersionedCode]] = defaultdict(list)
        #: Names of other classifications, which count as whole texts.
        self.given_names = {
            tuple(folded_words(normalise(name))): tuple(ssic_versions.expand(codes, hierarchy))
            for name, codes in vocabulary.linkedin().items()
        }
        self.by_word: dict[str, list[tuple[str, VersionedCode]]] = defaultdict(list)
        filler = GLUE | set(map(fold, vocabulary.filler()))
        ordinary = set(map(fold, vocabulary.ordinary()))
        self.filler = frozenset(filler)
        self.ordinary = frozenset(ordinary | filler)
        self.talk = frozenset(map(_key, vocabulary.talk()))
        self.phrases = self._from_titles()
        titled = frozenset(word for each in self.phrases for word in each)
        self._add_official_index()
        self._joined = frozenset(
            frozenset(folded_words(normalise(text)))
            for text in (
                *(entry.phrase for entry in vocabulary.entries()),
                *(code.title for code in self._hierarchy),
                *(entry for _, entry in vocabulary.official_index()),
            )
            if _AND.search(text)
        )
        self._ordered: dict[tuple[str, ...], Meaning] = {}
        for words_, meaning in self._from_vocabulary():
            self._ordered[words_] = meaning
            if not (known := self.phrases.get(frozenset(words_))) or not known.is_trade:
                self.phrases[frozenset(words_)] = meaning
        self.trade_words = frozenset(
            word for each, meaning in self.phrases.items() if meaning.is_trade for word in each
        )
        self.in_phrases = frozenset(word for each in (*self.phrases, *self.talk) for word in each)
        self.known = self.in_phrases | self.ordinary | frozenset(self.by_word)
        #: Words of the official index alone: too rare for other words to be misspellings of them.
        self.rare = self.known - titled - self.trade_words - self.ordinary - frozenset(self.by_word)
        self.rare -= frozenset(word for each in self.talk for word in each)

    def meaning(self, in_a_row: Sequence[str]) -> Meaning | None:
        """Returns the meaning of consecutive words if they are a phrase."""
        found = self._ordered.get(tuple(in_a_row))
        phrase_ = frozenset(in_a_row)
        return found or (self.phrases.get(phrase_) if len(phrase_) == len(in_a_row) else None)

    def is_phrase(self, in_a_row: Sequence[str]) -> bool:
        """Returns whether consecutive words are a phrase of the vocabulary, in this order."""
        return tuple(in_a_row) in self._ordered

    def is_joined(self, in_a_row: Sequence[str]) -> bool:
        """Returns whether a phrase is one with "and" in it, or has a part that is no industry by itself."""
        return frozenset(in_a_row) in self._joined or not all(
            (known := self.phrases.get(frozenset({word}))) is not None and not known.is_everyday for word in in_a_row
        )

    @cached_property
    def adjacent_words(self) -> frozenset[tuple[str, str]]:
        """Returns the pairs of consecutive words in the vocabulary's phrases."""
        return frozenset(pair for each in self._ordered for pair in pairwise(each))

    def _from_titles(self) -> dict[PhraseKey, Meaning]:
        said: dict[PhraseKey, dict[str, dict[str, list[tuple[int, int, VersionedCode]]]]] = {}
        for code in self._hierarchy:
            key = VersionedCode(code.version, code.code)
            level = LEVELS.index(code.level)
            for whole in {tuple(folded_words(code.title.lower())), tuple(folded_words(normalise(code.title)))}:
                self.wholes[whole].append(key)
            for part in title_phrases(code.title):
                folded = folded_words(part.phrase)
                if level:
                    for word in folded:
                        self.by_word[word].append((part.facet, key))
                elif part.rank != WHOLE:
                    continue
                while len(folded) > 1 and folded[-1] in self.filler:
                    folded.pop()
                key_words = frozenset(folded)
                if not 0 < len(key_words) <= LONGEST_PHRASE or key_words <= self.filler:
                    continue
                if (len(key_words) > 1 and key_words <= self.ordinary) or self._is_weak(key_words):
                    continue
                by_version = said.setdefault(key_words, {}).setdefault(part.facet, {})
                by_version.setdefault(code.version, []).append((part.rank, level, key))
        return {
            each: Meaning(
                self._with_alone(
                    {facet: self._concordance.in_all_versions(self._best(found)) for facet, found in facets.items()}
                ),
                is_everyday=each <= self.ordinary or each in self.talk,
            )
            for each, facets in said.items()
        }

    @staticmethod
    def _is_weak(words: PhraseKey) -> bool:
        """Returns whether words are an activity that is no industry by itself: "dealer" of "dealer in securities"."""
        activities = vocabulary.activities()
        return all(word in activities and activities[word].is_weak for word in words)

    def _add_official_index(self) -> None:
        """Adds phrases and activities of the official index that the titles do not have."""
        listed: dict[PhraseKey, dict[str, dict[str, None]]] = {}
        for code, entry in vocabulary.official_index():
            for phrase, facet in index_phrases(entry):
                while len(phrase) > 1 and phrase[-1] in self.filler:
                    phrase.pop()
                key = frozenset(phrase)
                if self._is_weak(key):
                    continue
                if len(key) <= LONGEST_PHRASE and not (key <= self.ordinary and (len(key) > 1 or not facet)):
                    listed.setdefault(key, {}).setdefault(facet, {})[code] = None
        for key, codes in listed.items():
            facets = {
                facet: tuple(ssic_versions.expand(written, self._hierarchy))
                for facet, written in codes.items()
                if len({code[:2] for code in written}) <= MOST_DIVISIONS
            }
            known = self.phrases.get(key)
            if known:
                self.phrases[key] = known._replace(facets={**facets, **known.facets})
            elif any(facets.values()):
                is_everyday = key <= self.ordinary or key in self.talk
                self.phrases[key] = Meaning(self._with_alone(facets), is_everyday=is_everyday)

    def _from_vocabulary(self) -> Iterator[tuple[tuple[str, ...], Meaning]]:
        translated: dict[int, dict[str, tuple[VersionedCode, ...]]] = {}
        for entry in vocabulary.entries():
            if id(entry.facets) not in translated:
                translated[id(entry.facets)] = {
                    facet: tuple(ssic_versions.expand(codes, self._hierarchy)) for facet, codes in entry.facets.items()
                }
            in_order = tuple(folded_words(latin(entry.phrase)))
            known = self.phrases.get(frozenset(in_order))
            facets = {**(known.facets if known else {}), **translated[id(entry.facets)]}
            meaning = Meaning(facets, is_everyday=frozenset(in_order) in self.talk, is_trade=True)
            yield in_order, meaning
            if "it" in in_order:
                at = in_order.index("it")
                yield (*in_order[:at], "information", "technology", *in_order[at + 1 :]), meaning

    @staticmethod
    def _best(found: dict[str, list[tuple[int, int, VersionedCode]]]) -> Iterator[VersionedCode]:
        """Picks the codes of each version: the highest whose title is exactly this phrase, else the lowest ones."""
        for codes in found.values():
            rank = min(codes)[0]
            levels = [level for each, level, _ in codes if each == rank]
            wanted = min(levels) if rank == WHOLE else max(levels)
            yield from dict.fromkeys(key for each, level, key in codes if (each, level) == (rank, wanted))

    @staticmethod
    def _with_alone(facets: dict[str, tuple[VersionedCode, ...]]) -> dict[str, tuple[VersionedCode, ...]]:
        alone = next(
            codes
            for wanted in _ALONE
            if (codes := tuple(code for facet in wanted.split(" ") for code in facets.get(facet, ())))
        )
        return {**facets, "": alone}


def _key(text: str) -> PhraseKey:
    return frozenset(folded_words(text))
