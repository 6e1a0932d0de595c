"""What a text says of industries: its pieces, put together the way the trade puts its words together.

The last word of a compound says what a company is ("logistics software" is software), goods take the activity beside
them ("furniture shops"), an activity serves a whole list ("furniture and toy shops"), and what is sold *to* somebody,
done *for* somebody or the title of a manager's job is not the industry that is asked for.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from industries.dealing import Dealing
from industries.hierarchy import VersionedCode
from industries.pieces import HEADS, Kind, Piece
from industries.words import AGAIN, BACK, NOT, NOT_NEXT, set_of

#: Makes the industry before it a person's job, and after "of" the one that follows.
ROLES = set_of(
    """
    manager director head officer executive team department president vp svp chief lead leader staff assistant
    supervisor coordinator chairman counsel ceo cfo cto coo
    """
)
SELLING = set_of("sell sold selling offer offering provide pitch supply supplying")
OURS = set_of("our my")
DEALING_IN = set_of("sell selling deal dealing specialising specialise specialist that which who supply")

#: How far apart, in things of a list or in words, two may stand and still belong together.
REACH = 12

#: How sure a reading is, by what it rests on.
SURE, COMPOSED, GUESSED = 0.95, 0.9, 0.75

#: How sure an answer is at most when something was left out and it is not understood what.
UNCLEAR = 0.5


@dataclass(slots=True)
class Said:
    """Codes that a text names, whether to leave them out, and how sure that is."""

    codes: Sequence[VersionedCode]
    is_left_out: bool
    confidence: float
    #: What else the words could mean: what is left out is left out in each of these senses.
    senses: Sequence[VersionedCode] = ()
    #: "But including ...": of what was left out before, this is wanted all the same.
    is_taken_back: bool = False

    def within(self, versions: Container[str]) -> "Said":
        """The same of these versions alone."""
        codes, senses = ([each for each in some if each.version in versions] for some in (self.codes, self.senses))
        return replace(self, codes=codes, senses=senses)


@dataclass
class Item:
    """One thing of a list: pieces between commas and conjunctions. Its pieces are final once it is asked."""

    pieces: list[Piece] = field(default_factory=list)
    is_left_out: bool = False
    is_taken_back: bool = False
    is_joined: bool = False
    is_listed: bool = False

    @cached_property
    def names(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind is Kind.NAME]

    @cached_property
    def activities(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind is Kind.ACTIVITY]

    def says(self, codes: Sequence[VersionedCode], confidence: float, senses: Sequence[VersionedCode] = ()) -> Said:
        """Its codes, wanted or left out as the thing is."""
        return Said(codes, self.is_left_out, confidence, senses, self.is_taken_back)


def read(pieces: Sequence[Piece], dealing: Dealing) -> list[Said]:
    """What the pieces say, in their order. Where it is not understood what is left out, nothing is, UNCLEAR."""
    items = _items(_asked_for(pieces))
    for item in items:
        item.pieces = _heads(item.pieces, dealing)
    read_: list[Said] = []
    is_clear = True
    for at, item in enumerate(items):
        said = list(_said(items, at, dealing))
        if not item.is_left_out or {NOT, NOT_NEXT} & set(item.pieces[0].word.before):
            read_ += _unclear(is_clear)
            is_clear = not item.is_left_out
        is_clear = is_clear or any(each.codes for each in said)
        read_ += said
    return read_ + _unclear(is_clear)


def _unclear(is_clear: bool) -> list[Said]:
    return [] if is_clear else [Said((), True, UNCLEAR)]


def _asked_for(pieces: Sequence[Piece]) -> list[Piece]:
    """Without the names that are somebody's job, what is sold to those who are asked for, and our own things."""
    dropped: set[int] = set()
    named = (Kind.NAME, Kind.ACTIVITY)
    last = max((at for at, piece in enumerate(pieces) if piece.kind in (*named, Kind.CODE)), default=0)
    for at, piece in enumerate(pieces):
        if piece.kind is Kind.OTHER:
            if piece.word.text in ROLES:
                if at and piece.word.is_tight and pieces[at - 1].kind in (Kind.NAME, Kind.ACTIVITY):
                    dropped.add(at - 1)
                if at + 1 < len(pieces) and "of" in pieces[at + 1].word.before:
                    dropped.add(at + 1)
            elif piece.word.text in OURS:
                dropped.add(at + 1)
            elif piece.word.text in SELLING:
                dropped |= _sold(pieces, at, last)
    return [piece for at, piece in enumerate(pieces) if at not in dropped or piece.kind not in named]


def _sold(pieces: Sequence[Piece], at: int, last: int) -> set[int]:
    """What stands between "sell" and "to", if something is named after that; `last` is the last that is."""
    for to in range(at + 1, min(at + 1 + REACH, len(pieces))):
        if "." in pieces[to].word.before:
            break
        if {"to", "into"} & set(pieces[to].word.before):
            return set(range(at + 1, to)) if last >= to else set()
    return set()


def _items(pieces: Sequence[Piece]) -> list[Item]:
    items: list[Item] = []
    is_left_out = is_taken_back = only_next = False
    for piece in pieces:
        before = piece.word.before
        joined = bool({"and", "or", "nor", "plus"} & set(before))
        if {".", AGAIN, BACK, NOT} & set(before):
            is_left_out, is_taken_back = NOT in before, BACK in before and NOT not in before
        starts = not items or piece.word.is_apart or joined or only_next
        if starts:
            is_listed = "," in before and "." not in before
            left_out = is_left_out or NOT_NEXT in before
            items.append(Item([], left_out, is_taken_back, is_joined=joined, is_listed=is_listed))
            only_next = NOT_NEXT in before
        items[-1].pieces.append(piece)
    return items


