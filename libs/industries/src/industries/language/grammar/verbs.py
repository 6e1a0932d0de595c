"""Verbs of clauses about companies, as names of industries: "that clean offices" is "office cleaning".

The noun of the verb moves behind its objects, where the grammar finds the activity of goods. Whom they supply is left
out, and what a named trade does besides ("restaurants that sell wine").
"""

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from industries import vocabulary
from industries.language.names.phrases import Kind, Phrase
from industries.language.text.words import MARKS, Word, set_of, singular

#: What a company needs, uses or buys is not what it is.
NEEDING = set_of(
    "need needing use using looking want wanting require requiring lack lacking seek seeking hire hiring buy buying"
    " purchase purchasing outsource outsourcing"
)
#: Words that such a clause begins with, and words for companies that it may follow directly.
_RELATIVE = set_of("that who which whoever whichever")
_SOMEONE = set_of("anyone anybody someone somebody everyone those people guys folks ones")
_COMPANIES = vocabulary.shapes()["company"] | _SOMEONE
#: Of "places where kids learn ballet".
_LEARNERS = set_of("kid child people adult student you")
#: Before companies: "which companies build ships".
_ASKING = set_of("which what")
#: Verbs that say little: the activity of the subject counts ("shops that sell shoes").
_GENERIC = set_of("dealer supplier distribution")
_PARTICLES = set_of("out up")
_JOINING = frozenset({"and", "or"})
#: Words before the objects of "deal in", and before what is none.
_BEFORE_OBJECTS = frozenset({"in", "with"})
_ENDS = frozenset({"to", "into", "for", "in", "at", "from", "by", "with", "via", "on", "but", ".", *MARKS})
_RECEIVERS = frozenset({"to", "into"})

#: Endings of words that companies are, not of what they do.
_NO_VERBS = ("er", "or", "ers", "ors", "ed", "ion", "ions")

#: Maximum number of words between a verb and its last object.
REACH = 12


class _Part(NamedTuple):
    """A word, the kind of its phrase, and whether the phrase has a meaning and is rented out."""

    word: Word
    kind: Kind
    is_meant: bool
    is_rented: bool


def turn_verbs(phrases: Sequence[Phrase], ordinary: Container[str]) -> list[Word] | None:
    """Returns the words with the nouns of such verbs behind their objects; `None` if there is no such verb."""
    if not any(word.text in _RELATIVE or word.written in _COMPANIES for phrase in phrases for word in phrase.words):
        return None
    parts = [part for phrase in phrases for part in _parts(phrase)]
    words: list[Word] = []
    at = behind = 0
    is_changed = False
    while at < len(parts):
        nouns, end = _verbs(parts, at, is_next=at == behind > 0 and bool(_JOINING & set(parts[at].word.before)))
        first, last = _objects(parts, end, ordinary) if nouns else (0, 0)
        if first == last:
            is_detail = _is_detail(parts, at)
            words.append(parts[at].word)
            at = _next_clause(parts, at + 1) if is_detail else at + 1
            is_changed = is_changed or is_detail
            continue
        nouns = _with_subject(words, nouns)
        objects = [part.word._replace(is_plural=False) for part in parts[first:last]]
        words += [objects[0]._replace(before=("and",) if behind == at > 0 else ()), *objects[1:]]
        words += [
            Word(noun, ("or",) if number else (), is_plural=True, written=noun) for number, noun in enumerate(nouns)
        ]
        at = behind = _behind_receivers(parts, last)
        is_changed = True
    return words if is_changed else None


def _parts(phrase: Phrase) -> Iterator[_Part]:
    is_rented = phrase.meaning is not None and "rent" in phrase.meaning.facets
    for word in phrase.words or (phrase.word,):
        yield _Part(word, phrase.kind, phrase.meaning is not None, is_rented)


def _verbs(parts: Sequence[_Part], at: int, *, is_next: bool) -> tuple[list[str], int]:
    """Returns the nouns of the verbs from this place, and the place after them; none if no clause begins here.

    `is_next`: behind the objects of another verb, "and" begins a clause too.
    """
    nouns: list[str] = []
    if not at or not (is_next or _begins(parts, at)):
        return nouns, at
    end = at
    while end < len(parts) and (noun := _noun(parts, end)) and (not nouns or _JOINING & set(parts[end].word.before)):
        nouns.append(noun)
        end += 1
        if end < len(parts) and parts[end].word.text in _PARTICLES:
            end += 1
    return nouns, end


def _begins(parts: Sequence[_Part], at: int) -> bool:
    before = parts[at - 1]
    if parts[at].word.is_apart:
        return False
    if before.word.text in _RELATIVE:
        return _is_open(parts, at - 1)
    if before.word.text in ("can", "could") and at > 1:
        at, before = at - 1, parts[at - 2]
    if before.word.text in _LEARNERS:
        return at > 1 and parts[at - 2].word.text == "where"
    if before.word.written not in _COMPANIES or _is_trade(parts, at - 1):
        return False
    return parts[at].word.written.endswith("ing") or (at > 1 and parts[at - 2].word.text in _ASKING)


