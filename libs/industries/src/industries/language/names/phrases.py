"""Splits a text into phrases: names of industries, activities, codes, and the words between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from industries import vocabulary
from industries.language.names.lexicon import LONGEST_PHRASE, Lexicon, Meaning
from industries.language.text.words import CODE, MARKS, NOT, NOT_NEXT, Word
from industries.ssic.hierarchy import VersionedCode


class Kind(Enum):
    """The kind of a phrase. TALK contains words of an industry without naming one."""

    NAME = auto()
    ACTIVITY = auto()
    CODE = auto()
    OTHER = auto()
    TALK = auto()


@dataclass(slots=True)
class Phrase:
    """Consecutive words that form a unit."""

    kind: Kind
    word: Word
    meaning: Meaning | None = None
    facets: tuple[str, ...] = ()
    is_weak: bool = False
    is_plural: bool = False
    codes: Sequence[VersionedCode] = ()
    words: Sequence[Word] = ()

    @property
    def written(self) -> str:
        """Returns the phrase as it was written, with the words that join it to the one before."""
        parts = [part for word in self.words for part in (*word.before, word.written) if part[:1].isalnum()]
        return " ".join(parts)

    @property
    def alone(self) -> Sequence[VersionedCode]:
        """Returns the codes of a name without an activity."""
        return self.meaning.facets[""] if self.meaning else ()


#: Maximum number of phrases from goods to the activity at the end of their list.
REACH = 6
_JOINING = frozenset({"and", "or", ","})

#: Activities that determine the industry, whatever the goods.
HEADS = frozenset({"train", "advise", "research"})


def find_phrases(words: Sequence[Word], lexicon: Lexicon, codes: Sequence[Sequence[VersionedCode]]) -> list[Phrase]:
    """Finds the longest known phrases from left to right, with at most LONGEST_PHRASE look-ups per word."""
    found = list(_phrases(words, lexicon, codes))
    named = [phrase for phrase in found if phrase.kind in (Kind.NAME, Kind.ACTIVITY, Kind.CODE)]
    others = {phrase.word.text for phrase in found if phrase.kind is Kind.OTHER}
    is_bare = len(named) == 1 and others <= lexicon.filler
    for at, phrase in enumerate(found):
        meaning = phrase.meaning
        if phrase.kind is not Kind.NAME or meaning is None or not meaning.is_everyday or _beside_activity(found, at):
            continue
        if meaning.is_trade and phrase.is_plural and _is_listed(found, at):
            continue
        if not (is_bare and meaning.is_trade and phrase.word.text not in lexicon.filler):
            phrase.kind = Kind.TALK
    return found


def _is_listed(phrases: Sequence[Phrase], at: int) -> bool:
    """Returns whether a plural is excluded ("no bars") or joined to another industry ("hotels and bars")."""
    before = set(phrases[at].word.before)
    is_joined = at > 0 and not before.isdisjoint((",", "and", "or")) and phrases[at - 1].kind is Kind.NAME
    return NOT in before or (is_joined and phrases[at - 1].is_plural)


def _beside_activity(phrases: Sequence[Phrase], at: int) -> bool:
    after = at + 1 < len(phrases) and phrases[at + 1].kind is Kind.ACTIVITY and phrases[at + 1].word.is_tight
    return after or (at > 0 and phrases[at - 1].kind is Kind.ACTIVITY) or _shares_activity(phrases, at)


def _shares_activity(phrases: Sequence[Phrase], at: int) -> bool:
    """Returns whether plural goods are joined to others that an activity ends: "springs and wire forms makers"."""
    end = next(
        (end for end in range(at + 1, at + REACH) if end < len(phrases) and phrases[end].kind is Kind.ACTIVITY), 0
    )
    if not end or not phrases[at].words[-1].written.endswith("s") or not phrases[end].word.is_tight:
        return False
    between = phrases[at + 1 : end]
    return (
        bool(between)
        and not _JOINING.isdisjoint(between[0].word.before)
        and not any(mark in MARKS or mark == "." for each in between for mark in each.word.before)
    )


def _phrases(words: Sequence[Word], lexicon: Lexicon, codes: Sequence[Sequence[VersionedCode]]) -> Iterator[Phrase]:
    at = 0
    while at < len(words):
        word = words[at]
        if word.text.startswith(CODE):
            yield Phrase(Kind.CODE, word, codes=codes[int(word.text[1:])])
            at += 1
            continue
        size, meaning = _longest(words, at, lexicon)
        last = words[at + max(size, 1) - 1]
        if size <= 1 and (activity := vocabulary.activities().get(word.text)):
            yield Phrase(Kind.ACTIVITY, word, meaning, activity.facets, activity.is_weak, last.is_plural, words=[word])
        elif meaning is not None:
            yield Phrase(Kind.NAME, word, meaning, is_plural=last.is_plural, words=words[at : at + size])
        else:
            yield Phrase(Kind.TALK if size else Kind.OTHER, word, words=words[at : at + max(size, 1)])
        at += max(size, 1)


def _longest(words: Sequence[Word], at: int, lexicon: Lexicon) -> tuple[int, Meaning | None]:
    """Returns the number of words in the longest phrase from here, and its meaning; none for everyday talk."""
    reach = at
    longest = 1 if NOT_NEXT in words[at].before else LONGEST_PHRASE
    #: The places of the first "to" and the first "and" behind the first word.
    to = joined = len(words)
    while reach < min(len(words), at + longest) and words[reach].text in lexicon.in_phrases:
        if reach > at and (before := words[reach].before):
            if words[reach].is_apart:
                break
            to = min(to, reach) if "to" in before else to
            joined = joined if _JOINING.isdisjoint(before) else min(joined, reach)
        reach += 1
    all_texts = [word.text for word in words[at:reach]]
    for end in range(reach, at, -1):
        texts = all_texts[: end - at]
        if to < end and not lexicon.is_phrase(texts):
            continue  # "ovens to bakeries"
        meaning = lexicon.meaning(texts)
        if meaning is not None and joined < end and not lexicon.is_joined(texts):
            continue  # "food and machinery" is no food machinery
        if frozenset(texts) in lexicon.talk and (meaning is None or len(texts) > 1):
            return end - at, None
        if meaning is not None:
            return end - at, meaning
    return 0, None
