"""Resolutions: the industries and codes that terms name, less those that they exclude."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common.contracts import Industry
from industries.language.conditions.places import Place
from industries.language.grammar.guessing import CHOICES
from industries.language.grammar.list_items import Mention
from industries.language.grammar.mentions import UNCLEAR
from industries.ssic.hierarchy import Hierarchy, VersionedCode

#: Confidence that a text which names industries, but does not ask for companies, is a request.
TALK = 0.4


@dataclass(frozen=True, slots=True)
class Resolution:
    """The industries that terms name.

    `codes` are the five-digit codes beneath `industries` without those beneath `excluded`; industries beneath an
    excluded one stay ("except food, but including chocolate").
    """

    industries: tuple[Industry, ...] = ()
    excluded: tuple[Industry, ...] = ()
    codes: tuple[VersionedCode, ...] = ()
    #: From 0 to 1: 1 for codes and whole titles, less for vocabulary, less for corrected spellings, 0 for nothing. At
    #: most 0.5 if an exclusion was not understood. 0 or TALK without industries.
    confidence: float = 0.0
    #: The nearest industries, as choices; only if nothing was resolved.
    suggestions: tuple[Industry, ...] = ()
    #: The first year of foundation asked for.
    founded_since: int | None = None
    #: The places asked for; a company in any of them matches.
    places: tuple[Place, ...] = ()
    #: Parts of the text that the register cannot be searched by, as they are written: sizes, needs, other places.
    ignored: tuple[str, ...] = ()


def resolution_of(
    hierarchy: Hierarchy,
    mentions: Sequence[Mention],
    guessed: Sequence[VersionedCode],
    since: int | None,
    *,
    is_talk: bool,
) -> Resolution:
    """Combines mentions to the codes asked for. Guesses are its suggestions if no code is left."""
    wanted = [each for each in mentions if not each.is_left_out and each.codes]
    unclear = [each for each in mentions if each.is_left_out and not each.codes]
    asked_for, taken_back = _taken_back(hierarchy, wanted)
    included = hierarchy.topmost(asked_for)
    here = _beneath(hierarchy, included)
    not_wanted = {(*each.codes, None, *each.senses): each for each in mentions if each.is_left_out}
    left_out = hierarchy.topmost(code for each in not_wanted.values() for code in _senses(hierarchy, each, here))
    gone = _beneath(hierarchy, left_out)
    included += [key for key in hierarchy.topmost(taken_back) if not gone.isdisjoint(hierarchy.beneath(key))]
    gone -= _beneath(hierarchy, taken_back)
    if here and gone.issuperset(here):  # "exhibition stand builders, not event companies": the narrower name counts
        kept = [key for key in left_out if not any(_is_above(hierarchy, key, each) for each in included)]
        gone = _beneath(hierarchy, kept) - _beneath(hierarchy, taken_back)
        if gone.issuperset(here) and not any(key in included for key in kept):
            kept, gone = [], set()
        if len(kept) < len(left_out):  # an exclusion was not understood
            left_out, unclear = kept, [Mention((), True, UNCLEAR)]
    included = [key for key in included if any(code not in gone for code in hierarchy.beneath(key))]
    codes = tuple(sorted(here - gone))
    return Resolution(
        industries=tuple(map(hierarchy.industry, included)),
        excluded=tuple(map(hierarchy.industry, left_out)),
        codes=codes,
        confidence=(
            round(min(each.confidence for each in (*wanted, *unclear)), 3) if codes else TALK if is_talk else 0.0
        ),
        suggestions=() if codes else tuple(map(hierarchy.industry, hierarchy.topmost(guessed)[:CHOICES])),
        founded_since=since,
    )


def _taken_back(hierarchy: Hierarchy, wanted: Sequence[Mention]) -> tuple[list[VersionedCode], list[VersionedCode]]:
    """Separates codes asked for from codes that are included again after an exclusion above them.

    The latter must be part of what was asked for before: "manufacturing except food, but including chocolate" asks
    for makers of chocolate, not for its shops.
    """
    asked_for: list[VersionedCode] = []
    taken_back: list[VersionedCode] = []
    for each in wanted:
        here = _beneath(hierarchy, asked_for) if each.is_taken_back else set()
        inside = [code for code in each.codes if here and here.issuperset(hierarchy.beneath(code))]
        taken_back += inside
        asked_for += () if inside else each.codes
    return asked_for, taken_back


def _is_above(hierarchy: Hierarchy, key: VersionedCode, other: VersionedCode) -> bool:
    return key != other and key in hierarchy.upwards(other)


def _beneath(hierarchy: Hierarchy, keys: Iterable[VersionedCode]) -> set[VersionedCode]:
    return {code for key in keys for code in hierarchy.beneath(key)}


def _senses(hierarchy: Hierarchy, mention: Mention, here: set[VersionedCode]) -> Sequence[VersionedCode]:
    """Returns the excluded codes: all meanings among the codes asked for (`here`), else the plain meaning."""
    senses = [code for code in (*mention.codes, *mention.senses) if not here.isdisjoint(hierarchy.beneath(code))]
    return senses or mention.codes
