"""The weights of a scoring model, from the scorer's own file, and a tenant's replacement for them.

A tenant's file is TOML: its `version`, and under `[weights]` criteria and what they weigh, relative to each other. A
whole model (`[criteria.<name>] weight = ...`) does as well; of it, only the weights count.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from common.errors import Permanent

MOST = 1_000_000
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class NotAModel(Permanent):
    """There is no model, or the file is not one."""


@dataclass(frozen=True, slots=True)
class CriterionWeight:
    """A criterion's weight, and the prior that replaces an unknown value."""

    weight: float
    prior: float


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of the scorer's own model."""

    version: str
    criteria: Mapping[str, CriterionWeight]


@dataclass(frozen=True, slots=True)
class Weights:
    """A tenant's own weights, and their name in `model_version`."""

    version: str
    weights: Mapping[str, float]


def scorers_model(file: Path | None = None) -> Model:
    """Reads the model of this file; without one the newest that comes with the scorer. Raises NotAModel."""
    file = file or _newest()
    document = _read(file)
    try:
        criteria = {
            name: CriterionWeight(_number(name, each["weight"]), _number(name, each["prior"]))
            for name, each in document["criteria"].items()
        }
        return Model(str(document["version"]), criteria)
    except (KeyError, TypeError, AttributeError) as error:
        raise NotAModel(f"{file} is not a scoring model: it lacks {error}") from error


def read_weights(file: Path, model: Model) -> Weights:
    """Reads the weights of a tenant's file, for criteria of this model. Raises NotAModel with the fault."""
    document = _read(file)
    version = document.get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise NotAModel(f'{file} needs a version, of at most 60 letters, digits, dots and dashes: version = "mine-1"')
    given = document.get("weights")
    if given is None and isinstance(criteria := document.get("criteria"), dict):
        given = {name: each.get("weight") for name, each in criteria.items() if isinstance(each, dict)}
    if not isinstance(given, dict) or not given:
        raise NotAModel(f"{file} holds no weights: give them under [weights], such as industry = 0.3")
    if unknown := sorted(given.keys() - model.criteria.keys()):
        raise NotAModel(
            f"{file} has weights for {', '.join(unknown)}, which the model {model.version} does not know. "
            f"It has the criteria {', '.join(model.criteria)}"
        )
    weights = {name: _number(name, weight) for name, weight in given.items()}
    if not any(weights.values()):
        raise NotAModel(f"{file} has no weight above 0: give at least one")
    return Weights(version, weights)


def as_toml(proposed: Weights, comments: list[str]) -> str:
    """Formats the weights for `read_weights`, the largest first."""
    heaviest = sorted(proposed.weights.items(), key=lambda it: (-it[1], it[0]))
    lines = [f"# {comment}".rstrip() for comment in comments]
    lines += [f'version = "{proposed.version}"', "", "[weights]", *(f"{name} = {weight}" for name, weight in heaviest)]
    return "\n".join(lines) + "\n"


def _newest() -> Path:
    """Finds the scorer's model file if the scorer is installed in this environment; runs none of its code."""
    scorer = find_spec("scorer")
    folders = scorer.submodule_search_locations if scorer else None
    files = [file for folder in folders or () for file in Path(folder, "models").glob("*.toml")]
    if not files:
        raise NotAModel("the scorer is not installed beside this command: name its model with --model")
    return max(files, key=lambda file: [int(number) for number in re.findall(r"\d+", file.stem)])


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotAModel(f"{file} cannot be read: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotAModel(f"{file} is not TOML: {error}") from error


def _number(name: str, number: object) -> float:
    if (
        isinstance(number, bool)
        or not isinstance(number, int | float)
        or not math.isfinite(number)
        or not 0 <= number <= MOST
    ):
        raise NotAModel(f"{name}: {number!r} is not a number from 0 to {MOST:,}")
    return float(number)
