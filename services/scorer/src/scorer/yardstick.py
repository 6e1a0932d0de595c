"""What one tenant's leads are measured by: the model, its own weights, and its ICP, made ready. Pure.

It is made of texts out of the database, and kept while these are the same.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

import orjson
from pydantic import ValidationError

from common.contracts import Icp
from scorer.fit import Fit
from scorer.industry import Industries, IndustryFit
from scorer.model import Model, ModelWrong
from scorer.weighing import Scale, scale_of

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
        """Raises ModelWrong for weights, or an ICP, that cannot be used."""
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
        own = orjson.loads(profile.weights) if profile.weights is not None else {}
        version = self.model.version
        if profile.weights_version is not None:
            version = f"{version}+{profile.weights_version}"
        fit = Fit(icp, IndustryFit(icp.industries, self._industries))
        return Yardstick(self.model, version, fit, scale_of(self.model, own, fit.asked), profile.changed_at)
