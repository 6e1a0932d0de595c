"""What a failed attempt means for an event, and when failures mean that the service itself is broken.

Pure: time and chance are passed in.
"""

from collections import deque
from datetime import timedelta

from common.errors import Permanent, Transient

#: Transient failures of one event before it is a dead letter: two to four minutes, with the backoff below.
MAX_FAILURES = 8
#: Claims of one event before it is a dead letter: it seems to kill whoever takes it.
MAX_CLAIMS = 20
BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 300.0


def retry_delay(failures: int, error: Exception, chance: float) -> timedelta | None:
    """How long the event rests after its `failures`-th failure; None: no more attempts.

    Exponential with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), `chance`
    in [0, 1); never less than the other side asked for.
    """
    if not isinstance(error, Transient) or failures >= MAX_FAILURES:
        return None
    backoff = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**failures) * (0.5 + chance / 2)
    return timedelta(seconds=max(backoff, min(error.retry_after or 0, BACKOFF_CAP_S)))


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
