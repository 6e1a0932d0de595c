"""What a simulator is started with."""

from dataclasses import dataclass

from simulator.registry import DEFAULT_SEED


@dataclass(frozen=True, slots=True)
class Settings:
    """`port` 0 takes a free one. Every page waits `latency_ms`; those of slow sites wait about `slow_ms` more."""

    seed: int = DEFAULT_SEED
    port: int = 0
    latency_ms: float = 0.0
    slow_ms: float = 1500.0
