"""A grammar of industry texts: combines phrases to mentions of industries.

The last word of a compound names the industry ("logistics software" is software). Goods take the activity beside them
("furniture shops"), and an activity applies to a whole list ("furniture and toy shops"). Things sold *to* or done *for*
somebody and job titles are not industries that the text asks for.
"""

from collections.abc import Iterator, Sequence

from industries.language.grammar.compounds import heads
from industries.language.grammar.goods_and_activities import GoodsAndActivities, takes
from industries.language.grammar.list_items import ListItem, Mention, list_items
from industries.language.grammar.others import without_others
from industries.language.names.phrases import HEADS, Kind, Phrase
from industries.language.requests.skeletons import COMPANY
from industries.language.text.words import NOT, NOT_NEXT, set_of

#: Confidence of a mention, by its basis.
SURE, COMPOSED, GUESSED = 0.95, 0.9, 0.75

#: Highest confidence of an answer if an exclusion was not understood.
UNCLEAR = 0.5

SELLING_IT = set_of("sell selling deal trades specialising specialise specialist that which who supply")

#: Maximum distance, in list items or in words, of things that belong together.
REACH = 12


def read_mentions(phrases: Sequence[Phrase], trades: GoodsAndActivities) -> list[Mention]:
    """Reads the mentions in order. An exclusion that is not understood excludes nothing and is UNCLEAR."""
    items = [it.of(heads(it.phrases, trades)) for it in list_items(without_others(phrases))]
    has_activities = any(item.activities for item in items)
    found: list[Mention] = []
    is_clear = True
    for at, item in enumerate(items):
        mentions = list(_mentions(items, at, trades, has_activities=has_activities))
        if not item.is_left_out or {NOT, NOT_NEXT} & set(item.phrases[0].word.before):
            found += _unclear(is_clear)
            is_clear = not item.is_left_out
        is_clear = is_clear or any(each.codes for each in mentions)
        found += mentions
    return found + _unclear(is_clear)


def _unclear(is_clear: bool) -> list[Mention]:
    return [] if is_clear else [Mention((), True, UNCLEAR)]


def _mentions(
    items: Sequence[ListItem], at: int, trades: GoodsAndActivities, *, has_activities: bool
) -> Iterator[Mention]:
    item = items[at]
    used: set[int] = set()
    for position, phrase in enumerate(item.phrases):
        if phrase.kind is Kind.CODE:
            yield item.mention(phrase.codes, 1.0)
        elif phrase.kind is Kind.ACTIVITY and not _is_repair_shop(item.phrases, position):
            goods = _goods(item.phrases, position)
            if goods is not None:
                used.add(goods)
                yield from _industry_of_goods(item, item.phrases[goods], phrase, trades)
            elif shared := _goods_beside(items, at, phrase):
                yield item.mention(trades.industry_of_goods(shared, phrase), COMPOSED)
            elif codes := trades.industry_of_activity(phrase):
                yield item.mention(codes, SURE if len(item.phrases) == 1 else GUESSED)
    for position, phrase in enumerate(item.phrases):
        if phrase.kind is not Kind.NAME or position in used or phrase.meaning is None:
            continue
        senses = [code for codes in phrase.meaning.facets.values() for code in codes]
        activity = _activity_beside(items, at, phrase) if has_activities and not item.activities else None
        if activity is not None:
            yield item.mention(trades.industry_of_goods(phrase, activity), COMPOSED, senses)
        else:
            yield item.mention(phrase.meaning.facets[""], SURE, senses)


def _is_repair_shop(phrases: Sequence[Phrase], at: int) -> bool:
    """Returns whether an activity is the shop of a "repair shop", which sells nothing."""
    before = phrases[at - 1] if at else None
    return (
        before is not None
        and before.kind is Kind.ACTIVITY
        and phrases[at].word.is_tight
        and (before.facets[0], phrases[at].facets[0]) == ("repair", "retail")
    )


