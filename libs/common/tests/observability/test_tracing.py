"""Trace context: one trace from the first event to the last, a span for each, and nonsense starts anew."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.observability.tracing import child_of, new_traceparent, trace_id

FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
OTHERS = [
    "",
    "junk",
    f"00-{'0' * 32}-{'b' * 16}-01",
    f"00-{'a' * 32}-{'0' * 16}-01",
    f"00-{'A' * 32}-{'b' * 16}-01",
    f"00-{'a' * 32}-{'b' * 16}-01\n",
    f"ff-{'a' * 32}-{'b' * 16}-01",
    f"00-{'a' * 32}-{'b' * 16}-01-more",
]


@given(st.integers(1, 16**32 - 1), st.integers(1, 16**16 - 1), st.integers(0, 255))
def test_a_child_stays_in_its_trace_with_a_span_of_its_own(trace: int, span: int, flags: int) -> None:
    """Trace and flags are the parent's."""
    parent = f"00-{trace:032x}-{span:016x}-{flags:02x}"
    child = child_of(parent)
    assert FORM.fullmatch(child)
    assert child.split("-")[1] == parent.split("-")[1] == trace_id(child)
    assert child.split("-")[3] == parent.split("-")[3]
    assert child.split("-")[2] != parent.split("-")[2]


@pytest.mark.parametrize("parent", [None, *OTHERS])
def test_without_a_trace_that_can_be_read_a_new_one_starts(parent: str | None) -> None:
    """Nothing of what came in goes on, and the logs name no trace of it."""
    assert trace_id(parent) is None
    child = child_of(parent)
    assert FORM.fullmatch(child)
    assert trace_id(child) is not None


def test_traces_differ() -> None:
    """Each start is a trace of its own."""
    assert len({trace_id(new_traceparent()) for _ in range(1000)}) == 1000
