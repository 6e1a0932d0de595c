"""Limits that a replica keeps for itself: of a tenant's requests of any kind, and of half as many of a subject."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from gateway.access.authentication import Authentication
from gateway.access.caller import Caller, Identity
from gateway.access.request_gate import admitted as admitted_by_gate
from gateway.http.problems import Problem
from gateway.rates.rate import Rate
from gateway.rates.replica_rates import ReplicaRates


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def admitted(rates: ReplicaRates, tenant_id: int | None, subject: str, requests: int) -> int:
    """Returns the number of these requests that are admitted."""
    count = 0
    for _ in range(requests):
        try:
            rates.admit(tenant_id, subject)
        except Problem:
            continue
        count += 1
    return count


def test_a_subject_has_half_of_its_tenants_burst() -> None:
    """A sixth of a minute's requests at once; another user of the tenant has the rest, another tenant its own."""
    rates = ReplicaRates(Rate(600), clock=Clock())
    assert admitted(rates, 1, "ann", 200) == 50
    assert admitted(rates, 1, "bob", 200) == 50
    assert admitted(rates, 1, "key:1", 200) == 0
    assert admitted(rates, 2, "ann", 200) == 50


def test_a_refusal_says_when_to_come_back_and_then_there_is_room() -> None:
    """Nothing is counted by a refusal, so that nobody is kept out by asking too often."""
    clock = Clock()
    rates = ReplicaRates(Rate(20), clock=clock)
    assert admitted(rates, 1, "ann", 100) == 10
    with pytest.raises(Problem) as refused:
        rates.admit(1, "ann")
    assert (refused.value.status, refused.value.retry_after_s) == (429, 6)
    assert "ann may send 10 requests per minute" in refused.value.detail
    clock.now += 6
    assert admitted(rates, 1, "ann", 100) == 1


def test_a_subject_without_a_tenant_is_counted_alone() -> None:
    """`GET /me` needs no tenant; those who ask it do not share a limit."""
    rates = ReplicaRates(Rate(600), clock=Clock())
    assert admitted(rates, None, "ann", 200) == 50
    assert admitted(rates, None, "bob", 200) == 50


@given(per_minute=st.integers(1, 3000), steps=st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_no_period_admits_more_than_a_burst_and_the_rate(per_minute: int, steps: list[float]) -> None:
    """Whenever the requests come."""
    clock = Clock()
    rate = Rate(per_minute)
    rates = ReplicaRates(rate, clock=clock)
    count = 0
    for step in steps:
        clock.now += step
        count += admitted(rates, 1, f"user {count}", 20)
    assert count <= rate.burst + (clock.now - 1000.0) / rate.interval_s + 1


def test_who_has_been_idle_is_forgotten() -> None:
    """Memory has a bound; who is at the limit stays there."""
    clock = Clock()
    rates = ReplicaRates(Rate(600), most=10, clock=clock)
    assert admitted(rates, 1, "ann", 200) == 50
    clock.now += 1
    for number in range(1000):
        rates.admit(None, f"user {number}")
        clock.now += 0.001
    assert len(rates) < 1000
    assert admitted(rates, 1, "ann", 200) == 10


class Stranger:
    """Authentication of a subject that is a user of no tenant."""

    def __init__(self) -> None:
        self.looked_up = 0

    async def identify(self, headers: Headers) -> Identity:
        return Identity("eve", None, None, 2e9, "oidc token", is_member=False)

    async def caller(self, identity: Identity, headers: Headers) -> Caller:
        self.looked_up += 1
        raise Problem(403, "Not a user of the tenant", "eve is not a user of tenant 1.")


async def test_who_is_no_user_of_a_tenant_is_limited_before_the_database_is_asked() -> None:
    """Its requests would take the places of those whose roles are looked up, too."""
    stranger, rates = Stranger(), ReplicaRates(Rate(20), clock=Clock())
    statuses = []
    for _ in range(12):
        with pytest.raises(Problem) as refused:
            await admitted_by_gate(
                Headers(), frozenset({"viewer"}), {"type": "http"}, cast(Authentication, stranger), rates
            )
        statuses.append(refused.value.status)
    assert statuses == [403] * 10 + [429] * 2
    assert stranger.looked_up == 10


async def test_reading_lists_has_a_limit_over_http(serve, kafka, tokens) -> None:
    """Per user, refused by the gate: before a tenant is looked up or a body is read."""
    async with serve(kafka, tenant_requests_per_minute_and_replica=2) as reps:
        http = reps(1).http
        asked = [await http.get("/scores/latest") for _ in range(2)]
        assert [answer.status_code for answer in asked] == [200, 429]
        assert asked[1].headers["content-type"] == "application/problem+json"
        assert 1 <= int(asked[1].headers["retry-after"]) <= 60
        assert (await http.get("/livez")).status_code == 200
        other = {"Authorization": f"Bearer {tokens(1, user='bob@example.com')}"}
        assert (await http.get("/me", headers=other)).status_code == 200
