"""Fits weights to outcomes: a regularised logistic regression over the leads' features.

A lead's features are value minus prior, so that what is unknown says nothing, as in the scorer. Weights are not
negative: a positive finding never lowers a score. Features that are the same in all leads keep the weight that they
have. The proposal is judged by leads that it was not fitted to (stratified cross-validation).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, TypeAlias

from common.errors import Permanent
from leadgen.scoring.extra import needed
from leadgen.scoring.measures import Scored, TooFewLabels, auc
from leadgen.scoring.weights import CriterionWeight

if TYPE_CHECKING:
    import numpy as np

    Matrix: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

#: Labels in all and of each kind, below which weights would be those of chance: more of the rarer kind than there are
#: features, and four of them in every fold.
FEWEST, FEWEST_OF_A_KIND = 100, 20
FOLDS = 5

#: The inverse of the strength of the L2 penalty, as scikit-learn has it.
C = 1.0
PLACES = 4


class NoSeparatingFeature(Permanent):
    """No feature separates won leads from lost ones."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A lead's known features (a missing one is unknown) and its outcome."""

    values: Mapping[str, float | None]
    is_won: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """Weights that sum to 1, like the present ones; `kept` are features about which the outcomes say nothing."""

    version: str
    labels: int
    won: int
    missing: int
    auc_proposed: float
    auc_current: float
    current: Mapping[str, float]
    weights: Mapping[str, float]
    kept: tuple[str, ...]

    @property
    def is_better(self) -> bool:
        return self.auc_proposed > self.auc_current


def propose(leads: Sequence[Labelled], now: Mapping[str, CriterionWeight], *, missing: int = 0) -> Proposal:
    """Proposes weights; equal leads give equal weights. Raises TooFewLabels, NoSeparatingFeature, NotInstalled."""
    won = sum(lead.is_won for lead in leads)
    _check(len(leads), won)
    with needed("fitting weights"):
        import numpy as np
        from sklearn.model_selection import StratifiedKFold

    names = tuple(now)
    found = np.array([[_distance(lead.values.get(name), now[name].prior) for name in names] for lead in leads])
    is_won = np.array([lead.is_won for lead in leads])
    varies = np.ptp(found, axis=0) > 0
    current = _shares({name: now[name].weight for name in names})
    held_now = np.array([current[name] for name in names])
    fitted = _fit(found[:, varies], is_won)
    if not fitted.any():
        raise NoSeparatingFeature("no feature is higher in the leads that were won: there is nothing to propose")
    proposed, now_ones = [], []
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(found, is_won):
        coefficients = _fit(found[train][:, varies], is_won[train])
        proposed.append(_auc(found[test][:, varies] @ coefficients, is_won[test]))
        now_ones.append(_auc(found[test] @ held_now, is_won[test]))
    kept = {name: current[name] for name, moves in zip(names, varies, strict=True) if not moves}
    free = 1 - sum(kept.values())
    moving = [name for name, moves in zip(names, varies, strict=True) if moves]
    shares = {name: free * float(share) for name, share in zip(moving, fitted / fitted.sum(), strict=True)}
    weights = _shares({name: kept.get(name, shares.get(name, 0.0)) for name in names})
    return Proposal(
        version=f"fit-{hashlib.sha256(repr(weights).encode()).hexdigest()[:8]}",
        labels=len(leads),
        won=won,
        missing=missing,
        auc_proposed=round(fmean(proposed), 4),
        auc_current=round(fmean(now_ones), 4),
        current=current,
        weights=weights,
        kept=tuple(kept),
    )


def _check(labels: int, won: int) -> None:
    lost = labels - won
    needs = f"at least {FEWEST} outcomes are needed, {FEWEST_OF_A_KIND} of them won and {FEWEST_OF_A_KIND} lost"
    if labels < FEWEST:
        raise TooFewLabels(f"{labels} outcomes with features are too few to fit weights to: {needs}")
    if min(won, lost) < FEWEST_OF_A_KIND:
        raise TooFewLabels(f"{won} won and {lost} lost are too one-sided to fit weights to: {needs}")


def _distance(value: float | None, prior: float) -> float:
    return 0.0 if value is None else value - prior


def _auc(scores: "Matrix", is_won: "np.ndarray[Any, Any]") -> float:
    return auc([Scored(float(score), bool(won)) for score, won in zip(scores, is_won, strict=True)])


def _fit(found: "Matrix", is_won: "np.ndarray[Any, Any]") -> "Matrix":
    """Returns the non-negative coefficients of the regression by feature.

    Scikit-learn knows no such bound, so features with a negative coefficient are taken out, all at once and then one by
    one put back where the loss would fall with more of them, until neither is left to do: the optimum of a convex
    problem. (In theory it could go in circles; then the last round counts.)
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    inside = np.ones(found.shape[1], dtype=bool)
    weights = np.zeros(found.shape[1])
    for _ in range(3 * found.shape[1]):
        weights[:] = 0
        if inside.any():
            regression = LogisticRegression(C=C, tol=1e-6, max_iter=1000).fit(found[:, inside], is_won)
            weights[inside] = regression.coef_[0]
            chances = regression.predict_proba(found[:, inside])[:, 1]
        else:
            chances = np.full(len(is_won), is_won.mean())
        if (negative := weights < 0).any():
            inside &= ~negative
            continue
        gain = np.where(inside, 0, found.T @ (is_won - chances))
        if gain.max(initial=0) <= 1e-6 * len(is_won):
            break
        inside[gain.argmax()] = True
    return np.maximum(weights, 0)


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Scales the weights to four decimals that sum to 1; rounding differences go to the largest remainders."""
    unit = 10**PLACES
    total = sum(weights.values())
    exact = {name: weight * unit / total for name, weight in weights.items()}
    whole = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in by_remainder[: unit - sum(whole.values())]:
        whole[name] += 1
    return {name: round(units / unit, PLACES) for name, units in whole.items()}
