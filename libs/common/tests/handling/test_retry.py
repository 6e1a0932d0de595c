"""The laws of a retry strategy. Pure."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Permanent, Transient
from common.handling.retry import DEFAULT_RETRY, RetryStrategy

FAILURES = st.integers(1, 10_000)
CHANCES = st.floats(0, 1, exclude_max=True)
CAP_S = DEFAULT_RETRY.cap.total_seconds()
STRATEGIES = st.builds(
    RetryStrategy,
    give_up_after=st.timedeltas(timedelta(0), timedelta(days=30)),
    base=st.timedeltas(timedelta(milliseconds=1), timedelta(minutes=1)),
    cap=st.timedeltas(timedelta(seconds=1), timedelta(hours=1)),
)


@given(st.integers(1, 1000), CHANCES)
def test_a_rest_is_positive_bounded_and_at_least_half_its_backoff(failures: int, chance: float) -> None:
    """The jitter takes away half at most."""
    delay = DEFAULT_RETRY.delay(failures, Transient("busy"), chance)
    backoff = min(CAP_S, 2**failures)
    assert timedelta(seconds=backoff / 2) <= delay <= timedelta(seconds=backoff)


@given(FAILURES, CHANCES, st.floats(0, 1e9))
def test_a_rest_is_as_long_as_was_asked_for_up_to_the_cap(failures: int, chance: float, asked_s: float) -> None:
    """Retry-After is kept; one of a year is not."""
    delay = DEFAULT_RETRY.delay(failures, Transient("busy", retry_after=asked_s), chance)
    assert min(asked_s, CAP_S) - 1e-6 <= delay.total_seconds() <= CAP_S


@given(STRATEGIES, CHANCES)
def test_rests_grow_with_each_failure(strategy: RetryStrategy, chance: float) -> None:
    """By the same chance, a later failure never rests less."""
    rests = [strategy.delay(failures, Transient("busy"), chance) for failures in range(1, 40)]
    assert rests == sorted(rests)


@given(STRATEGIES, FAILURES, st.timedeltas(timedelta(0), timedelta(days=60)), CHANCES)
def test_a_transient_failure_is_given_up_by_time_and_never_by_number(
    strategy: RetryStrategy, failures: int, failing_for: timedelta, chance: float
) -> None:
    """A transient failure is given up by time and never by number, however often it has failed; and when its time is
    over, also at its first failure.
    """
    delay = strategy.decide(failures, failing_for, Transient("busy", retry_after=1), chance)
    assert (delay is None) == (failing_for >= strategy.give_up_after)


def test_the_default_outlasts_a_system_that_is_away_for_most_of_a_day() -> None:
    """Twenty-four hours, and five minutes between attempts at most."""
    assert DEFAULT_RETRY.decide(1000, timedelta(hours=23, minutes=59), Transient("down"), 0.99) is not None
    assert DEFAULT_RETRY.decide(1000, timedelta(hours=24), Transient("down"), 0.99) is None
    assert DEFAULT_RETRY.delay(1000, Transient("down"), 0.999) <= timedelta(minutes=5)


@pytest.mark.parametrize("error", [Permanent("no"), KeyError("a bug")])
def test_what_will_not_go_well_later_is_not_tried_later(error: Exception) -> None:
    """Permanent and unknown errors get no second attempt."""
    assert DEFAULT_RETRY.decide(1, timedelta(0), error, 0.5) is None
