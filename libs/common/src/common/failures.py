"""When unknown errors say that the service itself is broken. Pure."""

from collections import deque

from common.errors import Permanent, Transient


class FailureRateGuard:
    """Watches for unknown errors: a run of them, or a high share, says that the fault is ours and not the events'.

    Then `trip_reason` says why the service should stop, for good: it claims and dead-letters nothing more.
    """

    RUN = 10
    WINDOW = 200
    SHARE = 0.2
    MIN_SEEN = 50

    def __init__(self) -> None:
        self._run = 0
        self._recent: deque[bool] = deque(maxlen=self.WINDOW)
        self.trip_reason: str | None = None

    def saw(self, error: Exception | None) -> None:
        """Notes the outcome of one event; errors of a known meaning are no sign of unfitness."""
        is_unknown = error is not None and not isinstance(error, Transient | Permanent)
        self._run = self._run + 1 if is_unknown else 0
        self._recent.append(is_unknown)
        self.trip_reason = self.trip_reason or self._verdict()

    def _verdict(self) -> str | None:
        if self._run >= self.RUN:
            return f"{self._run} unknown errors in a row"
        unknown = sum(self._recent)
        if len(self._recent) >= self.MIN_SEEN and unknown > self.SHARE * len(self._recent):
            return f"{unknown} unknown errors among the last {len(self._recent)} events"
        return None
