"""Fault injection for vendors: terms of service, and faults that end by themselves."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulator.latency import LONGEST_MS, Latency
from simulator.settings import Settings
from simulator.vendors.exchange import VENDORS, VendorName, Why

Behaviour = Literal[
    "no_quotes", "made_up_quotes", "made_up_values", "fenced", "chatty", "invalid_json", "wrong_types", "refusal",
    "length", "content_filter", "empty", "no_usage", "no_choices", "null_choices", "obedient",
]  # fmt: skip
BEHAVIOURS: tuple[str, ...] = get_args(Behaviour)


class Terms(BaseModel):
    """Terms of a vendor's service: latency, calls per key and minute, and total units.

    `retry_after` is whether a 429 for too many calls says when to come back; `penalty_s` makes it last so long.
    `search_price` is Lusha's: for each started block of 25 results, for each result, or a block even for none.
    """

    model_config = ConfigDict(extra="forbid")

    latency: Latency = Latency()
    per_minute: int | None = Field(default=None, ge=1)
    retry_after: bool = True
    penalty_s: float = Field(default=0, ge=0, le=86_400)
    credits: int | None = Field(default=None, ge=0)
    search_price: Literal["block", "result", "block_or_one"] = "block"


class VendorFault(BaseModel):
    """A fault of a vendor's calls: how many times it happens, and whether the vendor charges for them.

    fail: `status` with the vendor's own body for it. refuse: as a key of that kind is refused. slow: `delay_ms` more.
    hang: never answers. drop: breaks the connection after reading. truncated: breaks it in the middle of the answer.
    malformed: half of the JSON, as if whole. html: a page, with 200. model: an answer as `manner` says.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["fail", "refuse", "slow", "hang", "drop", "truncated", "malformed", "html", "model"]
    operation: str | None = None
    key: str | None = None
    after: int = Field(default=0, ge=0, description="so many calls that fit go well first")
    times: int | None = Field(default=1, ge=1)
    status: int = Field(default=503, ge=400, le=599)
    retry_after_s: float | None = Field(default=None, ge=0)
    why: Why = "no_credits"
    delay_ms: float = Field(default=2000, ge=0, le=LONGEST_MS)
    charged: bool = False
    manner: Behaviour | None = None

    @model_validator(mode="after")
    def _names_a_manner(self) -> Self:
        if (self.kind == "model") != (self.manner is not None):
            raise ValueError(f"a model fault, and no other, needs a manner: {', '.join(BEHAVIOURS)}")
        return self

    @property
    def withholds_answer(self) -> bool:
        """Returns whether the client gets no usable answer."""
        return self.kind not in ("slow", "model")


@dataclass(slots=True)
class FaultInjection:
    """The present terms and faults by vendor. Latencies are drawn from the seed."""

    settings: Settings
    terms: dict[VendorName, Terms] = field(init=False)
    faults: dict[VendorName, list[VendorFault]] = field(init=False)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Removes all faults and restores the terms of the settings."""
        self._random = Random(self.settings.seed)  # noqa: S311 - repeatable, not secret
        self.faults = {vendor: [] for vendor in VENDORS}
        first = Terms(
            latency=Latency(
                median_ms=self.settings.vendor_latency_ms, to_ms=self.settings.vendor_latency_to_ms or None
            ),
            per_minute=self.settings.vendor_calls_per_minute or None,
            credits=self.settings.vendor_credits or None,
        )
        self.terms = dict.fromkeys(VENDORS, first)

    def take(self, vendor: VendorName, operation: str, key: str) -> VendorFault | None:
        """Returns the fault that applies to this call, and counts it down."""
        for fault in self.faults[vendor]:
            if fault.operation in (None, operation) and fault.key in (None, key):
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self.faults[vendor].remove(fault)
                return fault
        return None

    def delay_ms(self, vendor: VendorName) -> float:
        """Draws the delay of this vendor's next answer."""
        return self.terms[vendor].latency.draw_ms(self._random)
