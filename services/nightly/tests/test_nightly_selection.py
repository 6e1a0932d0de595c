"""The selection of a night: its order is total, its reasons are in words, and every candidate gets its turn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightly.plan.selection import MOST_TRIES, REST, Ages, Candidate, Due, in_order, select
from testkit.stages import a_company

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)
DAY = timedelta(days=1)
AGES = Ages()


def a_candidate(company_id: int, *, domain: str | None = None, born: date | None = None, **other: object) -> Candidate:
    """A candidate of 1 November; say only what matters."""
    company = a_company(f"U{company_id}", company_id=company_id, website_domain=domain, incorporated_on=born)
    given = {"added_at": NOW - 20 * DAY, "updated_at": NOW - 300 * DAY, **other}
    return Candidate(company, **given)  # type: ignore[arg-type]


def ids(due: list[Due]) -> list[int]:
    return [it.candidate.company.company_id for it in due]


def selected(*candidates: Candidate) -> list[int]:
    return ids(in_order(candidates, now=NOW, ages=AGES))


def detail(candidate: Candidate) -> tuple[str, str] | None:
    found = in_order([candidate], now=NOW, ages=AGES)
    return (found[0].reason, found[0].detail) if found else None


def test_new_comes_before_stale_before_updated() -> None:
    """New comes before stale before updated, whatever bucket a stale one has."""
    updated = a_candidate(1, enriched_at=NOW - 9 * DAY, features_at=NOW - 9 * DAY, updated_at=NOW - DAY)
    stale = a_candidate(2, enriched_at=NOW - 40 * DAY, features_at=NOW - 40 * DAY, bucket="High")

    assert selected(updated, stale, a_candidate(3)) == [3, 2, 1]


def test_of_new_ones_fit_then_unseen_domain_then_waiting_time_decide() -> None:
    """A company whose domain is seen comes after those without any."""
    unfit = a_candidate(1, domain="a.sg", fits=False)
    seen = a_candidate(2, domain="b.sg", is_domain_seen=True)
    without = a_candidate(3)
    younger = a_candidate(4, domain="c.sg", born=date(2024, 1, 1))
    older = a_candidate(5, domain="d.sg", born=date(2001, 1, 1))
    waiting = a_candidate(6, domain="e.sg", added_at=NOW - 30 * DAY)

    assert selected(unfit, seen, without, older, younger, waiting) == [6, 4, 5, 3, 2, 1]


def test_of_new_ones_with_one_domain_the_first_goes_first() -> None:
    """The others come after all that are new, so a night is not spent on one site."""
    shared = [a_candidate(n, domain="group.sg") for n in (1, 2, 3)]

    assert selected(*shared, a_candidate(4)) == [1, 4, 2, 3]


def test_of_stale_ones_high_and_medium_go_first_then_the_longest_unseen() -> None:
    """Low and unscored are equal."""
    old = {"features_at": NOW - 40 * DAY}
    low = a_candidate(1, enriched_at=NOW - 90 * DAY, bucket="Low", **old)
    medium = a_candidate(2, enriched_at=NOW - 50 * DAY, bucket="Medium", **old)
    high = a_candidate(3, enriched_at=NOW - 40 * DAY, bucket="High", **old)

    assert selected(low, high, medium) == [2, 3, 1]


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (a_candidate(1), ("new", "not seen before")),
        (a_candidate(1, fits=False), ("new", "not seen before; does not fit the ICP")),
        (
            a_candidate(1, enriched_at=NOW - 31 * DAY, features_at=NOW - 31 * DAY),
            ("stale", "past its age: enrichment of 2026-10-22, features of 2026-10-22"),
        ),
        (
            a_candidate(1, enriched_at=NOW - 8 * DAY, features_at=NOW - 8 * DAY, contacts_at=NOW - 31 * DAY),
            ("stale", "past its age: contacts of 2026-10-22"),
        ),
        (a_candidate(1, enriched_at=NOW - 8 * DAY), ("stale", "past its age: no features")),
        (
            a_candidate(1, enriched_at=NOW - DAY, features_at=NOW - DAY, cut="lusha: out of budget", tries=1),
            ("stale", "the last enrichment was cut short: lusha: out of budget"),
        ),
        (
            a_candidate(1, enriched_at=NOW - 3 * DAY, features_at=NOW - 3 * DAY, updated_at=NOW - DAY),
            ("updated", "the register changed on 2026-11-21"),
        ),
        (a_candidate(1, enriched_at=NOW - 3 * DAY, features_at=NOW - 3 * DAY), None),
        (a_candidate(1, enriched_at=NOW - 3 * DAY), None),
        (a_candidate(1, selected_at=NOW - DAY, cut="enrich: KeyError", tries=MOST_TRIES), None),
        (
            a_candidate(1, selected_at=NOW - 31 * DAY, cut="enrich: KeyError", tries=MOST_TRIES),
            ("stale", "past its age: enrichment of 2026-10-22"),
        ),
    ],
)
def test_the_reason_is_said_in_words(candidate: Candidate, expected: tuple[str, str] | None) -> None:
    """A company that was seen is due when it is old, was cut short or has changed; otherwise it is not due."""
    assert detail(candidate) == expected


def after_an_outage(companies: range, **other: object) -> list[Candidate]:
    """Companies of last night, in which the vendors were away."""
    given = {"enriched_at": NOW - DAY, "features_at": NOW - DAY, "cut": "lusha: HTTP 503", "tries": 1, **other}
    return [a_candidate(n, **given) for n in companies]  # type: ignore[arg-type]


def test_what_an_outage_cut_short_is_caught_up_with_beside_new_ones() -> None:
    """With half of the places, so that neither waits for the other."""
    pool = [*after_an_outage(range(1, 21)), *(a_candidate(n) for n in range(101, 201))]

    assert ids(select(in_order(pool, now=NOW, ages=AGES), 20)) == [*range(1, 11), *range(101, 111)]
    few = [*after_an_outage(range(1, 21)), *(a_candidate(n) for n in range(101, 104))]
    assert ids(select(in_order(few, now=NOW, ages=AGES), 20)) == [*range(1, 11), 101, 102, 103, *range(11, 18)]


@pytest.mark.parametrize(
    ("other", "goes_first"),
    [
        ({"cut": "lusha: HTTP 503; zerobounce: out of budget"}, True),
        ({"cut": "lusha: out of budget; zerobounce: out of budget"}, False),
        ({"cut": "enrich: KeyError", "is_dead": True}, False),
        ({"tries": MOST_TRIES}, False),
    ],
)
def test_only_what_vendors_that_were_away_cut_short_goes_first(other: dict[str, object], goes_first: bool) -> None:
    """Not what a budget cut short, which may be used up each night; nor what always fails."""
    pool = [*after_an_outage(range(1, 2), **other), *(a_candidate(n) for n in range(101, 111))]

    chosen = ids(select(in_order(pool, now=NOW, ages=AGES), 10))

    assert (chosen[0] == 1, len(chosen)) == (goes_first, 10)


def test_what_was_seen_lately_rests_though_something_is_old() -> None:
    """What was seen lately rests though something is old, or contacts that never change would bring the same companies
    every night.
    """
    young = a_candidate(1, enriched_at=NOW - REST + timedelta(hours=1), features_at=NOW - 50 * DAY)
    rested = replace(young, enriched_at=NOW - REST)

    assert detail(young) is None
    assert detail(rested) == ("stale", "past its age: features of 2026-10-03")


moments = st.integers(0, 80 * 24).map(lambda hours: NOW - timedelta(hours=hours))
times = st.none() | moments
candidates = st.builds(
    lambda number, domain, **other: a_candidate(number, domain=domain, **other),
    number=st.integers(1, 10**6),
    domain=st.none() | st.sampled_from(["a.sg", "b.sg", "c.sg"]),
    added_at=moments,
    updated_at=moments,
    fits=st.booleans(),
    is_domain_seen=st.booleans(),
    enriched_at=times,
    features_at=times,
    contacts_at=times,
    selected_at=times,
    bucket=st.none() | st.sampled_from(["High", "Medium", "Low"]),
    tries=st.integers(0, 4),
    cut=st.none() | st.just("lusha: HTTP 503"),
)
many = st.lists(candidates, max_size=30, unique_by=lambda it: it.company.company_id)


@given(found=many, seed=st.randoms(use_true_random=False))
def test_the_order_is_total(found: list[Candidate], seed: Random) -> None:
    """The order is total. Whatever order candidates are read in, the night is the same; none stands in it twice."""
    shuffled = list(found)
    seed.shuffle(shuffled)
    first = selected(*found)

    assert selected(*shuffled) == first
    assert len(set(first)) == len(first)


@pytest.mark.slow
@settings(max_examples=60)
@given(
    number=st.integers(1, 400),
    cap=st.sampled_from([20, 25]),
    always_failing=st.sets(st.integers(1, 400), max_size=40),
    buckets=st.randoms(use_true_random=False),
)
def test_every_candidate_gets_its_turn_within_thirty_nights(
    number: int, cap: int, always_failing: set[int], buckets: Random
) -> None:
    """Every candidate gets its turn within thirty nights, also beside companies whose enrichment fails each time.

    Never the same twenty, and never more than the cap.
    """
    pool = {
        n: a_candidate(
            n,
            domain=f"{n % 300}.sg",
            fits=bool(n % 3),
            bucket=buckets.choice(["High", "Medium", "Low", None]),
            enriched_at=NOW - 60 * DAY if n % 5 == 0 else None,
            features_at=NOW - 60 * DAY if n % 5 == 0 else None,
        )
        for n in range(1, number + 1)
    }
    had_turn, nights = set[int](), list[list[int]]()
    for night in range(30):
        now = NOW + night * DAY
        chosen = ids(select(in_order(pool.values(), now=now, ages=AGES), cap))
        nights.append(chosen)
        had_turn |= set(chosen)
        for n in chosen:
            pool[n] = night_of(pool[n], now, fails=n in always_failing)
        pool = {
            n: it if n in chosen else replace(it, tries=max(0, it.tries - (night % 7 == 6))) for n, it in pool.items()
        }

    assert had_turn == set(pool)
    assert all(len(chosen) <= cap for chosen in nights)
    for one, other in pairwise(nights):
        assert not one or set(one) <= always_failing or one != other


def night_of(candidate: Candidate, now: datetime, *, fails: bool) -> Candidate:
    """The candidate after its night."""
    tried = replace(candidate, selected_at=now, tries=candidate.tries + 1)
    if fails:
        return replace(tried, cut="enrich: HTTP 500", is_dead=True)
    return replace(tried, enriched_at=now, features_at=now, contacts_at=now, cut=None)
