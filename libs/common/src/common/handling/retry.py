"""Retry strategies: for how long an event that fails with a Transient is retried, and with which backoff.

    @stage.handles(LeadScored, chunk=200, retry=RetryStrategy(give_up_after=timedelta(hours=48)))

Pure: time and chance are passed in.
"""

from dataclasses import dataclass
from datetime import timedelta

from common.errors import Transient


@dataclass(frozen=True, slots=True)
class RetryStrategy:
    """A rule for retries, limited by time. Handlers have the default unless they state their own.

    An event is tried until it has failed for `give_up_after`, counted from its first failure; the first attempt after
    that is its last. Between attempts it rests 2, 4, 8 … times `base`, at most `cap`, up to half of it random.
    """

    give_up_after: timedelta = timedelta(hours=24)
    base: timedelta = timedelta(seconds=1)
    cap: timedelta = timedelta(minutes=5)

    def delay(self, failures: int, error: Transient, chance: float) -> timedelta:
        """Returns the backoff after this number of failures in a row.

        Exponential with jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); `chance` is
        in [0, 1). Never less than the other side asked for, up to `cap`.
        """
        backoff = min(self.cap.total_seconds(), self.base.total_seconds() * 2 ** min(failures, 64)) * (0.5 + chance / 2)
        return timedelta(seconds=max(backoff, min(error.retry_after or 0, self.cap.total_seconds())))

    def decide(self, failures: int, failing_for: timedelta, error: Exception, chance: float) -> timedelta | None:
        """Returns the backoff of an event after this number of failures; `None` if it is not retried.

        `failing_for` is the time since its first failure. Only a Transient is tried again.
        """
        if not isinstance(error, Transient) or failing_for >= self.give_up_after:
            return None
        return self.delay(failures, error, chance)


DEFAULT_RETRY = RetryStrategy()
