"""Rates a lead: the signals of a visit, weighed by the rubric, and the words that explain the result. Pure.

The same event and rubric give the same rating to the bit. Contributions are rounded to four places before they are
summed, so that they sum to the score exactly as people add decimals, and a boundary is met when it is met.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import fsum

from common.contracts import Bucket, CompanyEnriched, Contact, LeadScored
from scorer.rationale import rationale
from scorer.rubric import Rubric
from scorer.signals import Signal, best_contact, signals_of

PLACES = 4


@dataclass(frozen=True)
class Feature:
    """A signal and what it adds to the score; an unknown one adds nothing."""

    signal: Signal
    contribution: float


@dataclass(frozen=True)
class Rating:
    """What the scorer makes of one enriched company."""

    event: CompanyEnriched
    features: tuple[Feature, ...]
    score: float
    bucket: Bucket
    rationale: str
    contact: Contact | None
    model_version: str

    def announcement(self, scored_at: datetime) -> LeadScored:
        """The event that tells of this rating."""
        return LeadScored(
            tenant_id=self.event.tenant_id,
            company=self.event.company,
            score=self.score,
            bucket=self.bucket,
            rationale=self.rationale,
            contact=self.contact,
            model_version=self.model_version,
            enriched_at=self.event.enriched_at,
            scored_at=scored_at,
        )


def rate(event: CompanyEnriched, rubric: Rubric) -> Rating:
    """The rating of this visit: score in [0, 1], monotone in every signal."""
    features = tuple(_weigh(signal, rubric) for signal in signals_of(event))
    score = round(fsum(feature.contribution for feature in features), PLACES)
    contact = best_contact(event)
    return Rating(
        event=event,
        features=features,
        score=score,
        bucket=rubric.bucket(score),
        rationale=rationale(event, contact),
        contact=contact,
        model_version=rubric.model_version,
    )


def newest(ratings: Iterable[Rating]) -> list[Rating]:
    """One rating per company, that of its newest visit, by company; whatever the order and repeats of what comes in."""
    by_company: dict[int, Rating] = {}
    for rating in sorted(ratings, key=lambda it: (it.event.enriched_at, it.score, it.rationale)):
        by_company[rating.event.company.company_id] = rating
    return [by_company[company_id] for company_id in sorted(by_company)]


def _weigh(signal: Signal, rubric: Rubric) -> Feature:
    return Feature(signal, round(rubric.weights.of(signal.name) * (signal.value or 0.0), PLACES))
