"""When unknown errors say that a service is unfit. Pure."""

from hypothesis import given
from hypothesis import strategies as st

from common.errors import Permanent, Transient
from common.failures import FailureRateGuard

OUTCOMES = st.sampled_from([None, Transient("busy"), Permanent("no"), KeyError("a bug")])
KNOWN = st.sampled_from([None, Transient("busy"), Permanent("no")])


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
