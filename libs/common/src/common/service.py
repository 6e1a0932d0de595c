"""Brings a stage to life: intake, workers, relay and health in one process, until SIGTERM.

    run("scorer", settings, compose, lanes={"interactive": 2, "nightly": 2})

`compose` is the service's own: an async context manager that gets the database and yields the stage, and around it
opens and closes whatever else the handlers need.
"""

import asyncio
import json
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import structlog
import uvicorn
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream.asgi import AsgiFastStream, AsgiResponse, get
from faststream.asgi.types import Scope
from faststream.kafka import KafkaBroker

from common import asyncapi, health, logs
from common.contracts import Lane
from common.errors import Unavailable
from common.failures import Fitness
from common.gauges import keep_gauges
from common.handling import Surroundings
from common.inbox import Inbox
from common.intake import Intake
from common.outbox import Relay
from common.postgres import Database
from common.settings import ServiceSettings
from common.stage import Stage
from common.workers import LaneWorkers

log = structlog.get_logger(__name__)

Compose = Callable[[Database], AbstractAsyncContextManager[Stage]]


def run(name: str, settings: ServiceSettings, compose: Compose, *, lanes: Mapping[Lane, int]) -> None:
    """Runs until SIGTERM or SIGINT; exits with 1 when the service turned out to be unfit."""
    logs.configure(name, settings.log_level)
    if not asyncio.run(serve(name, settings, compose, lanes=lanes)):
        raise SystemExit(1)


async def serve(name: str, settings: ServiceSettings, compose: Compose, *, lanes: Mapping[Lane, int]) -> bool:
    """True after an ordered stop; False when the service stopped because it is unfit, or could not start."""
    # uvicorn raises the signals that it caught once more when it is done: by then they have had their effect.
    for caught in (signal.SIGTERM, signal.SIGINT):
        signal.signal(caught, lambda *_: None)
    database = await connect(name, settings.database_url, size=sum(lanes.values()) + 6)
    try:
        await wait_for_kafka(settings.kafka_bootstrap_servers)
        async with (
            compose(database) as stage,
            Relay(database, settings.kafka_bootstrap_servers, name) as relay,
        ):
            return await _Process(stage, settings, database, relay, lanes).serve()
    finally:
        await database.close()


class _Process:
    """The running service."""

    def __init__(
        self, stage: Stage, settings: ServiceSettings, database: Database, relay: Relay, lanes: Mapping[Lane, int]
    ) -> None:
        self._settings = settings
        self._database = database
        self._relay = relay
        self._is_fit = True
        inbox = Inbox(stage.name, timedelta(seconds=settings.inbox_lease_s))
        around = Surroundings(database, inbox, Fitness(), relay.wake, self._stop_unfit)
        self._workers = [
            LaneWorkers(handler, lane, size, around)
            for handler in stage.handlers.values()
            for lane, size in lanes.items()
        ]
        broker = KafkaBroker(settings.kafka_bootstrap_servers, client_id=stage.name, logger=None, graceful_timeout=5)
        self._intake = Intake(broker, list(stage.handlers), inbox, bound=settings.inbox_bound, arrived=self._wake)
        self._intake.open(database)
        self._stage = stage
        self._tasks: list[asyncio.Task[None]] = []
        document = json.dumps(
            asyncapi.document(f"Leadgen {stage.name}", [handler.event for handler in stage.handlers.values()])
        ).encode()

        @get
        async def serve_document(scope: Scope) -> AsgiResponse:
            return AsgiResponse(document, 200, {"content-type": "application/json"})

        app = AsgiFastStream(
            broker,
            logger=None,
            asgi_routes=[
                *health.routes(
                    live=[health.tasks_run(self._must_run)],
                    ready=[health.database_answers(database), self._is_assigned],
                ),
                ("/asyncapi.json", serve_document),
            ],
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, settings.http_host, settings.http_port, log_config=None, lifespan="on", timeout_graceful_shutdown=5
            )
        )

    async def serve(self) -> bool:
        jobs: dict[str, Coroutine[Any, Any, None]] = {
            "gauges": keep_gauges(self._database, self._stage.name, lambda: self._intake.subscriber.consumer),
            "intake": self._intake.let_in_again(),
        }
        for workers in self._workers:
            jobs[f"workers {workers.topic} {workers.lane}"] = workers.run()
            jobs[f"leases {workers.topic} {workers.lane}"] = workers.keep_leases()
        self._tasks = [asyncio.create_task(job, name=name) for name, job in jobs.items()]
        log.info("service_starts", topics=list(self._stage.handlers), port=self._settings.http_port)
        try:
            await self._server.serve()
        finally:
            log.info("service_stops", is_fit=self._is_fit)
            grace = self._settings.shutdown_grace_s
            await asyncio.gather(*(workers.stop(grace) for workers in self._workers))
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        return self._is_fit and self._server.started

    def _wake(self) -> None:
        for workers in self._workers:
            workers.wake()

    def _stop_unfit(self, complaint: str) -> None:
        if self._is_fit:
            log.critical("service_is_unfit", complaint=complaint)
        self._is_fit = False
        self._server.should_exit = True

    def _must_run(self) -> list["asyncio.Task[None] | None"]:
        """Ours, FastStream's, and those inside the Kafka client: a dead one of these is restarted only with us."""
        tasks: list[asyncio.Task[None] | None] = [*self._tasks, self._relay.task, *self._intake.subscriber.tasks]
        consumer = self._intake.subscriber.consumer
        if consumer is not None:
            tasks += [
                getattr(consumer._coordinator, "_coordination_task", None),
                getattr(consumer._fetcher, "_fetch_task", None),
            ]
        return tasks

    async def _is_assigned(self) -> str | None:
        consumer = self._intake.subscriber.consumer
        return None if consumer is not None and consumer.assignment() else "no partitions assigned yet"


async def connect(name: str, url: str, *, size: int) -> Database:
    """The database, however long it takes to answer."""
    while True:
        try:
            return await Database.connect(url, size=size, name=name)
        except Unavailable as error:
            log.warning("start_waits_for_database", error=str(error))
            await asyncio.sleep(1)


async def wait_for_kafka(bootstrap_servers: str) -> None:
    """Returns when a broker answers; a client that starts before gives up at once."""
    while True:
        probe = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
        try:
            await probe.start()
        except (KafkaError, OSError) as error:
            log.warning("start_waits_for_kafka", error=repr(error))
            await asyncio.sleep(1)
        else:
            return
        finally:
            await probe.stop()
