"""Rates companies and writes what came of it: the part that all who score have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from common.contracts import CompanyEnriched, LeadScored
from common.postgres import Connection
from scorer import features, metrics, profiles, scores, wordings
from scorer.rating import Rating, newest, rate
from scorer.yardstick import Yardstick, Yardsticks


@dataclass(frozen=True, slots=True)
class Standing:
    """The ratings that stand now, by company, and since when: later than whatever stood before."""

    ratings: Mapping[int, Rating]
    at: datetime

    def lead(self, company_id: int) -> LeadScored:
        """The event that tells what stands of a company."""
        return self.ratings[company_id].announcement(scored_at=self.at)


async def yardstick_of(tx: Connection, yardsticks: Yardsticks) -> Yardstick:
    """What the tenant's leads are measured by, which stays as it is until this transaction ends."""
    yardstick = yardsticks.of(await profiles.share(tx))
    if yardstick.flaw is not None:
        metrics.weights_unusable.inc()
    return yardstick


async def settle(tx: Connection, yardstick: Yardstick, events: Iterable[CompanyEnriched]) -> Standing:
    """Rates these enrichments and writes the newest of each company; what stands then, be it of a newer one yet.

    The rows stay locked until the transaction ends, and the time is the database's, after they are: so of two leads of
    one company the later one is right, whoever scored them, in whichever order. May be repeated.
    """
    ratings = newest(await rate_all(tx, yardstick, events))
    if not ratings:
        return Standing({}, await tx.fetchval("SELECT clock_timestamp()"))
    written = await features.save(tx, ratings)
    at = await scores.save(tx, ratings)
    if written < len(ratings) and (newer := await features.newer(tx, ratings)):
        standing = newest(await rate_all(tx, yardstick, newer))
        await features.save(tx, standing)
        at = await scores.save(tx, standing)
        ratings += standing
    return Standing({rating.event.company.company_id: rating for rating in ratings}, at)


async def rate_all(tx: Connection, yardstick: Yardstick, events: Iterable[CompanyEnriched]) -> list[Rating]:
    """The ratings, each in the words that a language model found for these very features, if one did."""
    ratings = [rate(event, yardstick) for event in events]
    words = await wordings.find(tx, [rating.features_hash for rating in ratings])
    return [replace(it, rationale=words.get(it.features_hash, it.rationale)) for it in ratings] if words else ratings
