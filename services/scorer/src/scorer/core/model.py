"""The scoring model: criteria, their weights, and the value of each finding. Read from a versioned file.

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


class InvalidModel(Permanent):
    """A scoring model, a tenant's weights or a tenant's ICP that breaks the rules."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One aspect of leads. Negative findings are worth at most `prior`, positive ones at least that."""

    name: str
    group: Group
    weight: int
    prior: int
    findings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Model:
    """A scoring model: criteria in the file's order, and the lowest scores of the buckets."""

    version: str
    criteria: tuple[Criterion, ...]
    high_from: int
    medium_from: int

    def bucket(self, score: int) -> Bucket:
        """Returns the bucket of a score in units; a boundary belongs to the bucket above it."""
        if score >= self.high_from:
            return "High"
        return "Medium" if score >= self.medium_from else "Low"


def read_model(version: str = CURRENT) -> Model:
    """Reads the model of this version from the package. Raises InvalidModel."""
    return model_from((files("scorer") / "models" / f"{version}.toml").read_text(encoding="utf-8"))


def model_from(text: str) -> Model:
    """Parses a model from TOML. Raises InvalidModel, which names the broken rule."""
    try:
        document = tomllib.loads(text)
        criteria = tuple(_criterion(name, each) for name, each in document["criteria"].items())
        model = Model(
            version=document["version"],
            criteria=criteria,
            high_from=units(document["buckets"]["high_from"]),
            medium_from=units(document["buckets"]["medium_from"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidModel(f"this is not a scoring model: {error!r}") from error
    if sum(criterion.weight for criterion in criteria) != UNIT:
        raise InvalidModel("the weights of a scoring model must sum to 1")
    if not 0 < model.medium_from < model.high_from <= UNIT:
        raise InvalidModel("bucket limits must satisfy 0 < medium_from < high_from <= 1")
    return model


def units(value: float) -> int:
    """Converts a number from 0 to 1 to ten-thousandths. Raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is not a number between 0 and 1")
    return round(value * UNIT)


def _criterion(name: str, table: Mapping[str, Any]) -> Criterion:
    positive = {finding: units(value) for finding, value in table["positive"].items()}
    negative = {finding: units(value) for finding, value in table["negative"].items()}
    prior = units(table["prior"])
    if table["group"] not in GROUPS:
        raise InvalidModel(f"criterion {name}: a group is one of {', '.join(GROUPS)}")
    if not max(negative.values(), default=0) <= prior <= min(positive.values(), default=UNIT):
        raise InvalidModel(f"criterion {name}: its prior must lie between its negative findings and its positive ones")
    return Criterion(name, table["group"], units(table["weight"]), prior, negative | positive)
