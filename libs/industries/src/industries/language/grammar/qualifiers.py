"""Qualifiers behind the goods that they narrow: "furniture makers, wood only, no metal".

A qualifier names no industry of its own, but a kind of the goods: "wood furniture makers, not metal furniture makers".
"""

from collections.abc import Callable, Sequence

from industries.language.names.lexicon import Meaning
from industries.language.names.phrases import Kind, Phrase
from industries.language.text.words import NOT, Word


def join_qualifiers(phrases: Sequence[Phrase], meaning: Callable[[Sequence[str]], Meaning | None]) -> list[Word] | None:
    """Returns the words with each qualifier before its goods; `None` if there is none. `meaning` looks words up."""
    marked = [at for at, phrase in enumerate(phrases) if phrase.word.written == "only" or NOT in phrase.word.before]
    head = _head(phrases) if marked else None
    if head is None:
        return None
    goods = phrases[head.start]
    activity = [each for each in phrases[head] if each.kind is Kind.ACTIVITY]
    words = [list(_words(phrase)) for phrase in phrases]
    is_changed = False
    for at in range(head.stop, len(phrases)):
        qualifier = phrases[at]
        only = None if _is_left_out(qualifier) else _only(phrases, at)
        if not _stands_alone(phrases, at) or (only is None and not (_is_left_out(qualifier) and _is_made(goods))):
            continue
        kind = _kind(qualifier, goods, meaning)
        if not kind and only is None:
            continue
        words[at] = [*kind, *(word for each in activity for word in each.words)] if kind else []
        if only is not None:
            words[only] = []
            if kind:
                words[head] = [[] for _ in phrases[head]]
        is_changed = True
    return [word for each in words for word in each] if is_changed else None


def _head(phrases: Sequence[Phrase]) -> slice | None:
    """Returns the places of the first goods and the activity behind them, or of an activity alone."""
    named = (Kind.NAME, Kind.ACTIVITY)
    at = next((at for at, phrase in enumerate(phrases) if phrase.kind in named), len(phrases))
    if at == len(phrases) or _is_left_out(phrases[at]):
        return None
    following = phrases[at + 1 : at + 2] if phrases[at].kind is Kind.NAME else []
    has_activity = bool(following) and following[0].kind is Kind.ACTIVITY and following[0].word.is_tight
    return slice(at, at + 1 + has_activity)


def _words(phrase: Phrase) -> Sequence[Word]:
    return phrase.words or (phrase.word,)


def _is_left_out(phrase: Phrase) -> bool:
    return NOT in phrase.word.before


def _is_made(phrase: Phrase) -> bool:
    return phrase.meaning is not None and "make" in phrase.meaning.facets


def _only(phrases: Sequence[Phrase], at: int) -> int | None:
    """Returns the place of the "only" of a qualifier: "wood only", "only wood"."""
    near = (place for place in (at + 1, at - 1) if place < len(phrases))
    return next((place for place in near if phrases[place].word.written == "only"), None)


def _stands_alone(phrases: Sequence[Phrase], at: int) -> bool:
    """Returns whether a phrase is alone between two commas, apart from an "only"."""
    first = at - 1 if phrases[at - 1].word.written == "only" else at
    end = at + 2 if at + 1 < len(phrases) and phrases[at + 1].word.written == "only" else at + 1
    is_name = phrases[at].kind in (Kind.NAME, Kind.TALK, Kind.OTHER) and phrases[at].word.written != "only"
    return is_name and phrases[first].word.is_apart and (end >= len(phrases) or phrases[end].word.is_apart)


def _kind(qualifier: Phrase, goods: Phrase, meaning: Callable[[Sequence[str]], Meaning | None]) -> list[Word]:
    """Returns the words of the kind of goods: "wood furniture" if that is known, or "cafes" of "F&B, cafes only"."""
    if goods.kind is Kind.ACTIVITY:
        return list(_words(qualifier))
    words = [*_words(qualifier), *(word._replace(before=()) for word in _words(goods))]
    if meaning([word.text for word in words]):
        return words
    return list(_words(qualifier)) if qualifier.kind is Kind.NAME and qualifier.is_plural else []
