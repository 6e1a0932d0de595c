"""Weighs findings: what each criterion is worth to one tenant, and what its finding adds. Pure, in whole units.

With w the weight, p the prior and v the finding's value, `base` is the sum of w*p over all criteria, and a finding adds
w*v - w*p; a criterion without one adds nothing. Each product is rounded to a unit first. So base and contributions sum
to the score exactly, it lies in [0, 1], and a greater value never gives a smaller score.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lead_features.format import Feature, Weighed
from scorer.model import UNIT, Criterion, Model, ModelWrong


@dataclass(frozen=True, slots=True)
class Share:
    """A criterion as it counts for one tenant, and what is known from that already."""

    criterion: Criterion
    weight: int
    #: What it adds to the base, and what each of its findings adds on top of that.
    base: int
    contributions: Mapping[str, int]
    #: What `lead_features` says of each of its findings, whoever it is about, and where nothing is known.
    worth: Mapping[str, Weighed]
    unknown: Feature


@dataclass(frozen=True, slots=True)
class Scale:
    """The shares of the criteria that count for a tenant, in the model's order."""

    shares: tuple[Share, ...]
    base: int

    def score(self, findings: Mapping[str, str | None]) -> int:
        """In units, of the names of what was found."""
        return self.base + sum(
            share.contributions[name] for share in self.shares if (name := findings.get(share.criterion.name))
        )


def scale_of(model: Model, own: Mapping[str, float], asked: Collection[str]) -> Scale:
    """The model's weights, with a tenant's own in their place, over the criteria of its ICP that are asked for.

    The weights are relative to each other: they are scaled to sum to 1. Raises ModelWrong for weights that cannot be.
    """
    if unknown := sorted(own.keys() - {criterion.name for criterion in model.criteria}):
        raise ModelWrong(
            f"the model {model.version} has no criterion {', '.join(unknown)}: correct scoring_models.weights"
        )
    if wrong := sorted(name for name, weight in own.items() if not _is_weight(weight)):
        raise ModelWrong(
            f"the weight of {', '.join(wrong)} is no number from 0 to 1000000: correct scoring_models.weights"
        )
    counted = [it for it in model.criteria if it.group != "icp" or it.name in asked]
    weights = _scaled([round(own[it.name] * UNIT) if it.name in own else it.weight for it in counted])
    shares = tuple(_share(criterion, weight) for criterion, weight in zip(counted, weights, strict=True))
    return Scale(shares, sum(share.base for share in shares))


def _scaled(weights: list[int]) -> list[int]:
    """The same in proportion, summing to UNIT; what rounding leaves goes to the largest remainders, the first ones."""
    total = sum(weights)
    if not total:
        raise ModelWrong("no criterion that counts for this tenant has a weight: correct scoring_models.weights")
    whole = [weight * UNIT // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(weights[at] * UNIT % total), at))
    for at in by_remainder[: UNIT - sum(whole)]:
        whole[at] += 1
    return whole


def _share(criterion: Criterion, weight: int) -> Share:
    base = _product(weight, criterion.prior)
    contributions = {name: _product(weight, value) - base for name, value in criterion.findings.items()}
    worth = {name: _worth(criterion, weight, value, contributions[name]) for name, value in criterion.findings.items()}
    unknown: Feature = {**_worth(criterion, weight, None, 0), "evidence": "not known", "source": None}
    return Share(criterion, weight, base, contributions, worth, unknown)


def _worth(criterion: Criterion, weight: int, value: int | None, contribution: int) -> Weighed:
    return {
        "group": criterion.group,
        "value": None if value is None else value / UNIT,
        "weight": weight / UNIT,
        "prior": criterion.prior / UNIT,
        "contribution": contribution / UNIT,
    }


def _product(weight: int, value: int) -> int:
    """Rounded half up; never more than the weight."""
    return (2 * weight * value + UNIT) // (2 * UNIT)


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1_000_000
