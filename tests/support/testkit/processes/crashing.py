"""A worker process that tests kill or freeze: it claims and handles rows of the inbox of `toy`, without Kafka."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Literal

from common.contracts import RequestEnrichment
from common.delivery.inbox import Inbox
from common.delivery.inbox.leases import LeaseHeartbeat
from common.handling.failed_events import RunnerContext
from common.handling.failure_rate_guard import FailureRateGuard
from common.handling.stage import Stage
from common.handling.work import Work
from common.handling.workers import LaneWorkers
from common.postgres import Database
from testkit.delivery.waking import waker_of

#: The company whose event kills its process.
KILLER = "KILLER"
#: The handlers of a worker: they end, never end, or write a toy once they get the advisory lock `GATE` of PostgreSQL.
Behaviour = Literal["end", "hang", "write"]
GATE = 7

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["testkit.processes.crashing"])


@contextmanager
def a_worker(database_url: str, *, lease_s: float, handlers: Behaviour = "end") -> Iterator[BaseProcess]:
    """Runs a worker process; kills it at the end, if it still runs."""
    process = _context.Process(target=_main, args=(database_url, lease_s, handlers), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _main(database_url: str, lease_s: float, handlers: Behaviour) -> None:
    asyncio.run(_work(database_url, lease_s, handlers))


async def _work(database_url: str, lease_s: float, handlers: Behaviour) -> None:
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        if work.event.company.uen == KILLER:
            os.kill(os.getpid(), signal.SIGKILL)
        if handlers == "hang":
            await asyncio.Event().wait()
        if handlers == "write":
            async with work.finish() as tx:
                await tx.execute("INSERT INTO toys (tenant_id, uen) VALUES (1, $1)", work.event.company.uen)
                await tx.execute("SELECT pg_advisory_xact_lock_shared($1)", GATE)

    database = await Database.connect(database_url, name="toy")
    inbox = Inbox("toy", timedelta(seconds=lease_s))
    context = RunnerContext(database, inbox, FailureRateGuard(), announced=lambda _: None, unfit=lambda _: None)
    workers = LaneWorkers(stage.handlers[RequestEnrichment.topic], "interactive", 30, context)
    jobs = [workers.run(), waker_of([workers], database, inbox).run()]
    if handlers == "write":
        jobs.append(LeaseHeartbeat(database, inbox, workers.held_for).run())
    await asyncio.gather(*jobs)
