"""A moment for each of many keys, of which those that are over are forgotten when there are too many. Pure."""

from collections.abc import Hashable, KeysView, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

#: Keys that are remembered.
MOST = 20_000


class Moments(Generic[K]):
    """Moments of a monotonic clock, in seconds, by key. A moment that is over is as good as none."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._look_at = most
        self._at: dict[K, float] = {}

    def keys(self) -> KeysView[K]:
        """The keys that are remembered."""
        return self._at.keys()

    def of(self, key: K, now: float) -> float:
        """The key's moment, or now if it is over or there is none."""
        return max(self._at.get(key, now), now)

    def keep(self, moments: Mapping[K, float], now: float) -> None:
        """Sets the moments of keys. Above `most` keys, those that are over are forgotten first."""
        if len(self._at) >= self._look_at:
            self._at = {key: at for key, at in self._at.items() if at > now}
            self._look_at = max(self._most, 2 * len(self._at))
        self._at.update(moments)
