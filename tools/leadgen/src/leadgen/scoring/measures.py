"""Measures of how well scores separate won leads from lost ones. Pure.

AUC is the chance that a won lead has a higher score than a lost one (a tie counts half). Brier is the mean square of
score minus outcome. Calibrated scores say what to expect: of leads around 0.7, seven in ten are won.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from common.errors import Permanent

BINS = 10

#: With fewer labels no figure means anything; with so few it is rough.
FEWEST = 10


class TooFewLabels(Permanent):
    """There are too few outcomes, or all are of one kind."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Leads with a score from `low` to below `high` (in the last bin: to 1); no means if there are none."""

    low: float
    high: float
    count: int
    mean_score: float | None
    share_won: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures of the scores; `missing` counts outcomes of companies without a score."""

    labels: int
    won: int
    missing: int
    auc: float
    brier: float
    calibration: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A score, and the outcome of the lead."""

    score: float
    is_won: bool


def evaluate(leads: Sequence[Scored], *, missing: int = 0) -> Evaluation:
    """Computes the measures. Raises TooFewLabels, which states the required number."""
    won = sum(lead.is_won for lead in leads)
    among = f" among the {len(leads)} outcomes with a score" if missing else f" among {len(leads)}"
    if len(leads) < FEWEST:
        raise TooFewLabels(f"{len(leads)} outcomes with a score are too few: at least {FEWEST} are needed")
    if won in (0, len(leads)):
        raise TooFewLabels(f"there is none that was {'lost' if won else 'won'}{among}: both kinds are needed")
    return Evaluation(
        labels=len(leads),
        won=won,
        missing=missing,
        auc=round(auc(leads), 4),
        brier=round(fsum((lead.score - lead.is_won) ** 2 for lead in leads) / len(leads), 4),
        calibration=calibration(leads),
    )


def auc(leads: Sequence[Scored]) -> float:
    """Returns the area under the ROC curve. Needs at least one won lead and one lost."""
    lost = sorted(lead.score for lead in leads if not lead.is_won)
    won = [lead.score for lead in leads if lead.is_won]
    halves = sum(bisect_left(lost, score) + bisect_right(lost, score) for score in won)
    return halves / (2 * len(won) * len(lost))


def calibration(leads: Sequence[Scored]) -> tuple[Bin, ...]:
    """Returns ten bins of equal width."""
    bins: list[list[Scored]] = [[] for _ in range(BINS)]
    for lead in leads:
        bins[min(int(lead.score * BINS), BINS - 1)].append(lead)
    return tuple(_bin(number, inside) for number, inside in enumerate(bins))


def roc(leads: Sequence[Scored]) -> list[tuple[float, float]]:
    """Returns the shares of lost and of won leads at or above each score, from none to all."""
    won = sorted(lead.score for lead in leads if lead.is_won)
    lost = sorted(lead.score for lead in leads if not lead.is_won)
    steps = sorted({lead.score for lead in leads}, reverse=True)
    return [(0.0, 0.0), *((_share_from(lost, score), _share_from(won, score)) for score in steps)]


def _bin(number: int, leads: Sequence[Scored]) -> Bin:
    count = len(leads)
    return Bin(
        low=number / BINS,
        high=(number + 1) / BINS,
        count=count,
        mean_score=round(fsum(lead.score for lead in leads) / count, 4) if count else None,
        share_won=round(sum(lead.is_won for lead in leads) / count, 4) if count else None,
    )


def _share_from(ascending: Sequence[float], score: float) -> float:
    return 1 - bisect_left(ascending, score) / len(ascending)
