"""The queueing model against what is known of it: its bounds, its limits, and a case computed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadgen.bench.queueing import throughput

seconds = st.floats(min_value=0.001, max_value=10)


@given(workers=st.integers(1, 60), wait_s=seconds, work_s=seconds, servers=st.integers(1, 8))
def test_no_stage_is_faster_than_its_workers_or_its_processors(
    workers: int, wait_s: float, work_s: float, servers: int
) -> None:
    """No stage is faster than its workers or its processors, nor slower than its workers one after the other."""
    rate = throughput(workers, wait_s, work_s, servers)

    assert rate <= min(workers / (wait_s + work_s), servers / work_s) * 1.000001
    assert rate >= 1 / (wait_s + work_s) * 0.999999


@given(workers=st.integers(1, 40), wait_s=seconds, work_s=seconds, servers=st.integers(1, 4))
def test_more_workers_or_processors_are_never_slower(workers: int, wait_s: float, work_s: float, servers: int) -> None:
    """The rate grows with both."""
    rate = throughput(workers, wait_s, work_s, servers)

    assert throughput(workers + 1, wait_s, work_s, servers) >= rate * 0.999999
    assert throughput(workers, wait_s, work_s, servers + 1) >= rate * 0.999999


def test_two_workers_at_one_processor_are_as_computed_by_hand() -> None:
    """One second of waiting, one of work: each alone makes 1/2; both together 2 / (1 + 1 + 1/2) = 0.8."""
    assert throughput(1, 1, 1, 1) == pytest.approx(0.5)
    assert throughput(2, 1, 1, 1) == pytest.approx(0.8)


def test_enough_processors_leave_no_queue() -> None:
    """Enough processors leave no queue; then the workers alone count."""
    assert throughput(5, 3, 1, 5) == pytest.approx(5 / 4)


def test_many_workers_use_the_processors_up() -> None:
    """Many workers use the processors up; then the processors alone count."""
    assert throughput(200, 1, 0.1, 2) == pytest.approx(20, rel=1e-3)


def test_a_stage_without_work_is_refused() -> None:
    """Its rate would have no end."""
    with pytest.raises(ValueError, match="work to do"):
        throughput(1, 1, 0, 1)
