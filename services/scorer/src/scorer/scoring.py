"""Rates companies and saves the ratings; shared by the consumer, rescoring and the rationale rewriter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from common.contracts import CompanyEnriched, LeadScored
from common.postgres import Connection
from scorer import metrics
from scorer.adapters import features, llm_rationales, profiles, scores
from scorer.core.rating import Rating, newest, rate
from scorer.core.scoring_profile import ProfileCache, ScoringProfile


@dataclass(frozen=True, slots=True)
class SavedRatings:
    """The saved ratings by company, and the time of saving, later than that of every rating saved before."""

    ratings: Mapping[int, Rating]
    at: datetime

    def to_event(self, company_id: int) -> LeadScored:
        """Builds the event that announces the company's saved rating."""
        return self.ratings[company_id].to_event(scored_at=self.at)


async def locked_profile(tx: Connection, profile_cache: ProfileCache) -> ScoringProfile:
    """Returns the tenant's scoring profile and keeps it from changing until this transaction ends."""
    profile = profile_cache.get(await profiles.read_locked(tx))
    if profile.weights_error is not None:
        metrics.weights_unusable.inc()
    return profile


async def save_newest(tx: Connection, profile: ScoringProfile, events: Iterable[CompanyEnriched]) -> SavedRatings:
    """Rates enrichments and saves the newest of each company. Returns the saved ratings, including newer ones.

    The rows stay locked until the transaction ends, and the time is taken from the database after they are locked. So
    of two leads of one company the later one is right, whichever replica scored it. May be repeated.
    """
    ratings = newest(await rate_all(tx, profile, events))
    if not ratings:
        return SavedRatings({}, await tx.fetchval("SELECT clock_timestamp()"))
    written = await features.save(tx, ratings)
    at = await scores.save(tx, ratings)
    if written < len(ratings) and (newer := await features.find_newer(tx, ratings)):
        saved = newest(await rate_all(tx, profile, newer))
        await features.save(tx, saved)
        at = await scores.save(tx, saved)
        ratings += saved
    return SavedRatings({rating.event.company.company_id: rating for rating in ratings}, at)


async def rate_all(tx: Connection, profile: ScoringProfile, events: Iterable[CompanyEnriched]) -> list[Rating]:
    """Rates enrichments, with the language model's rationale if there is one for the same features."""
    ratings = [rate(event, profile) for event in events]
    words = await llm_rationales.find(tx, [rating.features_hash for rating in ratings])
    return [replace(it, rationale=words.get(it.features_hash, it.rationale)) for it in ratings] if words else ratings
