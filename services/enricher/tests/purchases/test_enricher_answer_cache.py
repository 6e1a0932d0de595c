"""Answers kept on the real PostgreSQL: who pays, who waits, and what becomes of those who die meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

import pytest

from common.forgotten.suppression import ReadSuppression
from common.handling.group_commit import GroupCommit
from common.postgres import Database
from enricher.errors import StepSkipped
from enricher.lock_order import LOCK_ORDER
from enricher.purchases.answer_cache import AnswerCache, Codec, PaidAnswer
from enricher.purchases.budgets import Budgets
from enricher.purchases.circuit_breakers import CircuitBreakers
from enricher.purchases.guarded_call import GuardedCalls
from enricher.vendors.errors import Rejected
from testkit.stages import until

WEEK = timedelta(days=7)
UNCHANGED: Codec[str] = Codec(lambda answer: answer, lambda kept: cast(str, kept))
USED = "SELECT coalesce(sum(used), 0) FROM vendor_usage WHERE tenant_id = $1"
AGE = "UPDATE vendor_answers SET answered_at = answered_at - interval '8 days'"
HELD_UNTIL = "SELECT asking_until FROM vendor_answers"
#: As a replica leaves it that was killed in the middle of a call.
HELD = """
    INSERT INTO vendor_answers (tenant_id, vendor, request_hash, asker, asking_until)
    SELECT 0, 'tavily', request_hash, gen_random_uuid(), clock_timestamp() + interval '0.5 s' FROM vendor_answers
    ON CONFLICT (tenant_id, vendor, request_hash) DO UPDATE
       SET answer = NULL, answered_at = NULL, asking_until = excluded.asking_until
"""


class Vendor:
    """Answers when it may, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.fails = 0

    async def __call__(self) -> str:
        self.asked += 1
        await self.may_answer.wait()
        if self.fails:
            self.fails -= 1
            raise Rejected("tavily", "HTTP 400")
        return f"answer {self.asked}"


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


def replica(database: Database, *, lease: timedelta = timedelta(seconds=60)) -> AnswerCache:
    return AnswerCache(
        GroupCommit(database, LOCK_ORDER),
        GuardedCalls(Budgets(GroupCommit(database, LOCK_ORDER), {"tavily": 100}), CircuitBreakers(database)),
        ReadSuppression(database),
        lease=lease,
    )


async def ask(
    cache: AnswerCache,
    make: Callable[[], Awaitable[str]],
    tenant_id: int = 1,
    *,
    request: str = "acme",
    is_public: bool = True,
    fresh_for: timedelta = WEEK,
    codec: Codec[str] = UNCHANGED,
) -> PaidAnswer[str]:
    return await cache.ask(
        "tavily",
        tenant_id,
        ["search", request],
        is_public=is_public,
        fresh_for=fresh_for,
        units=2,
        make=make,
        charged=lambda _: 1,
        codec=codec,
    )


async def test_an_answer_is_paid_for_once_and_serves_everybody(database: Database, owner: Any, vendor: Vendor) -> None:
    """An answer is paid for once and serves everybody, also another replica, and another tenant, who pays nothing."""
    first = await ask(replica(database), vendor, 1)
    second = await ask(replica(database), vendor, 2)

    assert (first, second) == (PaidAnswer("answer 1", 1, is_new=True), PaidAnswer("answer 1"))
    assert [await owner.fetchval(USED, tenant) for tenant in (1, 2)] == [1, 0]


async def test_an_answer_that_was_just_bought_is_not_parsed_again(database: Database, vendor: Vendor) -> None:
    """Nothing was removed from it, so it is used as it came."""

    def load(_: object) -> str:
        raise AssertionError("parsed")

    assert (await ask(replica(database), vendor, codec=Codec(str, load))).answer == "answer 1"


async def test_what_a_tenant_bought_is_its_own(database: Database, vendor: Vendor) -> None:
    """What a tenant bought is its own: the same question of another tenant is another purchase."""
    cache = replica(database)

    answers = [await ask(cache, vendor, tenant, is_public=False) for tenant in (1, 2, 1)]

    assert [(it.answer, it.is_new) for it in answers] == [("answer 1", True), ("answer 2", True), ("answer 1", False)]


