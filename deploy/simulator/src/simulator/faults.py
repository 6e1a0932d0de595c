"""Trouble to order, for tests and drills: latency for all, and faults for single hosts that end by themselves."""

from dataclasses import dataclass, field
from math import exp
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

EVERY_HOST = "*"


class Fault(BaseModel):
    """What goes wrong at a host, and how many times; without `times`, until the faults are cleared.

    fail: answers `status`. slow: answers after `delay_ms`. hang: never answers. drop: breaks the connection.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = Field(min_length=1, description="a host name, or * for every one")
    path: str | None = Field(default=None, description="only this path")
    kind: Literal["fail", "slow", "hang", "drop"]
    times: int | None = Field(default=1, ge=1)
    status: int = Field(default=503, ge=400, le=599)
    delay_ms: float = Field(default=2000, ge=0, le=600_000)


class Latency(BaseModel):
    """How long pages take: log-normal about the median, the same length each time where `sigma` is 0."""

    model_config = ConfigDict(extra="forbid")

    median_ms: float = Field(ge=0, le=600_000)
    sigma: float = Field(default=0, ge=0, le=3)


@dataclass(slots=True)
class Faults:
    """The orders in force. Draws of latency start from `seed`."""

    latency: Latency
    seed: int
    ordered: list[Fault] = field(default_factory=list)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - repeatable, not secret

    def order(self, fault: Fault) -> None:
        """Puts it behind those ordered before: at one host they happen in turn."""
        self.ordered.append(fault)

    def take(self, host: str, path: str) -> Fault | None:
        """The fault that this request meets, counted down."""
        for fault in self.ordered:
            if fault.host in (host, EVERY_HOST) and fault.path in (None, path):
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self.ordered.remove(fault)
                return fault
        return None

    def delay_ms(self) -> float:
        """How long the next page takes."""
        if not self.latency.median_ms or not self.latency.sigma:
            return self.latency.median_ms
        return self.latency.median_ms * exp(self._random.gauss(0, self.latency.sigma))
