"""Compounds: the last word names the industry, and names before it or behind "for" only describe it."""

from collections.abc import Sequence

from industries.language.grammar.goods_and_activities import GoodsAndActivities, takes
from industries.language.names.phrases import Kind, Phrase


def heads(phrases: list[Phrase], trades: GoodsAndActivities) -> list[Phrase]:
    """Drops names that only describe the next one, or that come after "for"."""
    kept: list[Phrase] = []
    for phrase in phrases:
        if phrase.kind is Kind.NAME:
            is_of_goods = len(kept) == 1 and kept[0].kind is Kind.ACTIVITY and takes(phrase, kept[0])
            if (
                _is_behind_for(kept, phrase)
                and not is_of_goods
                and any(each.kind in (Kind.NAME, Kind.ACTIVITY) for each in kept)
            ):
                break
            if kept and kept[-1].kind is Kind.NAME and phrase.word.is_tight:
                if trades.is_narrower(kept[-1], phrase):
                    continue
                if not kept[-1].is_plural or trades.is_head(phrase):
                    kept.pop()
            elif described := _described(kept, phrase):
                kept = kept[: described - 1] + kept[described:]
            elif kept and kept[-1].kind is Kind.ACTIVITY and phrase.word.is_tight and not takes(phrase, kept[-1]):
                describes = trades.is_head(phrase) or not kept[-1].is_plural
                kept = kept[:-1] if describes else kept
        kept.append(phrase)
    return kept


def _described(before: Sequence[Phrase], phrase: Phrase) -> int:
    """Returns the number of phrases up to a name that only describes this one: "chemical tank cleaning"; 0 if none."""
    each, at = phrase, len(before)
    while at and each.word.is_tight and before[at - 1].kind is Kind.TALK:
        at -= 1
        each = before[at]
    is_name = 0 < at < len(before) and each.word.is_tight and before[at - 1].kind is Kind.NAME
    return at if is_name and not before[at - 1].is_plural else 0


def _is_behind_for(before: Sequence[Phrase], phrase: Phrase) -> bool:
    """Returns whether a name is behind "for", with words that describe it between them: "for new buildings"."""
    each, at = phrase, len(before) - 1
    while each.word.is_tight and at >= 0 and before[at].kind is Kind.OTHER:
        each, at = before[at], at - 1
    return "for" in each.word.before
