"""Latency of answers: fixed, from a range, or log-normal around a median."""

from math import exp
from random import Random
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST_MS = 600_000


class Latency(BaseModel):
    """Log-normal latency around `median_ms`; constant if `sigma` is 0.

    With `to_ms`, anything from `median_ms` to there, all equally likely.
    """

    model_config = ConfigDict(extra="forbid")

    median_ms: float = Field(default=0, ge=0, le=LONGEST_MS)
    sigma: float = Field(default=0, ge=0, le=3)
    to_ms: float | None = Field(default=None, ge=0, le=LONGEST_MS)

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if self.to_ms is not None and (self.sigma or self.to_ms < self.median_ms):
            raise ValueError("to_ms is the end of a range: not below median_ms, and without sigma")
        return self

    def draw_ms(self, random: Random) -> float:
        """Draws one latency."""
        if self.to_ms is not None:
            return random.uniform(self.median_ms, self.to_ms)
        if not self.median_ms or not self.sigma:
            return self.median_ms
        return self.median_ms * exp(random.gauss(0, self.sigma))


def up_to(from_ms: float, to_ms: float) -> Latency:
    """Builds the latency of a range in the settings; of its start if it has no end (0)."""
    return Latency(median_ms=from_ms, to_ms=to_ms or None)
