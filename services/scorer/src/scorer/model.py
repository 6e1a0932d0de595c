"""The scoring model: its criteria, what each weighs, and what each finding is worth. Read from a versioned file.

All numbers are kept as whole ten-thousandths (`UNIT`): sums are exact, and the same on every machine.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from common.contracts import Bucket
from common.errors import Permanent

CURRENT = "2026-11-2"
UNIT = 10_000

Group = Literal["icp", "signals", "contact"]
GROUPS: tuple[Group, ...] = ("icp", "signals", "contact")


class ModelWrong(Permanent):
    """A model, or a tenant's weights, that cannot be scored by."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is looked at. Every negative finding is worth at most `prior`, every positive one at least that."""

    name: str
    group: Group
    weight: int
    prior: int
    findings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Model:
    """The criteria in the file's order, and where the buckets begin."""

    version: str
    criteria: tuple[Criterion, ...]
    high_from: int
    medium_from: int

    def bucket(self, score: int) -> Bucket:
        """The bucket of a score in units; a boundary belongs to the bucket above it."""
        if score >= self.high_from:
            return "High"
        return "Medium" if score >= self.medium_from else "Low"


def read_model(version: str = CURRENT) -> Model:
    """The model of this version, as it comes with the scorer. Raises ModelWrong."""
    return model_from((files("scorer") / "models" / f"{version}.toml").read_text(encoding="utf-8"))


def model_from(text: str) -> Model:
    """The model that a TOML text describes. Raises ModelWrong, naming what breaks the rules."""
    try:
        told = tomllib.loads(text)
        criteria = tuple(_criterion(name, each) for name, each in told["criteria"].items())
        model = Model(
            version=told["version"],
            criteria=criteria,
            high_from=units(told["buckets"]["high_from"]),
            medium_from=units(told["buckets"]["medium_from"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelWrong(f"this is no scoring model: {error!r}") from error
    if sum(criterion.weight for criterion in criteria) != UNIT:
        raise ModelWrong("the weights of a scoring model sum to 1")
    if not 0 < model.medium_from < model.high_from <= UNIT:
        raise ModelWrong("buckets begin in this order: 0 < medium_from < high_from <= 1")
    return model


def units(value: float) -> int:
    """A number between 0 and 1 in ten-thousandths. Raises ValueError for one that is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is not a number between 0 and 1")
    return round(value * UNIT)


def _criterion(name: str, told: Mapping[str, Any]) -> Criterion:
    positive = {finding: units(value) for finding, value in told["positive"].items()}
    negative = {finding: units(value) for finding, value in told["negative"].items()}
    prior = units(told["prior"])
    if told["group"] not in GROUPS:
        raise ModelWrong(f"criterion {name}: a group is one of {', '.join(GROUPS)}")
    if not max(negative.values(), default=0) <= prior <= min(positive.values(), default=UNIT):
        raise ModelWrong(f"criterion {name}: its prior must lie between its negative findings and its positive ones")
    return Criterion(name, told["group"], units(told["weight"]), prior, negative | positive)
