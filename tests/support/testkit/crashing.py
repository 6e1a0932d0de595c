"""A worker process that tests kill: it claims and handles rows of the inbox of `toy`, without Kafka."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess

from common.contracts import RequestEnrichment
from common.failed_events import RunnerContext
from common.failure_rate_guard import FailureRateGuard
from common.inbox import Inbox
from common.postgres import Database
from common.stage import Stage
from common.work import Work
from common.workers import LaneWorkers
from testkit.waking import waker_of

#: The company whose event kills its process.
KILLER = "KILLER"

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["testkit.crashing"])


@contextmanager
def a_worker(database_url: str, *, lease_s: float, is_gated: bool = False) -> Iterator[BaseProcess]:
    """Runs a worker process; kills it at the end, if it still runs. `is_gated`: its handlers never end."""
    process = _context.Process(target=_main, args=(database_url, lease_s, is_gated), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _main(database_url: str, lease_s: float, is_gated: bool) -> None:
    asyncio.run(_work(database_url, lease_s, is_gated))


async def _work(database_url: str, lease_s: float, is_gated: bool) -> None:
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        if work.event.company.uen == KILLER:
            os.kill(os.getpid(), signal.SIGKILL)
        if is_gated:
            await asyncio.Event().wait()

    database = await Database.connect(database_url, name="toy")
    context = RunnerContext(
        database,
        Inbox("toy", timedelta(seconds=lease_s)),
        FailureRateGuard(),
        announced=lambda _: None,
        unfit=lambda _: None,
    )
    workers = LaneWorkers(stage.handlers[RequestEnrichment.topic], "interactive", 30, context)
    await asyncio.gather(workers.run(), waker_of([workers], database, context.inbox).run())
