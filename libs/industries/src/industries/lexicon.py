"""Phrases and the codes that are meant by them, from titles and vocabulary, of all loaded versions at once.

A phrase is a set of folded words, "car repair" and "repair of cars" being one, unless the vocabulary has both orders
("home nursing", "nursing homes"). The vocabulary's word beats a title's.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from industries import editions, vocabulary
from industries.counterparts import Counterparts
from industries.hierarchy import LEVELS, Hierarchy, VersionedCode
from industries.titles import WHOLE, sayings
from industries.words import GLUE, fold, phrase, plain, set_of

#: Words of a phrase at most; longer titles are known as wholes.
LONGEST_PHRASE = 6

#: Words that a compound with a name may end in: "lawfirm".
COMPANIES = set_of("company firm business service provider operator centre")

#: What titles are about when nothing is said of the activity; the first that there is.
_ALONE = ("", "make", "wholesale retail", "repair", "rent", "install", "research", "publish", "farm", "train")

Phrase = frozenset[str]


class Meaning(NamedTuple):
    """The codes meant by a phrase with an activity; `""`: said alone.

    A shy phrase is also a word of everyday talk ("gear", "label"): it counts with an activity and not alone.
    """

    facets: dict[str, tuple[VersionedCode, ...]]
    is_shy: bool = False
    is_trade: bool = False


class Lexicon:
    """Every phrase that names an industry, and every word that is known."""

    def __init__(self, hierarchy: Hierarchy, counterparts: Counterparts) -> None:
        self._hierarchy = hierarchy
        self._counterparts = counterparts
        self.wholes: dict[tuple[str, ...], list[VersionedCode]] = defaultdict(list)
        self.by_word: dict[str, list[tuple[str, VersionedCode]]] = defaultdict(list)
        filler = GLUE | set(map(fold, vocabulary.filler()))
        ordinary = set(map(fold, vocabulary.ordinary()))
        self.filler = frozenset(filler)
        self.ordinary = frozenset(ordinary | filler)
        self.talk = frozenset(map(_phrase, vocabulary.talk()))
        self.phrases = self._from_titles()
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

    def meaning(self, in_a_row: Sequence[str]) -> Meaning | None:
        """What words in a row mean, if they are a phrase."""
        found = self._ordered.get(tuple(in_a_row))
        phrase_ = frozenset(in_a_row)
        return found or (self.phrases.get(phrase_) if len(phrase_) == len(in_a_row) else None)

    def is_phrase(self, in_a_row: Sequence[str]) -> bool:
        """Whether words in a row are a phrase of the trade."""
        return tuple(in_a_row) in self._ordered

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Words that stand one after the other in phrases of the trade."""
        return frozenset(pair for each in self._ordered for pair in pairwise(each))

    def _from_titles(self) -> dict[Phrase, Meaning]:
        said: dict[Phrase, dict[str, dict[str, list[tuple[int, int, VersionedCode]]]]] = {}
        for code in self._hierarchy:
            key = VersionedCode(code.version, code.code)
            level = LEVELS.index(code.level)
            for whole in {tuple(phrase(code.title.lower())), tuple(phrase(plain(code.title)))}:
                self.wholes[whole].append(key)
            for saying in sayings(code.title):
                folded = phrase(saying.phrase)
                if level:
                    for word in folded:
                        self.by_word[word].append((saying.facet, key))
                elif saying.rank != WHOLE:
                    continue
                while len(folded) > 1 and folded[-1] in self.filler:
                    folded.pop()
                key_words = frozenset(folded)
                if not 0 < len(key_words) <= LONGEST_PHRASE or key_words <= self.filler:
                    continue
                if len(key_words) > 1 and key_words <= self.ordinary:
                    continue
                by_version = said.setdefault(key_words, {}).setdefault(saying.facet, {})
                by_version.setdefault(code.version, []).append((saying.rank, level, key))
        return {
            each: Meaning(
                self._with_alone(
                    {facet: self._counterparts.everywhere(self._best(found)) for facet, found in facets.items()}
                ),
                is_shy=each <= self.ordinary or each in self.talk,
            )
            for each, facets in said.items()
        }

    def _from_vocabulary(self) -> Iterator[tuple[tuple[str, ...], Meaning]]:
        translated: dict[int, dict[str, tuple[VersionedCode, ...]]] = {}
        for entry in vocabulary.entries():
            if id(entry.facets) not in translated:
                translated[id(entry.facets)] = {
                    facet: tuple(editions.codes_meant(codes, self._hierarchy)) for facet, codes in entry.facets.items()
                }
            in_order = tuple(phrase(entry.phrase))
            known = self.phrases.get(frozenset(in_order))
            facets = {**(known.facets if known else {}), **translated[id(entry.facets)]}
            meaning = Meaning(facets, is_shy=frozenset(in_order) in self.talk, is_trade=True)
            yield in_order, meaning
            if "it" in in_order:
                at = in_order.index("it")
                yield (*in_order[:at], "information", "technology", *in_order[at + 1 :]), meaning

    @staticmethod
    def _best(found: dict[str, list[tuple[int, int, VersionedCode]]]) -> Iterator[VersionedCode]:
        """Of each version the surest codes: the highest whose title says just this, else the lowest of several."""
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


def _phrase(text: str) -> Phrase:
    return frozenset(phrase(text))
