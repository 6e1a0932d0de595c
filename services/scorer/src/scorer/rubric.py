"""The rubric: what each piece of evidence is worth. One frozen value; whoever changes a weight changes the version.

A score is the share of the full evidence for a good lead that was found: the sum of weight times signal. What is not
known adds nothing: the weights of the known are *not* scaled up to fill its place, since then a company about which
hardly anything is known could score like one that is known well, and finding a weak signal could lower a score.
"""

from dataclasses import dataclass, fields

from common.contracts import Bucket


@dataclass(frozen=True)
class Weights:
    """What each signal adds when it is fully there. They sum to 1."""

    site_live: float = 0.20
    has_email: float = 0.20
    about_known: float = 0.10
    has_phone: float = 0.10
    age: float = 0.10
    industry_known: float = 0.10
    has_careers: float = 0.08
    tech_hints: float = 0.07
    entity_type: float = 0.05

    def __post_init__(self) -> None:
        values = [getattr(self, field.name) for field in fields(self)]
        if min(values) < 0 or round(sum(values), 9) != 1:
            raise ValueError(f"weights must be positive and sum to 1, not {sum(values)}")

    def of(self, signal: str) -> float:
        """The weight of the signal of this name. AttributeError for a name that is none."""
        weight: float = getattr(self, signal)
        return weight


@dataclass(frozen=True)
class Rubric:
    """The weights, where the buckets begin, and the version that lead_scores names."""

    model_version: str = "2026-11-1"
    weights: Weights = Weights()
    high_from: float = 0.66
    medium_from: float = 0.33

    def bucket(self, score: float) -> Bucket:
        """The bucket of a score; a boundary belongs to the bucket above it."""
        if score >= self.high_from:
            return "High"
        return "Medium" if score >= self.medium_from else "Low"
