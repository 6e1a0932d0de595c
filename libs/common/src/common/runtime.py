"""A running stage: intake, workers and relay, for as long as its `async with` block runs.

On leaving the block: no more is taken in, events in progress are finished within a bound, the rest is released, and
what was announced is sent.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import structlog

from common.contracts import Lane
from common.delivery.gauges import keep_gauges
from common.delivery.inbox import Claim, Inbox
from common.delivery.inbox.intake import Intake
from common.delivery.inbox.leases import BEATS, LeaseHeartbeat
from common.delivery.inbox.waker import Waker
from common.delivery.outbox.relay import Relay
from common.handling.failed_events import RunnerContext
from common.handling.failure_rate_guard import FailureRateGuard
from common.handling.stage import Stage
from common.handling.workers import LaneWorkers
from common.kafka.consumer import Broker
from common.kafka_servers import Servers, broker_security
from common.postgres import Database

log = structlog.get_logger(__name__)


def _log_unfit(trip_reason: str) -> None:
    log.critical("service_is_unfit", trip_reason=trip_reason)


class Runtime:
    """One replica of a stage. `unfit` is called when unknown errors show that the fault is the service's."""

    def __init__(
        self,
        stage: Stage,
        database: Database,
        bootstrap_servers: Servers,
        *,
        lanes: Mapping[Lane, int],
        lease_s: float = 15,
        bound: int = 20_000,
        grace_s: float = 20,
        unfit: Callable[[str], None] = _log_unfit,
    ) -> None:
        self.stage = stage
        self._database = database
        self._grace_s = grace_s
        self._inbox = inbox = Inbox(stage.name, timedelta(seconds=lease_s))
        self.relay = Relay(database, bootstrap_servers, stage.name)
        context = RunnerContext(database, inbox, FailureRateGuard(), self.relay.wake, unfit)
        self.workers = [
            LaneWorkers(handler, lane, size, context, ended=self._nudge)
            for handler in stage.handlers.values()
            for lane, size in lanes.items()
        ]
        self._sleepers = {(workers.topic, workers.lane): workers for workers in self.workers}
        self.waker = Waker(database, inbox, self._sleepers, patience=inbox.lease / BEATS)
        self.leases = LeaseHeartbeat(database, inbox, self._held_for)
        self.broker = Broker(
            str(bootstrap_servers),
            security=broker_security(bootstrap_servers),
            client_id=stage.name,
            logger=None,
            graceful_timeout=5,
        )
        self.intake = Intake(
            self.broker,
            list(stage.handlers),
            inbox,
            database,
            bound=bound,
            arrived=self._wake,
            suppression=stage.suppression,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.intake.read_rewinds()
        jobs: dict[str, Coroutine[Any, Any, None]] = {
            "gauges": keep_gauges(
                self._database,
                self.stage.name,
                inbox=self._inbox,
                topics=list(self.stage.handlers),
                consumer=lambda: self.consumer,
            ),
            "intake": self.intake.resume_when_drained(),
            "waker": self.waker.run(),
            "leases": self.leases.run(),
        }
        for workers in self.workers:
            jobs[f"workers {workers.topic} {workers.lane}"] = workers.run()
        self._tasks = [asyncio.create_task(job, name=name) for name, job in jobs.items()]
        await self.relay.__aenter__()
        try:
            await self.broker.start()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.broker.stop()
        finally:
            await asyncio.gather(*(workers.stop(self._grace_s) for workers in self.workers))
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.relay.__aexit__(kind, error, trace)

    @property
    def consumer(self) -> Any:
        """Returns the Kafka client's consumer; `None` before the start and after the stop."""
        return self.intake.subscriber.consumer

    @property
    def must_run(self) -> list["asyncio.Task[None] | None"]:
        """Lists the tasks that must not end: the stage's, FastStream's and the client's (these need a restart)."""
        tasks: list[asyncio.Task[None] | None] = [*self._tasks, self.relay.task, *self.intake.subscriber.tasks]
        if self.consumer is not None:
            tasks.append(getattr(self.consumer._coordinator, "_coordination_task", None))
            tasks.append(getattr(self.consumer._fetcher, "_fetch_task", None))
        return tasks

    async def is_assigned(self) -> str | None:
        """A health check: passes once Kafka has assigned partitions."""
        return None if self.consumer is not None and self.consumer.assignment() else "no partitions assigned yet"

    def _wake(self, places: Collection[tuple[str, Lane]]) -> None:
        """Wakes only the workers with something to do: each look takes a connection to the database."""
        for place in self._sleepers.keys() & places:
            self._sleepers[place].wake()

    def _nudge(self) -> None:
        self.waker.nudge()

    def _held_for(self, seconds: float) -> list[Claim]:
        return [claim for workers in self.workers for claim in workers.held_for(seconds)]
