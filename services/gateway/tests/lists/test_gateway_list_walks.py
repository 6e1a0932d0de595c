"""A walk through a list that changes meets each company once. On a real PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.lists import leads
from gateway.lists.cursors import Place, Walk
from gateway.lists.filters import Filter
from testkit.leads.lists import CANDIDATE, COMPANY, EMPTY, NOW, Lists, Read, candidates_of, ids_of, leads_of

COMPANIES = 9
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("page"), st.integers(1, 4)),
        st.tuples(st.just("score"), st.integers(1, COMPANIES), st.sampled_from((0.1, 0.5, 0.9))),
        st.tuples(st.just("candidate"), st.integers(1, COMPANIES)),
        st.tuples(st.just("verified"), st.integers(1, COMPANIES), st.sampled_from(("valid", "invalid"))),
        st.tuples(st.just("renamed"), st.integers(1, COMPANIES), st.sampled_from(("Zeta", "Alpha"))),
        st.tuples(st.just("industry"), st.integers(1, COMPANIES), st.sampled_from(("25910", "62011", None))),
    ),
    max_size=25,
)
READERS: dict[str, Read] = {
    "leads": leads.page,
    "leads of a bucket": leads_of(Filter(bucket="High")),
    "leads of a name": leads_of(Filter(name="company", has_verified_email=False)),
    "candidates": candidates_of(Filter()),
    "candidates of a bucket": candidates_of(Filter(bucket="Medium")),
    "candidates of an industry": candidates_of(Filter(industries=["2020:25910"], has_verified_email=False)),
    "candidates of a name": candidates_of(Filter(name="ALPHA")),
}


async def _moved(lists: Lists, move: tuple[Any, ...]) -> None:
    match move:
        case ("score", company_id, score):
            await lists.lead(company_id, score)
        case ("candidate", company_id):
            await lists.owner.execute(COMPANY, company_id, None, "25910")
            await lists.owner.execute(CANDIDATE + " ON CONFLICT DO NOTHING", 1, company_id)
        case ("verified", company_id, status):
            await lists.owner.execute(COMPANY, company_id, None, "25910")
            await lists.verified(company_id, status)
        case ("renamed", company_id, name):
            await lists.owner.execute("UPDATE companies SET name = $2 WHERE company_id = $1", company_id, name)
        case ("industry", company_id, code):
            await lists.owner.execute("UPDATE companies SET industry_code = $2 WHERE company_id = $1", company_id, code)
    await lists.brought_up_to_date()


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@given(before=MOVES, during=MOVES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_a_walk_meets_each_company_once_whatever_changes_meanwhile(
    lists: Lists, read: Read, before: list[tuple[Any, ...]], during: list[tuple[Any, ...]]
) -> None:
    """A walk meets each company once whatever changes meanwhile.

    Those that were in the list when it began, at their places of then: none is missing, none comes again.
    """
    await lists.owner.execute(EMPTY)
    for company_id in range(1, COMPANIES, 2):
        await lists.candidate(company_id, "Alpha")
    for move in before:
        await _moved(lists, move)
    whole = ids_of(await lists.page(read, limit=200))

    page = await lists.page(read, limit=1)
    met = ids_of(page)
    for move in [*during, *[("page", 3)] * COMPANIES]:
        if move[0] != "page":
            await _moved(lists, move)
        elif page.end is not None:
            page = await lists.page(read, after=page.end, walk=page.walk, limit=move[1])
            met += ids_of(page)

    assert page.end is None
    assert met == whole


@given(during=MOVES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_pages_of_the_list_as_it_is_now_repeat_no_candidate(lists: Lists, during: list[tuple[Any, ...]]) -> None:
    """A client that sends times and numbers itself meets each at most once, and exactly once if it did not change."""
    await lists.owner.execute(EMPTY)
    for company_id in range(1, COMPANIES + 1):
        await lists.candidate(company_id)
        await lists.brought_up_to_date()
    read = candidates_of(Filter())

    page = await lists.page(read, limit=2)
    met, changed = ids_of(page), set()
    for move in [*during, *[("page", 3)] * COMPANIES]:
        if move[0] != "page":
            changed.add(move[1])
            await _moved(lists, move)
        elif page.end is not None:
            page = await lists.page(read, after=page.end, limit=move[1])
            met += ids_of(page)

    assert len(met) == len(set(met))
    assert set(range(1, COMPANIES + 1)) - changed <= set(met)


async def test_a_place_is_found_by_its_time_to_the_microsecond(lists: Lists) -> None:
    """Rows of the same microsecond are distinguished by their numbers."""
    await lists.candidate(1)
    await lists.candidate(2)
    await lists.brought_up_to_date()
    page = await lists.page(candidates_of(Filter()), limit=1)
    assert page.end is not None
    at = page.end.key
    for place, expected in (
        (Place(at, 2), [1]),
        (Place(at, 3), [2, 1]),
        (Place(at, 0), []),
        (Place(at + timedelta(microseconds=1), 0), [2, 1]),
    ):
        assert ids_of(await lists.page(candidates_of(Filter()), after=place, limit=9)) == expected
    assert (
        ids_of(await lists.page(candidates_of(Filter()), walk=Walk(at - timedelta(microseconds=1), NOW), limit=9)) == []
    )
