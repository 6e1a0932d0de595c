"""Pauses that end together."""

import time

from hypothesis import given
from hypothesis import strategies as st

from common.background import until_tick


@given(st.integers(1, 3600))
def test_a_pause_ends_at_a_multiple_of_its_length(every_s: int) -> None:
    """It is as long as asked for, give or take nine tenths, and its end is the same for all who ask for this length."""
    before = time.monotonic()
    pause_s = until_tick(every_s)
    after = time.monotonic()
    assert 0.1 * every_s <= pause_s <= 1.1 * every_s
    ticks = round((after + pause_s) / every_s)
    assert before + pause_s - 0.001 <= ticks * every_s <= after + pause_s + 0.001
