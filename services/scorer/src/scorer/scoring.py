"""Rates companies and writes what came of it: the part that all who score have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from common.contracts import CompanyEnriched
from common.postgres import Connection
from scorer import features, scores, wordings
from scorer.rating import Rating, rate
from scorer.yardstick import Yardstick


async def rate_all(tx: Connection, yardstick: Yardstick, events: Iterable[CompanyEnriched]) -> list[Rating]:
    """The ratings, each in the words that a language model found for these very features, if one did."""
    ratings = [rate(event, yardstick) for event in events]
    words = await wordings.find(tx, [rating.features_hash for rating in ratings])
    return [replace(it, rationale=words.get(it.features_hash, it.rationale)) for it in ratings] if words else ratings


async def save(tx: Connection, ratings: Sequence[Rating]) -> None:
    """Writes features and scores of these ratings by one yardstick, one company each, sorted by company."""
    await features.save(tx, ratings)
    await scores.save(tx, ratings)
