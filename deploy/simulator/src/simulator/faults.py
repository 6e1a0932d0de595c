"""Fault injection for sites: latency for all, and faults for single hosts that end by themselves."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulator.latency import Latency
from simulator.town.hostile import BEHAVIOURS

EVERY_HOST = "*"


class Fault(BaseModel):
    """A fault of a host, and how often it happens; without `times`, until the faults are cleared.

    fail: answers `status`. slow: answers after `delay_ms`. hang: never answers. drop: breaks the connection.
    hostile: the host answers as `MANNER.hostile.example` does, `manner` being one of those.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = Field(min_length=1, description="a host name, or * for every one")
    path: str | None = Field(default=None, description="only this path")
    kind: Literal["fail", "slow", "hang", "drop", "hostile"]
    times: int | None = Field(default=1, ge=1)
    status: int = Field(default=503, ge=400, le=599)
    delay_ms: float = Field(default=2000, ge=0, le=600_000)
    manner: str | None = None

    @model_validator(mode="after")
    def _names_a_manner(self) -> Self:
        if (self.kind == "hostile") != (self.manner is not None) or self.manner not in (None, *BEHAVIOURS):
            raise ValueError(f"a hostile fault, and no other, needs a manner: {', '.join(BEHAVIOURS)}")
        return self


@dataclass(slots=True)
class Faults:
    """The present faults and latency. Latencies are drawn from `seed`."""

    latency: Latency
    seed: int
    injected: list[Fault] = field(default_factory=list)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - repeatable, not secret

    def inject(self, fault: Fault) -> None:
        """Adds a fault after those injected before: at one host they happen one after the other."""
        self.injected.append(fault)

    def take(self, host: str, path: str) -> Fault | None:
        """Returns the fault for this request, and counts it down."""
        for fault in self.injected:
            if fault.host in (host, EVERY_HOST) and fault.path in (None, path):
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self.injected.remove(fault)
                return fault
        return None

    def delay_ms(self) -> float:
        """Draws the delay of the next page."""
        return self.latency.draw_ms(self._random)
