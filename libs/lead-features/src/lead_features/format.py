"""The JSON in `lead_features.features`. The scorer writes it; the gateway and the operator's tool explain scores by it.

It is one object with a member for each criterion that counts for the tenant, by the criterion's name:

    {"hiring": {"group": "signals", "value": 0.7, "weight": 0.1273, "prior": 0.3, "contribution": 0.0509,
                "evidence": "has a careers page", "source": "http://acme.sg"}, ...}

The contributions and `lead_features.base` sum to the score; docs/scoring.md has the formula. Leads that were scored by
an old model and never enriched since have no `group`, `weight`, `prior` and `source`.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from pydantic import Field


class CriterionWeight(TypedDict):
    """A criterion's numbers for a tenant. `value` is `None` if it is unknown; the contribution is 0 then."""

    group: str
    value: float | None
    weight: float
    prior: float
    contribution: float


class Feature(CriterionWeight):
    """A criterion's numbers for one lead, with the evidence in words and its source: a URL, or "register"."""

    evidence: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """A feature's effect on the score: its weight times the value's distance from the prior; 0 if it is unknown."""

    name: str
    group: Annotated[str | None, Field(description="icp, signals or contact")]
    value: Annotated[float | None, Field(description="0 to 1; null if unknown")]
    weight: float | None
    prior: Annotated[float | None, Field(description="the value that stands in where nothing is known")]
    contribution: float
    evidence: Annotated[str | None, Field(description="in words")]
    source: Annotated[str | None, Field(description="source of the evidence: a URL, or the register")]


def contributions_in(features: str) -> list[Contribution]:
    """Reads the contributions, the largest absolute value first. Fields that an older model lacks are `None`."""
    stored: dict[str, dict[str, Any]] = json.loads(features)
    found = [
        Contribution(
            name=name,
            group=feature.get("group"),
            value=feature.get("value"),
            weight=feature.get("weight"),
            prior=feature.get("prior"),
            contribution=feature.get("contribution") or 0.0,
            evidence=feature.get("evidence") or None,
            source=feature.get("source") or None,
        )
        for name, feature in stored.items()
    ]
    return sorted(found, key=lambda it: (-abs(it.contribution), it.name))
