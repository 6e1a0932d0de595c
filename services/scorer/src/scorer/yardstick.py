"""What one tenant's leads are measured by: the model, its own weights, and its ICP, made ready.

It is made of texts out of the database, and kept while these are the same. Weights that cannot be used do not stop a
tenant's night: its leads are scored by the model's, which is logged when they are met first, and counted each time.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog
from pydantic import ValidationError

from common.contracts import Icp
from scorer.fit import Fit
from scorer.industry import Industries, IndustryFit
from scorer.model import Model, ModelWrong
from scorer.weighing import Scale, scale_of

log = structlog.get_logger(__name__)

_MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Profile:
    """What the database holds of a tenant: its ICP and its weights, each as JSON; None for what it does not have."""

    icp: str | None = None
    changed_at: datetime | None = None
    weights: str | None = None
    weights_version: str | None = None


@dataclass(frozen=True, slots=True)
class Yardstick:
    """`model_version` names the numbers that are behind a score; `icp_at` the ICP, None for none."""

    model: Model
    model_version: str
    fit: Fit
    scale: Scale
    icp_at: datetime | None
    #: Why the tenant's own weights cannot be used: then the model's are, and `model_version` is the model's.
    flaw: str | None = None

    @property
    def has_icp(self) -> bool:
        return bool(self.fit.asked)


class Yardsticks:
    """Makes them, and keeps the latest ones."""

    def __init__(self, model: Model, industries: Industries) -> None:
        self.model = model
        self._industries = industries
        self._kept: OrderedDict[Profile, Yardstick] = OrderedDict()

    def of(self, profile: Profile) -> Yardstick:
        """Weights that cannot be used are as none, and said to be so. Raises ModelWrong for an ICP that cannot be."""
        yardstick = self._kept.get(profile)
        if yardstick is None:
            yardstick = self._kept[profile] = self._made(profile)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(profile)
        return yardstick

    def _made(self, profile: Profile) -> Yardstick:
        try:
            icp = Icp.model_validate_json(profile.icp) if profile.icp is not None else Icp()
        except ValidationError as error:
            raise ModelWrong(f"scoring_profiles holds an ICP that cannot be read: {error}") from error
        model, version = self.model, self.model.version
        fit = Fit(icp, IndustryFit(icp.industries, self._industries))
        if profile.weights is None:
            return Yardstick(model, version, fit, scale_of(model, {}, fit.asked), profile.changed_at)
        try:
            scale = scale_of(model, weights_in(profile.weights), fit.asked)
        except ModelWrong as error:
            log.error("weights_unusable", flaw=str(error), version=profile.weights_version, used=version)
            scale = scale_of(model, {}, fit.asked)
            return Yardstick(model, version, fit, scale, profile.changed_at, flaw=str(error))
        return Yardstick(model, f"{version}+{profile.weights_version}", fit, scale, profile.changed_at)


def weights_in(text: str) -> dict[str, float]:
    """The weights in a JSON text, none of them looked at yet. Raises ModelWrong."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ModelWrong(f"scoring_models.weights cannot be read: {error}") from error
    if not isinstance(told, dict):
        raise ModelWrong("scoring_models.weights are no object of criteria and numbers")
    return told
