"""Names other than those of the companies asked for: their needs, what is sold to them, jobs, the user's own things."""

from collections.abc import Sequence

from industries import vocabulary
from industries.language.grammar.verbs import NEEDING
from industries.language.names.phrases import Kind, Phrase
from industries.language.text.words import AGAIN, BACK, NOT, Word, set_of

#: Job titles: the industry before them, or after a following "of", is a person's job.
ROLES = vocabulary.shapes()["role"]
SELLING = set_of("sell sold selling offer offering provide pitch supply supplying")
#: Whom a named trade serves, and what, does not make it another: "laundries serving hotels".
SERVING = set_of("serving serve")
DOING = set_of("do make handle build run")
OURS = set_of("our my")
SELLERS = set_of("i we")
FIRST_PERSON = SELLERS | OURS
PEOPLE = set_of("i we you they")
#: Words for the companies asked for; the names of what they need come after.
WHO = set_of("company firm business who startup client customer sme owner operator provider")
ASKING = set_of("client customer")
#: "We sell coffee and target cafes": what begins the second clause.
NEXT = NEEDING | SELLERS | vocabulary.shapes()["find"]
#: Maximum distance in words between "sell" and "to".
REACH = 12


def without_others(phrases: Sequence[Phrase]) -> list[Phrase]:
    """Drops names that are job titles, things sold to the companies asked for, and the user's own things."""
    dropped: set[int] = needed(phrases)
    named = (Kind.NAME, Kind.ACTIVITY)
    last = max((at for at, phrase in enumerate(phrases) if phrase.kind in (*named, Kind.CODE)), default=0)
    for at, phrase in enumerate(phrases):
        if phrase.kind is Kind.TALK and phrase.word.text in SELLING:
            dropped |= _sold(phrases, at, last)
        elif phrase.kind is Kind.OTHER:
            if phrase.word.text in ROLES and phrase.word.written != "leads":
                if at and phrase.word.is_tight and phrases[at - 1].kind in (Kind.NAME, Kind.ACTIVITY):
                    dropped.add(at - 1)
                if at + 1 < len(phrases) and "of" in phrases[at + 1].word.before:
                    dropped.add(at + 1)
            elif phrase.word.text in OURS:
                dropped.add(at + 1)
            elif phrase.word.text in SELLING or (
                phrase.word.text in DOING and at and phrases[at - 1].word.text in SELLERS
            ):
                dropped |= _sold(phrases, at, last)
    return [phrase for at, phrase in enumerate(phrases) if at not in dropped or phrase.kind not in named]


def needed(phrases: Sequence[Phrase]) -> set[int]:
    """Returns the places of what the companies asked for need: all behind "contractors that need", in its sentence."""
    found: set[int] = set()
    is_after_companies = is_needed = is_ours = is_named = is_first_person = False
    for at, phrase in enumerate(phrases):
        if {".", AGAIN, BACK, NOT} & set(phrase.word.before):
            is_after_companies = is_needed = is_ours = is_named = False
        if not at or "." in phrase.word.before:
            is_first_person = phrase.word.text in FIRST_PERSON or phrase.word.written in ("my", "our")
        if is_needed and not (is_ours and phrase.word.is_apart):
            found.add(at)
        elif phrase.kind is Kind.OTHER and phrase.word.text in SERVING and is_named and not phrase.word.is_apart:
            is_needed = True
        elif phrase.kind in (Kind.OTHER, Kind.TALK) and phrase.word.text in NEEDING:
            if is_first_person and not {"and", "so", ","}.isdisjoint(phrase.word.before):
                continue  # "we sell coffee and want to meet cafes"
            is_needed = is_after_companies and not phrase.word.is_apart and phrases[at - 1].word.text not in PEOPLE
        elif is_named and phrase.word.text in SELLERS and not phrase.word.is_apart and _is_we(phrases[at - 1], phrase):
            is_needed = is_ours = True
        elif phrase.kind in (Kind.NAME, Kind.ACTIVITY, Kind.CODE) or _is_who(phrase.word):
            is_after_companies = True
            is_named = is_named or not _is_who(phrase.word)
    return found


def _is_we(before: Phrase, phrase: Phrase) -> bool:
    """Returns whether "we" begins what we could sell to the companies before it: "bakeries we", "bakeries could we"."""
    return phrase.word.is_tight and (
        before.kind in (Kind.NAME, Kind.ACTIVITY, Kind.CODE) or before.word.text in ("can", "could", "should", "might")
    )


def _is_who(word: Word) -> bool:
    """Returns whether a word stands for the companies asked for; "the client wants ..." is about one that asks."""
    return word.text in WHO and (word.is_plural or word.text not in ASKING)


def _sold(phrases: Sequence[Phrase], at: int, last: int) -> set[int]:
    """Returns the places between "sell" and "to" if an industry is named after that; `last` is the last such place."""
    receivers = {"to", "into", "for"} if at and phrases[at - 1].word.text in SELLERS else {"to", "into"}
    for to in range(at + 1, min(at + 1 + REACH, len(phrases))):
        if "." in phrases[to].word.before:
            break
        before = set(phrases[to].word.before)
        is_next = phrases[to].word.text in NEXT and not {"and", "so", ","}.isdisjoint(before)
        if receivers & before or (is_next and receivers != {"to", "into"}):
            return set(range(at + 1, to)) if last >= to else set()
    return set()
