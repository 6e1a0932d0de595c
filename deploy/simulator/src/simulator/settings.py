"""Settings of a simulator."""

from dataclasses import dataclass

from simulator.register.registry import DEFAULT_SEED


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a simulator: it listens on the address `host`; `port` 0 takes a free one.

    Every page waits `latency_ms`, or anything up to `latency_to_ms` where that is not 0; those of slow sites wait about
    `slow_ms` more. Vendors' answers wait likewise; 0 calls a minute and 0 credits are no limit. Vendors' search knows
    the first `companies` of the register by name. `real_share` of the well-behaved sites have a trait of real pages.
    """

    seed: int = DEFAULT_SEED
    host: str = "127.0.0.1"
    port: int = 0
    latency_ms: float = 0.0
    latency_to_ms: float = 0.0
    slow_ms: float = 1500.0
    vendor_latency_ms: float = 0.0
    vendor_latency_to_ms: float = 0.0
    vendor_calls_per_minute: int = 0
    vendor_credits: int = 0
    companies: int = 200_000
    real_share: float = 0.0
