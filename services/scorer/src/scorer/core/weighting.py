"""Applies weights: how much each criterion and each finding adds to a tenant's scores. Pure, in whole units.

With w the weight, p the prior and v the finding's value, `base` is the sum of w*p over all criteria, and a finding adds
w*v - w*p; a criterion without a finding adds nothing. Each product is rounded to a unit first. So base and
contributions sum to the score exactly, it lies in [0, 1], and a greater value never gives a smaller score.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lead_features.format import CriterionWeight, Feature
from scorer.core.model import UNIT, Criterion, InvalidModel, Model


@dataclass(frozen=True, slots=True)
class WeightedCriterion:
    """A criterion with its weight for one tenant, and its derived numbers."""

    criterion: Criterion
    weight: int
    #: Its part of the base score, and the amount that each of its findings adds on top.
    base: int
    contributions: Mapping[str, int]
    #: The numbers that `lead_features` holds for each of its findings, and the whole feature where nothing is known.
    weighed: Mapping[str, CriterionWeight]
    unknown: Feature


@dataclass(frozen=True, slots=True)
class WeightedModel:
    """The criteria that count for a tenant, in the model's order."""

    criteria: tuple[WeightedCriterion, ...]
    base: int

    def score(self, findings: Mapping[str, str | None]) -> int:
        """Returns the score in units. `findings` names the finding of each criterion; `None` or absent is unknown."""
        return self.base + sum(
            it.contributions[name] for it in self.criteria if (name := findings.get(it.criterion.name))
        )


def weighted_model(model: Model, own: Mapping[str, float], asked: Collection[str]) -> WeightedModel:
    """Weights the criteria that count for a tenant: ICP criteria only if its ICP has them.

    `own` replaces the model's weights by name. Weights are relative; they are scaled to sum to 1. Raises InvalidModel.
    """
    if unknown := sorted(own.keys() - {criterion.name for criterion in model.criteria}):
        raise InvalidModel(
            f"the model {model.version} has no criterion {', '.join(unknown)}: correct scoring_models.weights"
        )
    if wrong := sorted(name for name, weight in own.items() if not _is_weight(weight)):
        raise InvalidModel(
            f"the weight of {', '.join(wrong)} is not a number from 0 to 1000000: correct scoring_models.weights"
        )
    counted = [it for it in model.criteria if it.group != "icp" or it.name in asked]
    weights = _scaled([round(own[it.name] * UNIT) if it.name in own else it.weight for it in counted])
    criteria = tuple(_weighted(criterion, weight) for criterion, weight in zip(counted, weights, strict=True))
    return WeightedModel(criteria, sum(it.base for it in criteria))


def _scaled(weights: list[int]) -> list[int]:
    """Scales weights to a sum of UNIT. Units left by rounding go to the largest remainders, the first ones on a tie."""
    total = sum(weights)
    if not total:
        raise InvalidModel("no criterion that counts for this tenant has a weight: correct scoring_models.weights")
    whole = [weight * UNIT // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(weights[at] * UNIT % total), at))
    for at in by_remainder[: UNIT - sum(whole)]:
        whole[at] += 1
    return whole


def _weighted(criterion: Criterion, weight: int) -> WeightedCriterion:
    base = _product(weight, criterion.prior)
    contributions = {name: _product(weight, value) - base for name, value in criterion.findings.items()}
    weighed = {
        name: _weighed(criterion, weight, value, contributions[name]) for name, value in criterion.findings.items()
    }
    unknown: Feature = {**_weighed(criterion, weight, None, 0), "evidence": "not known", "source": None}
    return WeightedCriterion(criterion, weight, base, contributions, weighed, unknown)


def _weighed(criterion: Criterion, weight: int, value: int | None, contribution: int) -> CriterionWeight:
    return {
        "group": criterion.group,
        "value": None if value is None else value / UNIT,
        "weight": weight / UNIT,
        "prior": criterion.prior / UNIT,
        "contribution": contribution / UNIT,
    }


def _product(weight: int, value: int) -> int:
    """Multiplies a weight and a value, rounded half up; never more than the weight."""
    return (2 * weight * value + UNIT) // (2 * UNIT)


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1_000_000
