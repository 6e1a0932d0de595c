"""Leases of events in hand: extended by a heartbeat while their process lives, lost when it is frozen."""

import asyncio
import os
import signal
import threading
from datetime import datetime, timedelta
from typing import TypeAlias

import asyncpg

from common.cloudevents import encode_body
from common.contracts import RequestEnrichment
from common.delivery.inbox import Arrival, Inbox
from common.handling.stage import Stage
from common.handling.work import Work
from common.ids import NO_REPLAY, new_id
from common.postgres import Database
from testkit.processes.crashing import GATE, a_worker
from testkit.stages import a_company, at_work, ended, envelope_for, publish, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic
LEASE_S = 4.0

IS_WAITING = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"
DROP_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'leadgen%'"
LEASE_END = "SELECT next_at FROM inbox WHERE attempts = 1 AND state = 'open'"


async def arrive(toy: str, database: Database, uen: str) -> None:
    """Puts an event of the company into the inbox."""
    event = RequestEnrichment(tenant_id=1, company=a_company(uen))
    body = encode_body(event)
    row = Arrival(new_id(), NO_REPLAY, TOPIC, 0, 0, event.key.encode(), 1, "interactive", body, "[]", None)
    async with database.without_tenant() as tx:
        await Inbox(toy, timedelta(seconds=LEASE_S)).take_in(tx, [row])


async def test_a_worker_that_was_frozen_changes_nothing(
    toy: str, owner: Owner, database: Database, database_url: str
) -> None:
    """Frozen with an event in hand, it wakes when another has ended it: its changes are rolled back."""
    await owner.execute("SELECT pg_advisory_lock($1)", GATE)
    await arrive(toy, database, "C1")
    with a_worker(database_url, lease_s=LEASE_S, handlers="write") as frozen:
        await until(lambda: owner.fetchval(IS_WAITING, GATE))
        os.kill(frozen.pid or 0, signal.SIGSTOP)
        with a_worker(database_url, lease_s=LEASE_S, handlers="end"):
            await until(lambda: owner.fetchval("SELECT state = 'done' FROM inbox"))
        await owner.execute("SELECT pg_advisory_unlock($1)", GATE)
        os.kill(frozen.pid or 0, signal.SIGCONT)
        await arrive(toy, database, "C2")
        await until(lambda: owner.fetchval("SELECT count(*) = 2 FROM inbox WHERE state = 'done'"))
        await until(lambda: owner.fetchval(f"SELECT NOT ({IS_WAITING}) AND count(*) = 1 FROM toys", GATE))
        assert frozen.is_alive()
    assert await owner.fetchval("SELECT uen FROM toys") == "C2"


class Watch(threading.Thread):
    """Sees, in a thread of its own, that the lease is extended so many times; after the first it executes `then`."""

    def __init__(self, database_url: str, times: int, then: str = "SELECT") -> None:
        super().__init__(daemon=True)
        self._database_url = database_url
        self._times = times
        self._then = then
        self.ends: set[datetime] = set()

    def run(self) -> None:
        asyncio.run(self._watch())

    async def _watch(self) -> None:
        connection = await asyncpg.connect(self._database_url)

        async def are_seen(times: int) -> bool:
            self.ends.add(await connection.fetchval(LEASE_END))
            return len(self.ends) > times

        try:
            await until(lambda: are_seen(1))
            await connection.execute(self._then)
            await until(lambda: are_seen(self._times))
        finally:
            await connection.close()


async def test_a_handler_that_blocks_the_event_loop_keeps_its_lease(
    toy: str, owner: Owner, database: Database, database_url: str, kafka: str
) -> None:
    """Its lease is extended twice while nothing else runs in the service."""
    stage, watch = Stage("toy"), Watch(database_url, 2)

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        watch.start()
        watch.join()

    event = RequestEnrichment(tenant_id=1, company=a_company())
    async with at_work(stage, database, kafka, lease_s=LEASE_S):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "toy", 1)
    assert len(watch.ends) == 3
    assert await owner.fetchval("SELECT attempts FROM inbox") == 1


async def test_leases_are_extended_again_after_the_database_dropped_all_connections(
    toy: str, owner: Owner, database: Database, database_url: str, kafka: str
) -> None:
    """The heartbeat connects anew, and no other worker takes the event."""
    stage, watch = Stage("toy"), Watch(database_url, 3, then=DROP_CONNECTIONS)

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        watch.start()
        await asyncio.to_thread(watch.join)

    event = RequestEnrichment(tenant_id=1, company=a_company())
    async with at_work(stage, database, kafka, lease_s=LEASE_S):
        await publish(kafka, [(event, envelope_for(event))])
        await until(lambda: owner.fetchval("SELECT count(*) = 1 FROM inbox WHERE state = 'done'"))
    assert len(watch.ends) == 4
    assert await owner.fetchval("SELECT attempts FROM inbox") == 1
