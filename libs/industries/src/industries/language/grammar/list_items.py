"""Items of a list in a text, between commas and conjunctions, and the mentions that they make."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from industries.language.grammar.goods_and_activities import takes
from industries.language.names.phrases import Kind, Phrase
from industries.language.text.words import AGAIN, BACK, NOT, NOT_NEXT
from industries.ssic.hierarchy import VersionedCode


@dataclass(slots=True)
class Mention:
    """Codes that a text mentions, whether it excludes them, and the confidence."""

    codes: Sequence[VersionedCode]
    is_left_out: bool
    confidence: float
    #: Other meanings of the words: an exclusion applies to each of them.
    senses: Sequence[VersionedCode] = ()
    #: "But including ...": a part of what was excluded before is included again.
    is_taken_back: bool = False

    def within(self, versions: Container[str]) -> "Mention":
        """Returns the mention with the codes of these versions only."""
        codes, senses = ([each for each in some if each.version in versions] for some in (self.codes, self.senses))
        return replace(self, codes=codes, senses=senses)


@dataclass
class ListItem:
    """One item of a list: phrases between commas and conjunctions. Its phrases do not change: its names are kept."""

    phrases: list[Phrase] = field(default_factory=list)
    is_left_out: bool = False
    is_taken_back: bool = False
    is_joined: bool = False
    is_listed: bool = False

    @cached_property
    def names(self) -> list[Phrase]:
        return [phrase for phrase in self.phrases if phrase.kind is Kind.NAME]

    @cached_property
    def activities(self) -> list[Phrase]:
        return [phrase for phrase in self.phrases if phrase.kind is Kind.ACTIVITY]

    def of(self, phrases: list[Phrase]) -> "ListItem":
        """Makes an item of other phrases in the same place."""
        return ListItem(phrases, self.is_left_out, self.is_taken_back, self.is_joined, self.is_listed)

    def mention(
        self, codes: Sequence[VersionedCode], confidence: float, senses: Sequence[VersionedCode] = ()
    ) -> Mention:
        """Makes a mention of codes that is included or excluded like the item."""
        return Mention(codes, self.is_left_out, confidence, senses, self.is_taken_back)


def list_items(phrases: Sequence[Phrase]) -> list[ListItem]:
    """Splits phrases into the items of lists.

    A last item that only ends whom an industry is for ("agencies for models and actors") is no name.
    """
    items = _with_activities_behind(_items(phrases))
    for at, (before, item) in enumerate(pairwise(items), 1):
        if _is_for(before) and item.is_joined and not item.is_listed and _is_name(item):
            items[at] = item.of([replace(item.phrases[0], kind=Kind.TALK)])
    return items


def _is_for(item: ListItem) -> bool:
    """Returns whether an item ends with those that an industry is for: "agencies for models"."""
    last = item.phrases[-1]
    return "for" in last.word.before and any(each.kind in (Kind.NAME, Kind.ACTIVITY) for each in item.phrases[:-1])


def _is_name(item: ListItem) -> bool:
    return len(item.phrases) == 1 and item.phrases[0].kind is Kind.NAME and item.phrases[0].is_plural


def _items(phrases: Sequence[Phrase]) -> list[ListItem]:
    items: list[ListItem] = []
    is_left_out = is_taken_back = only_next = False
    for phrase in phrases:
        before = phrase.word.before
        joined = bool({"and", "or", "nor", "plus"} & set(before))
        if {".", AGAIN, BACK, NOT} & set(before):
            is_left_out, is_taken_back = NOT in before, BACK in before and NOT not in before
        starts = not items or phrase.word.is_apart or joined or only_next
        if starts:
            is_listed = "," in before and "." not in before
            left_out = is_left_out or NOT_NEXT in before
            items.append(ListItem([], left_out, is_taken_back, is_joined=joined, is_listed=is_listed))
            only_next = NOT_NEXT in before
        items[-1].phrases.append(phrase)
    return items


def _with_activities_behind(items: list[ListItem]) -> list[ListItem]:
    """Gives the goods before a list of activities to each of them: "furniture, retail or wholesale"."""
    if len(items) < 2 or not items[1].is_listed or len(items[0].names) != 1 or items[0].activities:
        return items
    behind = items[1:]
    activities = [item.activities[0] for item in behind if item.activities]
    if any(item.is_left_out or item.names for item in items) and any(item.is_left_out or item.names for item in behind):
        return items
    goods = items[0].names[0]
    if len(activities) != len(behind) or not all(takes(goods, activity) for activity in activities):
        return items
    return [
        replace(items[0], phrases=[*items[0].phrases, replace(activity, word=activity.word._replace(before=()))])
        for activity in activities
    ]
