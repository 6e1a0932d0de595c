"""What a lead's score is made of, as `lead_features.features` holds it: the scorer writes it, others explain it.

It is one JSON object with a member for each criterion that counts for the tenant, by the criterion's name:

    {"hiring": {"group": "signals", "value": 0.7, "weight": 0.1273, "prior": 0.3, "contribution": 0.0509,
                "evidence": "has a careers page", "source": "http://acme.sg"}, ...}

The contributions and `lead_features.base` sum to the score; docs/scoring.md has the formula. Leads that an old model
scored, and nobody enriched since, have no `group`, `weight`, `prior` and `source`.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from pydantic import Field


class Worth(TypedDict):
    """What a finding of a criterion is worth to a tenant, whoever it is about; `value` None: nothing was found."""

    group: str
    value: float | None
    weight: float
    prior: float
    contribution: float


class Feature(Worth):
    """The same of one lead, with the words that show it and where they stand: a URL, or "register"."""

    evidence: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a feature does to the score: weight times its distance from what is typical; nothing where it is unknown."""

    name: str
    group: Annotated[str | None, Field(description="icp, signals or contact")]
    value: Annotated[float | None, Field(description="0 to 1; null: nothing is known of it")]
    weight: float | None
    contribution: float
    evidence: Annotated[str | None, Field(description="in words")]
    source: Annotated[str | None, Field(description="where that stands: an address, or the register")]


def contributions_in(features: str) -> list[Contribution]:
    """Those in the JSON, the largest first, whichever way they point; those of old models say less."""
    told: dict[str, dict[str, Any]] = json.loads(features)
    found = [
        Contribution(
            name=name,
            group=feature.get("group"),
            value=feature.get("value"),
            weight=feature.get("weight"),
            contribution=feature.get("contribution") or 0.0,
            evidence=feature.get("evidence") or None,
            source=feature.get("source") or None,
        )
        for name, feature in told.items()
    ]
    return sorted(found, key=lambda it: (-abs(it.contribution), it.name))
