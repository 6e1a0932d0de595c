"""A tenant whose remote system is away waits cheaply, and goes on by itself. On the real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.cloudevents import encode_body
from common.contracts import RequestEnrichment
from common.delivery.inbox import Arrival, Inbox, pauses
from common.delivery.inbox.waker import Waker
from common.errors import Permanent, Transient
from common.handling.failed_events import RunnerContext
from common.handling.failure_rate_guard import FailureRateGuard
from common.handling.retry import RetryStrategy
from common.handling.stage import Stage
from common.handling.work import Chunk
from common.handling.workers import LaneWorkers
from common.ids import NO_REPLAY, new_id
from common.postgres import Database
from testkit.delivery.waking import waker_of
from testkit.stages import a_company, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
#: Nothing is tried again in the time of a test, unless the test moves the time.
PATIENT = RetryStrategy(base=timedelta(minutes=2))


class RemoteSystem:
    """The tenants' remote systems: answer, or fail on demand; `calls` lists the sizes of chunks by tenant."""

    def __init__(self, inbox: Inbox, database: Database, owner: Owner) -> None:
        self.inbox, self.database, self.owner = inbox, database, owner
        self.failures: dict[int, Exception] = {}
        self.calls: list[tuple[int, int]] = []
        self._waker: Waker | None = None

    def stage(self) -> Stage:
        stage = Stage("toy")

        @stage.handles(RequestEnrichment, chunk=3, retry=PATIENT)
        async def take(work: Chunk[RequestEnrichment]) -> None:
            self.calls.append((work.tenant_id, len(work.items)))
            if failure := self.failures.get(work.tenant_id):
                raise failure

        return stage

    async def arrive(self, count: int, *, tenant_id: int = 1, lane: Any = "interactive") -> None:
        arrivals = [an_arrival(number, tenant_id, lane) for number in range(count)]
        async with self.database.without_tenant() as tx:
            await self.inbox.take_in(tx, arrivals)

    @asynccontextmanager
    async def at_work(self, replicas: int = 1) -> AsyncIterator[None]:
        """Runs the workers of both lanes, in so many replicas."""
        with_their_tasks = []
        for _ in range(replicas):
            context = RunnerContext(self.database, self.inbox, FailureRateGuard(), lambda _: None, lambda _: None)
            for handler in self.stage().handlers.values():
                for lane in ("interactive", "nightly"):
                    workers = LaneWorkers(handler, lane, 2, context)
                    with_their_tasks.append((workers, asyncio.create_task(workers.run())))
        self._waker = waker_of([workers for workers, _ in with_their_tasks], self.database, self.inbox)
        waking = asyncio.create_task(self._waker.run())
        try:
            yield
        finally:
            waking.cancel()
            for workers, task in with_their_tasks:
                await workers.stop(5)
                await task

    async def open_rows(self, tenant_id: int = 1) -> int:
        return int(
            await self.owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'open' AND tenant_id = $1", tenant_id)
        )

    async def none_is_open(self) -> bool:
        return await self.open_rows() == 0

    async def is_paused(self) -> bool:
        return bool(await self.owner.fetchval("SELECT count(*) FROM inbox_pauses"))

    async def pause_is_over(self) -> None:
        """Moves the time to the end of the pause, and tells the waker, which else looks seconds later."""
        await self.owner.execute("UPDATE inbox_pauses SET until = now()")
        if self._waker is not None:
            self._waker.nudge()

    async def failed_probes(self) -> int:
        return int(await self.owner.fetchval("SELECT coalesce(sum(failures), 0) - 1 FROM inbox_pauses"))


numbers: Iterator[int] = iter(range(1_000_000))


def an_arrival(number: int, tenant_id: int, lane: Any) -> Arrival:
    event = RequestEnrichment(tenant_id=tenant_id, company=a_company(f"C{number}"))
    offset = next(numbers)
    return Arrival(
        *(new_id(), NO_REPLAY, event.topic, 0, offset, f"{event.key}:{offset}".encode(), tenant_id),
        *(lane, encode_body(event), "[]", None),
    )


