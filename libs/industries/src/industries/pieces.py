"""The pieces of a text: names of industries, activities, codes and the words between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from industries import vocabulary
from industries.hierarchy import VersionedCode
from industries.lexicon import LONGEST_PHRASE, Lexicon, Meaning
from industries.words import CODE, NOT_NEXT, Word


class Kind(Enum):
    """What a piece is. TALK holds words of an industry and means none."""

    NAME = auto()
    ACTIVITY = auto()
    CODE = auto()
    OTHER = auto()
    TALK = auto()


@dataclass(slots=True)
class Piece:
    """Some words in a row that are one thing."""

    kind: Kind
    word: Word
    meaning: Meaning | None = None
    facets: tuple[str, ...] = ()
    is_weak: bool = False
    is_plural: bool = False
    codes: Sequence[VersionedCode] = ()


#: Of these the activity is what counts, whatever the goods.
HEADS = frozenset({"train", "advise", "research"})


def pieces(words: Sequence[Word], lexicon: Lexicon, codes: Sequence[Sequence[VersionedCode]]) -> list[Piece]:
    """The longest phrases that are known, from left to right. At most LONGEST_PHRASE look-ups a word."""
    found = list(_pieces(words, lexicon, codes))
    named = [piece for piece in found if piece.kind in (Kind.NAME, Kind.ACTIVITY, Kind.CODE)]
    others = {piece.word.text for piece in found if piece.kind is Kind.OTHER}
    is_bare = len(named) == 1 and others <= lexicon.filler
    for at, piece in enumerate(found):
        meaning = piece.meaning
        if piece.kind is not Kind.NAME or meaning is None or not meaning.is_shy or _beside_activity(found, at):
            continue
        if not (is_bare and meaning.is_trade and piece.word.text not in lexicon.filler):
            piece.kind = Kind.TALK
    return found


def _beside_activity(pieces: Sequence[Piece], at: int) -> bool:
    after = at + 1 < len(pieces) and pieces[at + 1].kind is Kind.ACTIVITY and pieces[at + 1].word.is_tight
    return after or (at > 0 and pieces[at - 1].kind is Kind.ACTIVITY)


def _pieces(words: Sequence[Word], lexicon: Lexicon, codes: Sequence[Sequence[VersionedCode]]) -> Iterator[Piece]:
    at = 0
    while at < len(words):
        word = words[at]
        if word.text.startswith(CODE):
            yield Piece(Kind.CODE, word, codes=codes[int(word.text[1:])])
            at += 1
            continue
        size, meaning = _longest(words, at, lexicon)
        last = words[at + max(size, 1) - 1]
        if size <= 1 and (activity := vocabulary.activities().get(word.text)):
            yield Piece(Kind.ACTIVITY, word, meaning, activity.facets, activity.is_weak, last.is_plural)
        elif meaning is not None:
            yield Piece(Kind.NAME, word, meaning, is_plural=last.is_plural)
        else:
            yield Piece(Kind.TALK if size else Kind.OTHER, word)
        at += max(size, 1)


def _longest(words: Sequence[Word], at: int, lexicon: Lexicon) -> tuple[int, Meaning | None]:
    """How many words from here on are one phrase, and what it means; no meaning for one of everyday talk."""
    reach = at
    longest = 1 if NOT_NEXT in words[at].before else LONGEST_PHRASE
    while reach < min(len(words), at + longest) and words[reach].text in lexicon.in_phrases:
        if reach > at and words[reach].is_apart:
            break
        reach += 1
    for end in range(reach, at, -1):
        phrase = [word.text for word in words[at:end]]
        meaning = lexicon.meaning(phrase)
        if frozenset(phrase) in lexicon.talk and (meaning is None or len(phrase) > 1):
            return end - at, None
        if meaning is not None:
            return end - at, meaning
    return 0, None