async def test_many_who_ask_at_once_pay_once(database: Database, vendor: Vendor) -> None:
    """Twenty, in two replicas: one asks, the others have its answer."""
    vendor.may_answer.clear()
    replicas = replica(database), replica(database)
    asking = [asyncio.create_task(ask(replicas[nth % 2], vendor, 1 + nth % 5)) for nth in range(20)]

    async def is_asked() -> bool:
        return vendor.asked > 0

    await until(is_asked)
    vendor.may_answer.set()
    answers = await asyncio.gather(*asking)

    assert vendor.asked == 1
    assert {it.answer for it in answers} == {"answer 1"}
    assert sum(it.units for it in answers) == 1


async def test_an_old_answer_is_asked_for_again(database: Database, owner: Any, vendor: Vendor) -> None:
    """After its time; the new one takes its place."""
    cache = replica(database)
    await ask(cache, vendor)
    await owner.execute(AGE)

    assert (await ask(cache, vendor)).answer == "answer 2"
    assert (await ask(cache, vendor)).answer == "answer 2"


async def test_where_nothing_is_kept_those_who_waited_still_share(database: Database, vendor: Vendor) -> None:
    """Fresh for no time at all: an answer that came while one waited is as new as can be."""
    vendor.may_answer.clear()
    cache = replica(database)
    asking = [asyncio.create_task(ask(cache, vendor, fresh_for=timedelta(0))) for _ in range(4)]

    async def is_asked() -> bool:
        return vendor.asked > 0

    await until(is_asked)
    vendor.may_answer.set()

    assert {it.answer for it in await asyncio.gather(*asking)} == {"answer 1"}
    assert (await ask(cache, vendor, fresh_for=timedelta(0))).answer == "answer 2"


async def test_who_fails_lets_the_next_one_ask(database: Database, vendor: Vendor) -> None:
    """Who fails lets the next one ask: who waited for the failed call makes one of its own at once."""
    vendor.may_answer.clear()
    vendor.fails = 1
    cache = replica(database)
    first = asyncio.create_task(ask(cache, vendor))

    async def is_asked() -> bool:
        return vendor.asked > 0

    await until(is_asked)
    second = asyncio.create_task(ask(cache, vendor, 2))
    vendor.may_answer.set()

    with pytest.raises(StepSkipped, match="HTTP 400"):
        await first
    assert (await second).answer == "answer 2"


async def test_who_is_cancelled_lets_the_next_one_ask(database: Database, vendor: Vendor) -> None:
    """Nothing waits for a lease that nobody holds."""
    vendor.may_answer.clear()
    cache = replica(database)
    first = asyncio.create_task(ask(cache, vendor))

    async def is_asked() -> bool:
        return vendor.asked > 0

    await until(is_asked)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    vendor.may_answer.set()

    async with asyncio.timeout(60):
        assert (await ask(cache, vendor)).answer == "answer 2"


async def test_the_lease_of_a_killed_replica_runs_out(database: Database, owner: Any, vendor: Vendor) -> None:
    """It asked, and will never tell: after its lease somebody else asks."""
    await ask(replica(database), vendor)
    await owner.execute(HELD)

    async with asyncio.timeout(60):
        assert (await ask(replica(database), vendor)).answer == "answer 2"


async def test_a_lease_is_renewed_for_as_long_as_the_call_takes(database: Database, owner: Any, vendor: Vendor) -> None:
    """A call may take several leases: nobody asks besides."""
    vendor.may_answer.clear()
    short = timedelta(seconds=0.3)
    asking = [asyncio.create_task(ask(replica(database, lease=short), vendor)) for _ in range(2)]

    async def is_asked() -> bool:
        return vendor.asked > 0

    await until(is_asked)
    first = await owner.fetchval(HELD_UNTIL)

    async def is_held_on() -> bool:
        return bool(await owner.fetchval(HELD_UNTIL) > first + 3 * short)

    await until(is_held_on)
    vendor.may_answer.set()

    assert [it.answer for it in await asyncio.gather(*asking)] == ["answer 1", "answer 1"]


async def test_an_answer_that_cannot_be_read_is_asked_for_again(database: Database, vendor: Vendor) -> None:
    """Another version of the program left it: no company fails of it."""

    def picky(kept: Any) -> str:
        if kept == "answer 1":
            raise ValueError("from another version")
        return cast(str, kept)

    cache = replica(database)
    await ask(cache, vendor)

    assert (await ask(cache, vendor, codec=Codec(lambda answer: answer, picky))).answer == "answer 2"
    assert (await ask(cache, vendor)).answer == "answer 2"