@pytest.fixture
def remote(toy: str, database: Database, owner: Owner) -> RemoteSystem:
    return RemoteSystem(Inbox(toy, timedelta(minutes=1)), database, owner)


async def test_a_pause_leaves_the_tenants_other_events_alone(remote: RemoteSystem, owner: Owner) -> None:
    """All topics and lanes of it, here and in another replica; other tenants' go on."""
    remote.failures[1] = Transient("Odoo is away", scope="tenant")
    await remote.arrive(1)
    async with remote.at_work(replicas=2):
        await until(remote.is_paused)
        await remote.arrive(20)
        await remote.arrive(5, lane="nightly")
        await remote.arrive(3, tenant_id=2)
        await until(lambda: owner.fetchval("SELECT count(*) = 3 FROM inbox WHERE state = 'done' AND tenant_id = 2"))
    assert [call for call in remote.calls if call[0] == 1] == [(1, 1)]
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE attempts > 0 AND tenant_id = 1") == 1
    async with remote.database.without_tenant() as tx:
        (pause,) = await pauses.read(tx, "toy")
    assert (pause.tenant_id, pause.failures, pause.reason) == (1, 1, "Odoo is away")


async def test_after_each_pause_one_event_probes_and_a_good_one_ends_it(remote: RemoteSystem) -> None:
    """Two replicas with two lanes each: still one call per pause, of one event, whose pauses grow."""
    remote.failures[1] = Transient("Odoo is away", scope="tenant")
    await remote.arrive(10)
    async with remote.at_work(replicas=2):
        await until(remote.is_paused)
        at_first = len(remote.calls)
        for probe in range(1, 4):
            await remote.pause_is_over()
            await until(lambda probe=probe: reached(remote.failed_probes, probe))
        assert remote.calls[at_first:] == [(1, 1)] * 3

        del remote.failures[1]
        await remote.pause_is_over()
        await until(remote.none_is_open)
    assert not await remote.is_paused()
    assert remote.calls[at_first + 3] == (1, 1)


async def test_pauses_grow_and_count_probes_alone(remote: RemoteSystem, owner: Owner) -> None:
    """Chunks that fail at the same moment begin one pause, as short as one failure's."""
    remote.failures[1] = Transient("Odoo is away", scope="tenant")
    await remote.arrive(12)
    async with remote.at_work(replicas=2):
        await until(lambda: owner.fetchval("SELECT count(*) > 0 FROM inbox WHERE failures > 0"))
        await remote.pause_is_over()
        await until(lambda: reached(remote.failed_probes, 1))
        pause = await owner.fetchval("SELECT until - now() FROM inbox_pauses")
    # Base 2 min, second failure: 4 to 8 min, were it not for the cap of 5.
    assert timedelta(minutes=2) < pause <= timedelta(minutes=5)


async def test_a_probe_that_fails_for_its_own_fault_ends_the_pause(remote: RemoteSystem, owner: Owner) -> None:
    """The remote system has answered: the event is a dead letter, the others are handled."""
    remote.failures[1] = Transient("Odoo is away", scope="tenant")
    await remote.arrive(1)
    async with remote.at_work():
        await until(remote.is_paused)
        remote.failures[1] = Permanent("Odoo refuses this row")
        await remote.pause_is_over()
        await until(remote.none_is_open)
        del remote.failures[1]
        await remote.arrive(4)
        await until(remote.none_is_open)
    assert not await remote.is_paused()
    assert await owner.fetchval("SELECT array_agg(state ORDER BY state) FROM inbox") == ["dead", *["done"] * 4]


