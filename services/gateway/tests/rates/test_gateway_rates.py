"""Rate limits: the arithmetic on the real database, where a test lets time pass, and over HTTP."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, TypeAlias

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from common.postgres import Database
from gateway.rates.rate import Rate
from testkit.stages import until

RatesOf: TypeAlias = Callable[..., Any]

PLENTY = Rate(1_000_000)
JOB = "/jobs/staging_upsert"

on_the_database = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
per_minute = st.integers(1, 3000)
tenants = count(1000)


@given(per_minute=st.integers(1, 100_000))
def test_a_burst_is_a_sixth_of_a_minute_and_at_least_ten(per_minute: int) -> None:
    """A burst is a sixth of a minute and at least ten, but never more than what a minute allows."""
    burst = Rate(per_minute).burst
    assert 1 <= burst <= per_minute
    assert burst == per_minute // 6 if per_minute >= 60 else burst == min(per_minute, 10)


@on_the_database
@example(per_minute=180, waves=[(1, 0.0), (1, 0.0), (1, 1.0), (1, 0.0), (27, 0.0)])  # all but the last on credit
@given(per_minute=per_minute, waves=st.lists(st.tuples(st.integers(1, 60), st.floats(0, 40)), min_size=1, max_size=6))
async def test_no_more_are_let_in_than_burst_and_time_allow(
    rates_of: RatesOf, database: Database, owner, per_minute: int, waves: list[tuple[int, float]]
) -> None:
    """No more are let in than burst and time allow.

    Whatever comes at once and however long the pauses: at most burst + rate * time; and no request too few.
    """
    rates, rate, tenant = rates_of(database, each=Rate(per_minute), everyone=PLENTY), Rate(per_minute), next(tenants)
    began = time.monotonic()
    rested, let_in, room = 0.0, 0, float(rate.burst)
    for wave, rest in waves:
        admitted = sum(await asyncio.gather(*(rates.lets_in(tenant) for _ in range(wave))))
        let_in += admitted
        passed = rested + time.monotonic() - began
        assert let_in <= rate.burst + passed / rate.interval_s + 0.001
        assert admitted >= min(wave, math.floor(room - 0.001))
        room = min(rate.burst, max(room - admitted, 0) + rest / rate.interval_s)
        await rates.rest(owner, rest)
        rested += rest


@on_the_database
@given(per_minute=per_minute)
async def test_whoever_waits_as_long_as_asked_is_let_in(
    rates_of: RatesOf, database: Database, owner, per_minute: int
) -> None:
    """Retry-After is enough, and more than a second less is not."""
    rates, tenant = rates_of(database, each=Rate(per_minute), everyone=PLENTY), next(tenants)
    problem = await rates.refuses(tenant)
    assert problem.retry_after_s is not None
    assert f"Tenant {tenant} may send" in problem.detail
    if problem.retry_after_s > 2:
        refused = time.monotonic()
        await rates.rest(owner, problem.retry_after_s - 2)
        assert not await rates.lets_in(tenant) or time.monotonic() - refused > 1
        await rates.rest(owner, 2)
    else:
        await rates.rest(owner, problem.retry_after_s)
    assert await rates.lets_in(tenant)


async def test_the_limit_holds_over_replicas_that_ask_at_once(rates_of: RatesOf, replicas: Sequence[Database]) -> None:
    """Three replicas, twenty callers each, all for five tenants in every order: no deadlock, and credit only."""
    rate, everyone = Rate(1200), Rate(3000)  # bursts of 200 and 500: all five together could have 1000
    gateways = [rates_of(database, each=rate, everyone=everyone) for database in replicas]
    began = time.monotonic()
    let_in = dict.fromkeys(range(1, 6), 0)

    async def storm(rates: Any, first: int) -> None:
        for number in range(40):
            tenant = 1 + (first + number) % 5
            answer = await rates.lets_in(tenant)
            let_in[tenant] += answer

    await asyncio.gather(*(storm(rates, number) for rates in gateways for number in range(20)))
    passed = time.monotonic() - began
    most = everyone.burst + len(gateways) * everyone.credit + passed / everyone.interval_s
    assert everyone.burst <= sum(let_in.values()) <= most
    most = rate.burst + len(gateways) * rate.credit + passed / rate.interval_s
    assert all(each <= most for each in let_in.values())


async def test_a_storm_of_one_tenant_leaves_the_others_their_own(rates_of: RatesOf, database: Database) -> None:
    """A storm of one tenant leaves the others their own: what is refused is charged to nobody: neither to the tenant
    nor to all together.
    """
    rates = rates_of(database, each=Rate(60), everyone=Rate(600))  # bursts of 10 and 100
    stormy = await asyncio.gather(*(rates.lets_in(1) for _ in range(500)))
    assert sum(stormy) == 10
    for tenant in (2, 3, 4):
        assert sum(await asyncio.gather(*(rates.lets_in(tenant) for _ in range(10)))) == 10


async def test_what_all_together_are_refused_is_not_charged_to_the_tenant(
    rates_of: RatesOf, database: Database, owner
) -> None:
    """Once there is room for all again, the tenant has all of its own."""
    rates = rates_of(database, each=Rate(60), everyone=Rate(12))  # bursts of 10 and 10
    assert all([await rates.lets_in(1) for _ in range(10)])
    for _ in range(20):
        problem = await rates.refuses(2)
        assert "All tenants together may send 12 requests per minute" in problem.detail
    await owner.execute("UPDATE request_rates SET due_at = 'epoch' WHERE tenant_id = 0")
    assert sum([await rates.lets_in(2) for _ in range(10)]) == 10


@on_the_database
@given(per_minute=st.integers(1, 300), asked=st.lists(st.sampled_from(["ann", "bob", "key:1"]), max_size=120))
async def test_each_subject_has_a_limit_of_its_own(
    rates_of: RatesOf, database: Database, per_minute: int, asked: list[str]
) -> None:
    """Each subject has a limit of its own, and takes nothing of another's.

    The same name in another tenant is another subject.
    """
    limit, began = Rate(per_minute), time.monotonic()
    rates, tenant, other = (
        rates_of(database, each=PLENTY, everyone=PLENTY, per_subject=limit),
        next(tenants),
        next(tenants),
    )
    admitted = await asyncio.gather(*(rates.lets_in(tenant, subject=subject) for subject in asked))
    for subject in set(asked):
        mine = sum(is_in for is_in, who in zip(admitted, asked, strict=True) if who == subject)
        wanted = asked.count(subject)
        assert min(wanted, limit.burst) <= mine <= limit.burst + (time.monotonic() - began) / limit.interval_s + 0.001
        assert await rates.lets_in(other, subject=subject)


async def test_a_subject_that_asks_too_fast_leaves_its_colleagues_half_of_the_tenants_limit(
    rates_of: RatesOf, database: Database
) -> None:
    """By default; the answer says whose limit that is, and for how long it lasts."""
    rates = rates_of(database, each=Rate(600), everyone=PLENTY, per_subject=None)  # bursts of 100 and, for one, 50
    began = time.monotonic()
    loud = sum(await asyncio.gather(*(rates.lets_in(1, subject="loud") for _ in range(200))))
    assert 50 <= loud <= 50 + (time.monotonic() - began) * 5 + 0.001
    problem = await rates.refuses(1, subject="loud")
    assert "loud of tenant 1 may send 300 requests per minute" in problem.detail
    assert sum(await asyncio.gather(*(rates.lets_in(1, subject="ann") for _ in range(40)))) == 40


async def test_the_limit_that_lasts_longest_is_named(rates_of: RatesOf, database: Database) -> None:
    """The limit that lasts longest is named, so that one wait is enough."""
    rates = rates_of(database, each=Rate(1), everyone=PLENTY, per_subject=Rate(60))  # bursts of 1 and 10
    assert await rates.lets_in(1)
    problem = await rates.refuses(1)
    assert "Tenant 1 may send 1 request per minute" in problem.detail
    assert 40 <= (problem.retry_after_s or 0) <= 60


async def test_a_tenants_own_limit_comes_instead(rates_of: RatesOf, database: Database) -> None:
    """Larger or smaller than what the others have."""
    rates = rates_of(database, each=Rate(60), everyone=PLENTY)
    assert sum([await rates.lets_in(1, 3) for _ in range(30)]) == 3
    assert sum([await rates.lets_in(2, 180) for _ in range(30)]) == 30


async def test_rates_that_a_crash_forgot_begin_anew(rates_of: RatesOf, database: Database, owner) -> None:
    """The table is unlogged."""
    rates = rates_of(database, each=Rate(60), everyone=PLENTY)
    await rates.refuses(1)
    await owner.execute("TRUNCATE request_rates")
    assert await rates.lets_in(1)


async def test_without_the_database_no_limit_stands_in_the_way(rates_of: RatesOf, database: Database) -> None:
    """The request will find out by itself, and say so."""
    rates = rates_of(database, each=Rate(1), everyone=Rate(1))
    await database.close()
    assert all([await rates.lets_in(1) for _ in range(3)])


async def test_a_rep_who_asks_too_fast_is_shown_when_to_come_back(serve, kafka) -> None:
    """429 before any stream begins, for chats and jobs together; looking at things is not counted with them."""
    async with serve(kafka, tenant_requests_per_minute=1, chat_timeout_s=0.1) as reps:
        rep = reps(1)
        assert (await rep.http.post("/chat", json={"message": "Manufacturing"})).status_code == 200
        for path, body in (("/chat", {"message": "Manufacturing"}), (JOB, {"terms": ["Manufacturing"]})):
            answer = await rep.http.post(path, json=body)
            assert answer.status_code == 429
            assert answer.headers["content-type"] == "application/problem+json"
            assert 40 <= int(answer.headers["retry-after"]) <= 60
            assert "Tenant 1 may send 1 request per minute" in answer.json()["detail"]
        assert (await rep.http.post("/chat", json={"message": ""})).status_code == 422
        assert (await rep.http.get(f"/jobs/{'0' * 32}")).status_code == 404
        assert (await reps(2).http.post("/chat", json={"message": "Manufacturing"})).status_code == 200


async def test_a_users_limit_holds_over_http(serve, kafka, tokens) -> None:
    """Another user of the tenant, or an API key, has its own."""
    async with serve(kafka, subject_requests_per_minute=1) as reps:
        http = reps(1).http
        asked = [await http.get("/industries/resolve?q=x") for _ in range(2)]
        assert [answer.status_code == 429 for answer in asked] == [False, True]
        assert "rep@example.com of tenant 1 may send 1 request per minute" in asked[1].json()["detail"]
        other = {"Authorization": f"Bearer {tokens(1, user='bob@example.com')}"}
        assert (await http.get("/industries/resolve?q=x", headers=other)).status_code != 429


async def test_a_tenants_own_limit_holds_once_it_is_looked_up_again(serve, kafka, owner) -> None:
    """A tenant's own limit holds once it is looked up again, as `leadgen tenant limit` writes it."""
    await owner.execute("UPDATE tenants SET requests_per_minute = 1 WHERE tenant_id = 1")
    async with serve(kafka, chat_timeout_s=0.1) as reps:
        asked = [await reps(1).http.post("/chat", json={"message": "Manufacturing"}) for _ in range(2)]
        assert [answer.status_code for answer in asked] == [200, 429]


async def test_a_refused_request_leaves_nothing_behind(serve, kafka, owner) -> None:
    """No request in the outbox, no listener."""
    async with serve(kafka, tenant_requests_per_minute=1, chat_timeout_s=0.1) as reps:
        rep = reps(1)
        await rep.http.post("/chat", json={"message": "Manufacturing"})
        await until(lambda: _is_sent(owner))
        assert (await rep.http.post("/chat", json={"message": "Manufacturing"})).status_code == 429
        assert rep.feed.listeners == 0
        assert await _is_sent(owner)


async def _is_sent(owner) -> bool:
    return await owner.fetchval("SELECT count(*) FROM outbox WHERE producer = 'gateway'") == 0
