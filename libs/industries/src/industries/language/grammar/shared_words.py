"""Words that one item of a list leaves to an item before it: the "pet" of "pet shops and groomers"."""

from collections.abc import Callable, Sequence

from industries.language.names.lexicon import Meaning
from industries.language.names.phrases import Kind, Phrase
from industries.language.text.words import NOT, Word

_JOINING = frozenset({",", "and", "or"})
#: Maximum number of phrases between the two items.
REACH = 8


def share_words(phrases: Sequence[Phrase], meaning: Callable[[Sequence[str]], Meaning | None]) -> list[Word] | None:
    """Returns the words with the shared ones before each item that needs them; `None` if there is none.

    An item needs them if it is one word that is no industry by itself, and is one with the words. `meaning` looks words
    up.
    """
    shared = {
        at: found
        for at in range(1, len(phrases))
        if _is_alone(phrases, at) and (found := _shared(phrases, at, meaning))
    }
    if not shared:
        return None
    words: list[Word] = []
    for at, phrase in enumerate(phrases):
        if first := shared.get(at):
            words += [first[0]._replace(before=phrase.word.before), *first[1:], phrase.word._replace(before=())]
        else:
            words += phrase.words or (phrase.word,)
    return words


def _shared(
    phrases: Sequence[Phrase], at: int, meaning: Callable[[Sequence[str]], Meaning | None]
) -> Sequence[Word] | None:
    """Returns the words that an earlier item leaves to the one at this place."""
    for before in reversed(phrases[max(0, at - REACH) : at]):
        if NOT in before.word.before or "." in before.word.before:
            break
        if before.kind is Kind.NAME and before.is_plural and len(before.words) > 1:
            words = before.words[:-1]
            if _is_known(words, phrases[at], meaning):
                return words
    return None


def _is_alone(phrases: Sequence[Phrase], at: int) -> bool:
    """Returns whether a plural that is no industry is a whole item of a list, and not its first."""
    phrase = phrases[at]
    if phrase.kind is Kind.NAME or not phrase.word.is_plural or _JOINING.isdisjoint(phrase.word.before):
        return False
    behind = phrases[at + 1 : at + 2]
    is_open = phrase.kind is Kind.OTHER or (phrase.kind is Kind.ACTIVITY and phrase.is_weak)
    return (
        is_open
        and NOT not in phrase.word.before
        and all(not _JOINING.isdisjoint(each.word.before) or each.word.is_apart for each in behind)
    )


def _is_known(shared: Sequence[Word], phrase: Phrase, meaning: Callable[[Sequence[str]], Meaning | None]) -> bool:
    texts = [word.text for word in shared]
    together = meaning([*texts, phrase.word.text])
    if together is not None and not together.is_everyday:
        return True
    goods = meaning(texts)
    return goods is not None and any(facet in goods.facets for facet in phrase.facets)
