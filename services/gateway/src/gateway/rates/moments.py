"""A bounded map of keys to moments. If there are too many, past moments are deleted. Pure."""

from collections.abc import Hashable, KeysView, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

#: Keys that are remembered.
MOST = 20_000


class Moments(Generic[K]):
    """Moments of a monotonic clock, in seconds, by key. A moment in the past counts as none."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._look_at = most
        self._at: dict[K, float] = {}

    def keys(self) -> KeysView[K]:
        """The keys in the map."""
        return self._at.keys()

    def of(self, key: K, now: float) -> float:
        """Returns the key's moment, or now if it is past or there is none."""
        return max(self._at.get(key, now), now)

    def keep(self, moments: Mapping[K, float], now: float) -> None:
        """Sets the moments of keys. Above `most` keys, it deletes past moments first."""
        if len(self._at) >= self._look_at:
            self._at = {key: at for key, at in self._at.items() if at > now}
            self._look_at = max(self._most, 2 * len(self._at))
        self._at.update(moments)
