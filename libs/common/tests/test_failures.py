"""The laws of backoff, and when a service is unfit. Pure."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Permanent, Transient
from common.failures import BACKOFF_CAP_S, MAX_FAILURES, FailureRateGuard, retry_delay

FAILURES = st.integers(1, MAX_FAILURES - 1)
CHANCES = st.floats(0, 1, exclude_max=True)
OUTCOMES = st.sampled_from([None, Transient("busy"), Permanent("no"), KeyError("a bug")])
KNOWN = st.sampled_from([None, Transient("busy"), Permanent("no")])


@given(FAILURES, CHANCES)
def test_a_rest_is_positive_bounded_and_at_least_half_its_backoff(failures: int, chance: float) -> None:
    """The jitter takes away half at most."""
    delay = retry_delay(failures, Transient("busy"), chance)
    assert delay is not None
    backoff = min(BACKOFF_CAP_S, 2**failures)
    assert timedelta(seconds=backoff / 2) <= delay <= timedelta(seconds=backoff)


@given(FAILURES, CHANCES, st.floats(0, 1e9))
def test_a_rest_is_as_long_as_was_asked_for_up_to_the_cap(failures: int, chance: float, asked_s: float) -> None:
    """Retry-After is kept; one of a year is not."""
    delay = retry_delay(failures, Transient("busy", retry_after=asked_s), chance)
    assert delay is not None
    assert min(asked_s, BACKOFF_CAP_S) - 1e-6 <= delay.total_seconds() <= BACKOFF_CAP_S


@given(CHANCES)
def test_rests_grow_with_each_failure(chance: float) -> None:
    """By the same chance, a later failure never rests less."""
    rests = [retry_delay(failures, Transient("busy"), chance) for failures in range(1, MAX_FAILURES)]
    known = [rest for rest in rests if rest is not None]
    assert len(known) == len(rests)
    assert known == sorted(known)
    assert known[0] < known[-1]


@given(st.integers(MAX_FAILURES, 1000), CHANCES)
def test_a_transient_failure_is_given_up_in_the_end(failures: int, chance: float) -> None:
    """After its number of attempts there is no other."""
    assert retry_delay(failures, Transient("busy", retry_after=1), chance) is None


@pytest.mark.parametrize("error", [Permanent("no"), KeyError("a bug")])
def test_what_will_not_go_well_later_is_not_tried_later(error: Exception) -> None:
    """Permanent and unknown errors get no second attempt."""
    assert retry_delay(1, error, 0.5) is None


@given(st.lists(KNOWN, max_size=400))
def test_errors_of_a_known_meaning_never_make_a_service_unfit(outcomes: list[Exception | None]) -> None:
    """However many there are: a vendor that is down is no fault of ours."""
    assert all(said is None for said in trip_reasons(outcomes))


@given(st.lists(OUTCOMES, max_size=400))
def test_a_complaint_has_its_reason(outcomes: list[Exception | None]) -> None:
    """A run of unknown errors, or a share of them that is too high; and no such run or share goes unnoticed."""
    is_unknown = [isinstance(outcome, KeyError) for outcome in outcomes]
    for seen, said in enumerate(trip_reasons(outcomes), start=1):
        recent = is_unknown[max(0, seen - FailureRateGuard.WINDOW) : seen]
        run = seen >= FailureRateGuard.RUN and all(is_unknown[seen - FailureRateGuard.RUN : seen])
        share = len(recent) >= FailureRateGuard.MIN_SEEN and sum(recent) > FailureRateGuard.SHARE * len(recent)
        assert (said is not None) == (run or share)


def test_the_tenth_unknown_error_in_a_row_is_one_too_many() -> None:
    """Nine are not."""
    assert trip_reasons([KeyError("a bug")] * 10) == [None] * 9 + ["10 unknown errors in a row"]


def test_a_success_ends_a_run() -> None:
    """Nine, one good, nine: still fit."""
    assert set(trip_reasons([*[KeyError("a bug")] * 9, None, *[KeyError("a bug")] * 9])) == {None}


def trip_reasons(outcomes: list[Exception | None]) -> list[str | None]:
    """What the service says of itself after each outcome."""
    guard, said = FailureRateGuard(), []
    for outcome in outcomes:
        guard.saw(outcome)
        said.append(guard.trip_reason)
    return said