def _heads(pieces: list[Piece], dealing: Dealing) -> list[Piece]:
    """Without names that only describe the one after them, or that come after "for"."""
    kept: list[Piece] = []
    for piece in pieces:
        if piece.kind is Kind.NAME:
            if "for" in piece.word.before and any(each.kind in (Kind.NAME, Kind.ACTIVITY) for each in kept):
                break
            if kept and kept[-1].kind is Kind.NAME and piece.word.is_tight:
                if not kept[-1].is_plural or dealing.is_head(piece):
                    kept.pop()
            elif kept and kept[-1].kind is Kind.ACTIVITY and piece.word.is_tight and not _takes(piece, kept[-1]):
                describes = dealing.is_head(piece) or not kept[-1].is_plural
                kept = kept[:-1] if describes else kept
        kept.append(piece)
    return kept


def _takes(name: Piece, activity: Piece) -> bool:
    return name.meaning is not None and any(facet in name.meaning.facets for facet in activity.facets)


def _said(items: Sequence[Item], at: int, dealing: Dealing) -> Iterator[Said]:
    item = items[at]
    used: set[int] = set()
    for position, piece in enumerate(item.pieces):
        if piece.kind is Kind.CODE:
            yield item.says(piece.codes, 1.0)
        elif piece.kind is Kind.ACTIVITY:
            goods = _goods(item.pieces, position)
            if goods is not None:
                used.add(goods)
                yield from _done_with(item, item.pieces[goods], piece, dealing)
            elif shared := _goods_beside(items, at, piece):
                yield item.says(dealing.done_with(shared, piece), COMPOSED)
            elif codes := dealing.alone(piece):
                yield item.says(codes, SURE if len(item.pieces) == 1 else GUESSED)
    for position, piece in enumerate(item.pieces):
        if piece.kind is not Kind.NAME or position in used or piece.meaning is None:
            continue
        senses = [code for codes in piece.meaning.facets.values() for code in codes]
        activity = None if item.activities else _activity_beside(items, at, piece)
        if activity is not None:
            yield item.says(dealing.done_with(piece, activity), COMPOSED, senses)
        else:
            yield item.says(piece.meaning.facets[""], SURE, senses)


def _done_with(item: Item, goods: Piece, activity: Piece, dealing: Dealing) -> Iterator[Said]:
    codes = dealing.done_with(goods, activity)
    yield item.says(codes, COMPOSED if _takes(goods, activity) else GUESSED)


def _goods(pieces: Sequence[Piece], at: int) -> int | None:
    """Where the name is that an activity is about: before it, else after it."""
    before, first = at - 1, max(0, at - REACH)
    while before >= first and pieces[before].kind is Kind.ACTIVITY and pieces[before + 1].word.is_tight:
        before -= 1
    if before >= 0 and pieces[before].kind is Kind.NAME and pieces[before + 1].word.is_tight:
        return before
    for after in range(at + 1, min(at + 4, len(pieces))):
        if pieces[after].kind is Kind.NAME:
            return after if after == at + 1 or _takes(pieces[after], pieces[at]) else None
        if pieces[after].kind in (Kind.OTHER, Kind.TALK) and pieces[after].word.text not in DEALING_IN:
            return None
    return None


def _goods_beside(items: Sequence[Item], at: int, activity: Piece) -> Piece | None:
    """Of "furniture makers and retailers" or "wholesale and retail of furniture", the furniture."""
    if items[at].names or activity.facets[0] in HEADS:
        return None
    if at and items[at].is_joined and items[at - 1].activities and items[at - 1].names:
        last = items[at - 1].names[-1]
        if _takes(last, activity) and items[at - 1].is_left_out == items[at].is_left_out:
            return last
    if at + 1 < len(items) and items[at + 1].is_joined and items[at + 1].activities and items[at + 1].names:
        first, name = items[at + 1].pieces[0], items[at + 1].names[0]
        if first.kind is Kind.ACTIVITY and _takes(name, activity):
            return name
    return None


def _activity_beside(items: Sequence[Item], at: int, name: Piece) -> Piece | None:
    """Of "furniture and toy shops" the shops, of "makers of toys and furniture" the makers."""
    for after in range(at + 1, min(at + 1 + REACH, len(items))):
        if not (items[after].is_joined or items[after].is_listed) or items[after].is_left_out != items[at].is_left_out:
            break
        if items[after].activities:
            is_last = items[after].pieces[0].kind is Kind.NAME and items[after].is_joined
            activity = items[after].activities[0]
            return activity if is_last and _takes(name, activity) else None
    for before in range(at - 1, max(-1, at - 1 - REACH), -1):
        follows = items[before + 1].is_joined or items[before + 1].is_listed
        if not follows or items[before].is_left_out != items[at].is_left_out:
            break
        if items[before].activities:
            first = items[before].pieces[0]
            leads = first.kind is Kind.ACTIVITY and items[before].names and "of" in items[before].names[0].word.before
            return first if leads and _takes(name, first) else None
    return None
