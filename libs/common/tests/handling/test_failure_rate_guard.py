"""The laws by which unknown errors pause a tenant or stop a service. Pure."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from common.errors import Permanent, Transient
from common.handling.failure_rate_guard import MIN_SEEN, RUN, SHARE, WINDOW, FailureRateGuard

BUG = KeyError("a bug")
OUTCOMES = st.sampled_from([None, Transient("busy"), Permanent("no"), BUG])
KNOWN = st.sampled_from([None, Transient("busy"), Permanent("no")])
TENANTS = st.integers(1, 8)


@given(st.lists(st.tuples(TENANTS, KNOWN), max_size=400))
def test_errors_of_a_known_meaning_never_trip_anything(outcomes: list[tuple[int, Exception | None]]) -> None:
    """Errors of a known meaning never trip anything, however many: a vendor that is down is no fault of ours."""
    guard = FailureRateGuard()
    for tenant_id, outcome in outcomes:
        guard.saw(tenant_id, outcome)
        assert guard.tenant_trip_reason(tenant_id) is guard.trip_reason is None


@given(st.lists(OUTCOMES, max_size=400), st.lists(st.tuples(st.integers(2, 8), OUTCOMES), max_size=400))
def test_a_tenant_is_judged_by_its_own_outcomes(
    own: list[Exception | None], others: list[tuple[int, Exception | None]]
) -> None:
    """A run of unknown errors or too high a share trips it, nothing else does, and other tenants do not matter."""
    guard = FailureRateGuard()
    is_unknown = [outcome is BUG for outcome in own]
    rest = iter(others)
    for seen, outcome in enumerate(own, start=1):
        guard.saw(1, outcome)
        for tenant_id, other in [it for _, it in zip(range(2), rest, strict=False)]:
            guard.saw(tenant_id, other)
        recent = is_unknown[max(0, seen - WINDOW) : seen]
        run = len(recent) >= RUN and all(recent[-RUN:])
        share = len(recent) >= MIN_SEEN and sum(recent) > SHARE * len(recent)
        assert (guard.tenant_trip_reason(1) is not None) == (run or share)


@given(st.lists(st.tuples(TENANTS, OUTCOMES), max_size=600), st.sets(TENANTS, max_size=2))
def test_two_tenants_never_stop_the_service(outcomes: list[tuple[int, Exception | None]], failing: set[int]) -> None:
    """Two tenants never stop the service, whatever they send, in whatever order, as long as the others' events are
    handled.
    """
    guard = FailureRateGuard()
    for tenant_id, outcome in outcomes:
        guard.saw(tenant_id, outcome if tenant_id in failing else None)
    assert guard.trip_reason is None


@given(st.lists(TENANTS, min_size=1, max_size=400))
def test_a_service_that_handles_nothing_stops_soon(tenants: list[int]) -> None:
    """Ten unknown errors are enough, those of the two tenants that fail most not counted."""
    guard, seen = FailureRateGuard(), Counter[int]()
    for tenant_id in tenants:
        guard.saw(tenant_id, BUG)
        seen[tenant_id] += 1
        if guard.trip_reason:
            break
        if seen.total() <= WINDOW:
            assert seen.total() - sum(count for _, count in seen.most_common(2)) < RUN


@given(st.lists(st.sampled_from([None, BUG]), min_size=WINDOW, max_size=3 * WINDOW))
def test_a_broad_share_of_unknown_errors_stops_the_service(outcomes: list[Exception | None]) -> None:
    """A fifth of all events of eight tenants in turn, and more, goes by no window unnoticed."""
    guard = FailureRateGuard()
    recent: list[tuple[int, bool]] = []
    for number, outcome in enumerate(outcomes):
        guard.saw(number % 8, outcome)
        recent = [*recent, (number % 8, outcome is BUG)][-WINDOW:]
        failures = Counter(tenant_id for tenant_id, is_unknown in recent if is_unknown)
        worst = {tenant_id for tenant_id, _ in failures.most_common(2)}
        rest = [is_unknown for tenant_id, is_unknown in recent if tenant_id not in worst]
        if guard.trip_reason:
            return
        is_bug_now = outcome is BUG
        assert not (is_bug_now and len(rest) >= MIN_SEEN and sum(rest) > SHARE * len(rest))


def test_the_tenth_unknown_error_in_a_row_is_one_too_many() -> None:
    """Nine are not; the reason names the cause."""
    guard, said = FailureRateGuard(), []
    for _ in range(RUN):
        try:
            raise KeyError("a bug")
        except KeyError as error:
            guard.saw(7, error)
        said.append(guard.tenant_trip_reason(7))
    assert said[:-1] == [None] * 9
    assert said[-1] is not None
    assert said[-1].startswith("10 unknown errors in a row; the last: KeyError at test_failure_rate_guard.py:")


def test_a_success_ends_a_run() -> None:
    """Nine, one good, nine: no reason to wait."""
    guard = FailureRateGuard()
    for outcome in [*[BUG] * 9, None, *[BUG] * 9]:
        guard.saw(7, outcome)
    assert guard.tenant_trip_reason(7) is None


def test_a_forgotten_tenant_starts_afresh() -> None:
    """After its pause nine more unknown errors are as many as ever."""
    guard = FailureRateGuard()
    for _ in range(RUN):
        guard.saw(7, BUG)
    guard.forget(7)
    guard.saw(7, BUG)
    assert guard.tenant_trip_reason(7) is None


def test_a_service_that_fails_for_three_tenants_says_so() -> None:
    """A service that fails for three tenants says so. Of each ten events, in turn."""
    guard = FailureRateGuard()
    for number in range(3 * RUN):
        assert guard.trip_reason is None
        guard.saw(number % 3, BUG)
    assert guard.trip_reason == "10 unknown errors in a row, besides those of two tenants; the last: KeyError"