def _is_open(parts: Sequence[_Part], at: int) -> bool:
    """Returns whether "who" or "that" at this place is about companies of any trade."""
    if not at or parts[at].word.is_apart:
        return parts[at].word.text not in ("that", "which")
    subject = parts[at - 1]
    return not _is_trade(parts, at - 1) and (
        parts[at].word.text not in ("that", "which")
        or subject.word.written in _COMPANIES
        or (subject.kind in (Kind.ACTIVITY, Kind.NAME) and subject.word.is_plural)
    )


def _is_trade(parts: Sequence[_Part], at: int) -> bool:
    """Returns whether companies are named by their trade: "law firms", "restaurants"; not "shops", "trading houses"."""
    part = parts[at]
    if part.kind is Kind.NAME and part.word.text not in vocabulary.activities():
        before = parts[at - 1].word if at else part.word
        return not (part.word.written in _COMPANIES and before.text in vocabulary.activities())
    is_head = part.kind is not Kind.NAME and (part.kind is Kind.ACTIVITY or part.word.written in _COMPANIES)
    return is_head and at > 0 and part.word.is_tight and _is_trade(parts, at - 1)


def _noun(parts: Sequence[_Part], at: int) -> str | None:
    word = parts[at].word
    stem = word.written.removesuffix("ing")
    bases = (stem, f"{stem}e", stem[:-1]) if stem != word.written else (word.written, singular(word.written), word.text)
    if noun := next((noun for base in bases if (noun := vocabulary.verbs().get(base))), None):
        is_out = at + 1 < len(parts) and (parts[at + 1].word.text in _PARTICLES or parts[at + 1].is_rented)
        return noun if noun != "hire" or is_out else None
    if word.text in vocabulary.activities() and not word.written.endswith(_NO_VERBS):
        return word.text
    return None


def _objects(parts: Sequence[_Part], start: int, ordinary: Container[str]) -> tuple[int, int]:
    """Returns the places of the first object and after the last one; equal if there is none."""
    end = start
    while end < min(len(parts), start + REACH):
        word = parts[end].word
        if set(word.before) & (_ENDS if end > start else _ENDS - _BEFORE_OBJECTS) or word.text in _RELATIVE:
            break
        if "," in word.before and parts[end].kind is not Kind.NAME:
            break
        if start < end < len(parts) - 1 and _JOINING & set(word.before) and _is_verb(parts, end):
            break
        end += 1
    named = [at for at in range(start, end) if _is_object(parts[at], ordinary)]
    if not named and end > start and parts[end - 1].word.text not in vocabulary.filler():
        return end - 1, end
    return (named[0], named[-1] + 1) if named else (start, start)


def _is_verb(parts: Sequence[_Part], at: int) -> bool:
    """Returns whether a word is a verb with an object of its own: "dig holes and drive piles"."""
    is_plain = parts[at].kind is Kind.OTHER and not parts[at].word.is_plural
    return is_plain and _noun(parts, at) is not None and parts[at + 1].word.is_tight


def _is_object(part: _Part, ordinary: Container[str]) -> bool:
    if part.kind in (Kind.NAME, Kind.TALK):
        return part.is_meant
    return part.kind is Kind.OTHER and part.word.text not in ordinary


def _with_subject(words: list[Word], nouns: list[str]) -> list[str]:
    """Drops the activity of the subject ("shops that"), which says more than a verb like "sell"."""
    for back in range(1, min(4, len(words) + 1)):
        word = words[-back]
        if word.text in vocabulary.activities():
            words[-back] = word._replace(text="company", written="companies")
            return [word.text] if nouns[0] in _GENERIC and len(nouns) == 1 else nouns
        if word.is_apart:
            break
    return nouns


def _is_detail(parts: Sequence[_Part], at: int) -> bool:
    """Returns whether this verb begins what a named trade does besides: "restaurants that serve wine"."""
    if at < 2 or parts[at].word.is_apart or parts[at - 1].word.is_apart or parts[at - 1].word.text not in _RELATIVE:
        return False
    is_little = vocabulary.verbs().get(parts[at].word.text) in _GENERIC
    is_verb = parts[at].kind is Kind.OTHER and parts[at].word.text not in NEEDING
    return is_verb and _is_trade(parts, at - 2) and (is_little or _noun(parts, at) is None)


def _next_clause(parts: Sequence[_Part], at: int) -> int:
    while at < len(parts) and not parts[at].word.is_apart:
        at += 1
    return at


def _behind_receivers(parts: Sequence[_Part], at: int) -> int:
    """Returns the place after the receivers of a supply: "to hotels and schools"."""
    if at < len(parts) and _RECEIVERS & set(parts[at].word.before):
        return _next_clause(parts, at + 1)
    return at
