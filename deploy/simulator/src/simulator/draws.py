"""Random draws that depend only on a seed, a purpose and an index, so that any row or site can be made alone."""

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

T = TypeVar("T")

COUNT = 32
_WORDS = Struct(f"<{COUNT}H")


def draws(seed: int, purpose: bytes, index: int) -> tuple[int, ...]:
    """Returns 32 independent numbers of 16 bits; equal arguments give equal numbers on every machine."""
    return _WORDS.unpack(blake2b(b"%d:%d:%s" % (index, seed, purpose)).digest())


def spread(weighted: Sequence[tuple[T, float]], slots: int) -> tuple[T, ...]:
    """Builds a table of `slots` entries with each value in proportion to its weight, and at least once."""
    total = sum(weight for _, weight in weighted)
    table: list[T] = []
    reached = 0.0
    for position, (value, weight) in enumerate(weighted):
        reached += weight
        end = max(len(table) + 1, round(slots * reached / total))
        end = min(end, slots - (len(weighted) - position - 1))
        table.extend([value] * (end - len(table)))
    return tuple(table)