async def test_an_outage_longer_than_every_pause_costs_no_event_within_a_day(
    remote: RemoteSystem, owner: Owner
) -> None:
    """Away for 23 hours and 59 minutes, with a probe every five: nothing is dead, and all go through in the end."""
    remote.failures[1] = Transient("Odoo is away", scope="tenant")
    await remote.arrive(10)
    async with remote.at_work():
        await until(remote.is_paused)
        for probe in range(1, 6):
            # A fifth of the time goes by, for the pause and for the events that have failed.
            await owner.execute("UPDATE inbox SET first_failed_at = first_failed_at - interval '287 minutes'")
            await owner.execute("UPDATE inbox_pauses SET since = since - interval '287 minutes'")
            await remote.pause_is_over()
            await until(lambda probe=probe: reached(remote.failed_probes, probe))
        assert await remote.open_rows() == 10
        del remote.failures[1]
        await remote.pause_is_over()
        await until(remote.none_is_open)
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'done'") == 10


async def test_a_day_of_failure_costs_the_probes_alone(remote: RemoteSystem, owner: Owner) -> None:
    """An event that has failed for a day is given up at its next probe; those that only waited go on waiting."""
    remote.failures[1] = Transient("Odoo is away", scope="tenant")
    await remote.arrive(1)
    async with remote.at_work():
        await until(remote.is_paused)
        await remote.arrive(5)
        await owner.execute("UPDATE inbox SET first_failed_at = first_failed_at - interval '24 hours'")
        await remote.pause_is_over()
        await until(lambda: reached(remote.failed_probes, 1))
        assert await remote.open_rows() == 5
    assert await owner.fetchval("SELECT error FROM inbox WHERE state = 'dead'") == "Transient: Odoo is away"


async def test_waiting_costs_nothing_however_many_wait(remote: RemoteSystem, owner: Owner) -> None:
    """Ten thousand waiting events: five probes touch one row each."""
    remote.failures[1] = Transient("Odoo is away", scope="tenant")
    await remote.arrive(1)
    async with remote.at_work():
        await until(remote.is_paused)
        await remote.arrive(10_000)
        before = await claims_made(owner)
        for probe in range(1, 6):
            await remote.pause_is_over()
            await until(lambda probe=probe: reached(remote.failed_probes, probe))
    # A claim and a retry each: `attempts` counts both.
    assert await claims_made(owner) - before == 10


async def claims_made(owner: Owner) -> int:
    return int(await owner.fetchval("SELECT sum(attempts) FROM inbox"))


async def reached(count: Any, wanted: int) -> bool:
    return bool(await count() >= wanted)


async def test_a_lane_that_has_nothing_to_claim_leaves_the_probe_to_the_other(remote: RemoteSystem) -> None:
    """Its only row waits for an older one of its key in the other lane."""
    interactive = an_arrival(1, 1, "interactive")
    nightly = an_arrival(1, 1, "nightly")._replace(key=interactive.key)
    async with remote.database.without_tenant() as tx:
        await remote.inbox.take_in(tx, [interactive, nightly])
        await pauses.begin(tx, remote.inbox.consumer, 1, timedelta(0), "away")
    async with remote.database.statement() as tx:
        assert await remote.inbox.claim(tx, interactive.topic, "nightly", 1, 10) == []
        (probe,) = await remote.inbox.claim(tx, interactive.topic, "interactive", 1, 10)

    assert (probe.event_id, probe.pause_failures) == (interactive.event_id, 1)


async def test_waiting_events_do_not_fill_the_inbox_for_other_tenants(remote: RemoteSystem) -> None:
    """Intake goes on while a paused tenant waits; what others have open counts, and so does far too much waiting."""
    inbox, topic = remote.inbox, RequestEnrichment.topic
    await remote.arrive(30)
    await remote.arrive(30, lane="nightly")
    async with remote.database.without_tenant() as tx:
        assert await inbox.is_full(tx, topic, 20)
        await pauses.begin(tx, "toy", 1, timedelta(minutes=5), "Odoo is away")
        assert not await inbox.is_full(tx, topic, 20)
        assert await inbox.is_full(tx, topic, 6)
    await remote.arrive(19, tenant_id=2)
    async with remote.database.without_tenant() as tx:
        assert not await inbox.is_full(tx, topic, 20)
    await remote.arrive(1, tenant_id=3)
    async with remote.database.without_tenant() as tx:
        assert await inbox.is_full(tx, topic, 20)
