"""A tenant's scoring profile: the scoring model with the tenant's own weights, and its ICP, ready to rate leads with.

A profile is built from texts in the database and cached while they stay the same. Invalid weights do not stop a
tenant's night: its leads are scored by the model's own weights. That is logged when a profile is built, and counted
each batch.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog
from pydantic import ValidationError

from common.contracts import Icp
from scorer.core.icp_fit import IcpFit
from scorer.core.industry_fit import IndustryFit, SsicVersions
from scorer.core.model import InvalidModel, Model
from scorer.core.weighting import WeightedModel, weighted_model

log = structlog.get_logger(__name__)

_CACHE_SIZE = 200


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A tenant's stored ICP and weights: JSON texts, each `None` if the tenant has none."""

    icp: str | None = None
    changed_at: datetime | None = None
    weights: str | None = None
    weights_version: str | None = None


@dataclass(frozen=True, slots=True)
class ScoringProfile:
    """The rules for one tenant's leads. `model_version` names the weights; `icp_at` is the time of the ICP, if any."""

    model: Model
    model_version: str
    fit: IcpFit
    weighted: WeightedModel
    icp_at: datetime | None
    #: The reason why the tenant's own weights are invalid; then the model's own are used, and its `model_version`.
    weights_error: str | None = None

    @property
    def has_icp(self) -> bool:
        return bool(self.fit.asked)


class ProfileCache:
    """Builds scoring profiles, and keeps the 200 most recently used."""

    def __init__(self, model: Model, ssic: SsicVersions) -> None:
        self.model = model
        self._ssic = ssic
        self._kept: OrderedDict[StoredProfile, ScoringProfile] = OrderedDict()

    def get(self, stored: StoredProfile) -> ScoringProfile:
        """Returns a profile from the cache, or builds it. Ignores invalid weights. Raises InvalidModel for the ICP."""
        profile = self._kept.get(stored)
        if profile is None:
            profile = self._kept[stored] = self._build(stored)
            if len(self._kept) > _CACHE_SIZE:
                self._kept.popitem(last=False)
        self._kept.move_to_end(stored)
        return profile

    def _build(self, stored: StoredProfile) -> ScoringProfile:
        try:
            icp = Icp.model_validate_json(stored.icp) if stored.icp is not None else Icp()
        except ValidationError as error:
            raise InvalidModel(f"scoring_profiles holds an ICP that cannot be read: {error}") from error
        model, version = self.model, self.model.version
        fit = IcpFit(icp, IndustryFit(icp.industries, self._ssic))
        if stored.weights is None:
            return ScoringProfile(model, version, fit, weighted_model(model, {}, fit.asked), stored.changed_at)
        try:
            weighted = weighted_model(model, parse_weights(stored.weights), fit.asked)
        except InvalidModel as error:
            log.error("weights_unusable", flaw=str(error), version=stored.weights_version, used=version)
            weighted = weighted_model(model, {}, fit.asked)
            return ScoringProfile(model, version, fit, weighted, stored.changed_at, weights_error=str(error))
        return ScoringProfile(model, f"{version}+{stored.weights_version}", fit, weighted, stored.changed_at)


def parse_weights(text: str) -> dict[str, float]:
    """Parses a JSON object of weights without validating them. Raises InvalidModel."""
    try:
        weights = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidModel(f"scoring_models.weights cannot be read: {error}") from error
    if not isinstance(weights, dict):
        raise InvalidModel("scoring_models.weights must be an object of criteria and numbers")
    return weights