def _industry_of_goods(
    item: ListItem, goods: Phrase, activity: Phrase, trades: GoodsAndActivities
) -> Iterator[Mention]:
    codes = trades.industry_of_goods(goods, activity)
    yield item.mention(codes, COMPOSED if takes(goods, activity) else GUESSED)


def _goods(phrases: Sequence[Phrase], at: int) -> int | None:
    """Finds the place of the goods of an activity: before it, else after it."""
    before, first = at - 1, max(0, at - REACH)
    while before >= first and phrases[before].kind is Kind.ACTIVITY and phrases[before + 1].word.is_tight:
        before -= 1
    if before >= 0 and phrases[before].kind is Kind.NAME and phrases[before + 1].word.is_tight:
        return before
    if before > 0 and phrases[before].kind is Kind.OTHER and _is_of_material(phrases, before, phrases[at]):
        return before - 1
    for after in range(at + 1, min(at + 4, len(phrases))):
        if phrases[after].kind is Kind.NAME:
            return after if after == at + 1 or takes(phrases[after], phrases[at]) else None
        if phrases[after].kind in (Kind.OTHER, Kind.TALK) and phrases[after].word.text not in SELLING_IT:
            return None
    return None


def _is_of_material(phrases: Sequence[Phrase], at: int, activity: Phrase) -> bool:
    """Returns whether an unknown thing is of known goods: the gasket in "rubber gasket makers"."""
    material = phrases[at - 1]
    is_tight = phrases[at].word.is_tight and phrases[at + 1].word.is_tight
    return is_tight and material.kind is Kind.NAME and not material.is_plural and takes(material, activity)


def _goods_beside(items: Sequence[ListItem], at: int, activity: Phrase) -> Phrase | None:
    """Finds the goods in a neighbouring item: the furniture in "furniture makers and retailers"."""
    if items[at].names or activity.facets[0] in HEADS:
        return None
    if at and items[at].is_joined and items[at - 1].activities and items[at - 1].names:
        last = items[at - 1].names[-1]
        if takes(last, activity) and items[at - 1].is_left_out == items[at].is_left_out:
            return last
    if at + 1 < len(items) and items[at + 1].is_joined and items[at + 1].activities and items[at + 1].names:
        first, name = items[at + 1].phrases[0], items[at + 1].names[0]
        if first.kind is Kind.ACTIVITY and takes(name, activity):
            return name
    return None


def _activity_beside(items: Sequence[ListItem], at: int, name: Phrase) -> Phrase | None:
    """Finds the activity in a neighbouring item: the shops in "furniture and toy shops"."""
    if items[at].phrases[-1].word.written in COMPANY and items[at].phrases[-1].word.is_plural:
        return None  # "security companies and cleaning contractors"
    for after in range(at + 1, min(at + 1 + REACH, len(items))):
        if not (items[after].is_joined or items[after].is_listed) or items[after].is_left_out != items[at].is_left_out:
            break
        if items[after].activities:
            is_last = items[after].phrases[0].kind in (Kind.NAME, Kind.OTHER) and items[after].is_joined
            activity = items[after].activities[0]
            return activity if is_last and takes(name, activity) else None
    for before in range(at - 1, max(-1, at - 1 - REACH), -1):
        follows = items[before + 1].is_joined or items[before + 1].is_listed
        if not follows or items[before].is_left_out != items[at].is_left_out:
            break
        if items[before].activities:
            first = items[before].phrases[0]
            return first if _leads(items[before]) and takes(name, first) else None
    return None


def _leads(item: ListItem) -> bool:
    """Returns whether an activity stands before a list of goods: "shops of toys and bags", "shops selling toys"."""
    if item.phrases[0].kind is not Kind.ACTIVITY or not item.names:
        return False
    return "of" in item.names[0].word.before or item.phrases[1].word.text in SELLING_IT
