"""Cursors of the lists: they lead back to their place, and whatever else is sent is a problem."""

from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.negotiation import wants_csv
from gateway.http.problems import Problem
from gateway.lists.cursors import MAX_ID, WALK, Place, Walk, decode_candidates, decode_leads, encode

NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
company_ids = st.integers(0, MAX_ID)
moments = st.datetimes(timezones=st.just(UTC))


@given(score=st.floats(0, 1), company_id=company_ids, as_of=moments)
def test_a_cursor_of_leads_leads_back_to_its_place(score: float, company_id: int, as_of: datetime) -> None:
    """To the bit: a score that is rounded would skip a lead or show it twice."""
    walk = Walk(as_of, NOW)
    assert decode_leads(encode("leads", Place(score, company_id), walk), NOW) == (Place(score, company_id), walk)


@given(at=moments, company_id=company_ids, as_of=moments)
def test_a_cursor_of_candidates_leads_back_to_its_place(at: datetime, company_id: int, as_of: datetime) -> None:
    """To the microsecond, which is as fine as PostgreSQL's times are."""
    walk = Walk(as_of, NOW)
    assert decode_candidates(encode("candidates", Place(at, company_id), walk), NOW) == (Place(at, company_id), walk)


@given(cursor=st.text(max_size=60))
def test_any_other_cursor_is_a_problem(cursor: str) -> None:
    """Any other cursor is a problem, or a place, but never another error."""
    for decode in (decode_leads, decode_candidates):
        with suppress(Problem):
            assert 0 <= decode(cursor, NOW)[0].company_id <= MAX_ID


@given(numbers=st.lists(st.integers(), min_size=4, max_size=4), kind=st.sampled_from("cl"))
def test_numbers_that_are_out_of_range_are_a_problem(numbers: list[int], kind: str) -> None:
    """A forged cursor is no internal error."""
    cursor = urlsafe_b64encode(":".join([kind, *map(str, numbers)]).encode()).decode().rstrip("=")
    with suppress(Problem):
        assert 0 <= (decode_candidates if kind == "c" else decode_leads)(cursor, NOW)[0].company_id <= MAX_ID


def test_a_cursor_serves_until_the_versions_that_it_needs_may_be_gone() -> None:
    """By the time of its walk's first page."""
    cursor = encode("leads", Place(0.5, 1), Walk(NOW - timedelta(days=9), NOW))
    assert decode_leads(cursor, NOW + WALK)
    with pytest.raises(Problem) as caught:
        decode_leads(cursor, NOW + WALK + timedelta(seconds=1))
    assert caught.value.status == 410


@pytest.mark.parametrize(
    ("form", "accept", "csv"),
    [
        (None, None, False),
        (None, "text/csv", True),
        (None, "TEXT/CSV; q=0.9, application/json;q=0.8", True),
        (None, "text/csv, */*", False),
        (None, "text/*, application/json;q=0.1", True),
        (None, "text/csv;q=high", False),
        ("json", "text/csv", False),
        ("csv", "application/json", True),
    ],
)
def test_the_form_is_chosen_by_parameter_or_else_by_rank(form, accept, csv) -> None:
    """JSON where both are wanted as much."""
    assert wants_csv(form, accept) is csv
