"""A stage as a process: settings, database, Kafka, the runtime, and HTTP for health and metrics, until SIGTERM.

A start waits, at each of its steps, for a database or broker that is away.

    run("scorer", settings, compose, interactive=2, nightly=2)

`compose` is the service's own: an async context manager that gets the database and yields the stage, and around it
opens and closes whatever else the handlers need.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, TypeVar

import asyncpg
import structlog
import uvloop
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from starlette.applications import Starlette

from common import asyncapi
from common.contracts import Lane
from common.errors import Permanent, Unavailable
from common.handling.stage import Stage
from common.http import health
from common.http.http_server import http_server
from common.kafka.clients import running
from common.kafka_servers import Servers, client_settings
from common.observability import logs
from common.postgres import Database
from common.runtime import Runtime
from common.settings import ServiceSettings, StageSettings

log = structlog.get_logger(__name__)

T = TypeVar("T")
Compose = Callable[[Database], AbstractAsyncContextManager[Stage]]


def run(
    name: str,
    settings: StageSettings,
    compose: Compose,
    *,
    interactive: int,
    nightly: int,
) -> None:
    """Runs until SIGTERM or SIGINT; exits with 1 if the service cannot start or is unfit.

    `interactive` and `nightly` say how many runs of a handler each lane has at once.
    """
    logs.configure(name, settings.log_level)
    lanes: dict[Lane, int] = {"interactive": interactive, "nightly": nightly}
    with recorded_spans(name, settings):
        has_stopped_well = run_until_exit(serve(name, settings, lambda it: gc_frozen(compose(it)), lanes))
    if not has_stopped_well:
        raise SystemExit(1)


@contextmanager
def recorded_spans(name: str, settings: ServiceSettings) -> Iterator[None]:
    """Records the process's spans if the settings name a collector."""
    if not settings.otel_exporter_otlp_endpoint:
        yield
        return
    from common.observability.span_recording import recorded  # it takes most of a second to import

    shares = settings.otel_traces_sampler_arg, settings.otel_nightly_sampler_arg
    with recorded(name, settings.otel_exporter_otlp_endpoint, *shares):
        yield


def run_until_exit(work: Coroutine[Any, Any, T]) -> T:
    """Runs a process's whole work. A reason not to start becomes a line in the log, and exit code 1."""
    raise_gc_threshold()
    try:
        return uvloop.run(work)
    except (Permanent, Unavailable) as error:
        log.critical("cannot_go_on", error=str(error))
        raise SystemExit(1) from None


def raise_gc_threshold() -> None:
    """Sets Python's search for garbage cycles to every 50,000 objects, not 700: a single batch makes tens of thousands.

    Measured at intake: a fifth more events per second. Reference counting frees nearly all that there is.
    """
    gc.set_threshold(50_000, 20, 20)


@asynccontextmanager
async def gc_frozen(composed: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Excludes a composed service's objects (code, settings, tables) from the search for garbage cycles.

    Searching the enricher's takes half a second, in which no event moves on, and finds nothing.
    """
    async with composed as part:
        gc.collect()
        gc.freeze()
        yield part


async def serve(name: str, settings: StageSettings, compose: Compose, lanes: Mapping[Lane, int]) -> bool:
    """Serves until SIGTERM; returns True after an ordered stop, False if the service stopped because it is unfit."""
    trip_reasons: list[str] = []

    def stop_unfit(trip_reason: str) -> None:
        log.critical("service_is_unfit", trip_reason=trip_reason)
        trip_reasons.append(trip_reason)
        server.should_exit = True

    def a_runtime() -> Runtime:
        return Runtime(
            stage,
            database,
            settings.kafka,
            lanes=lanes,
            lease_s=settings.inbox_lease_s,
            bound=settings.inbox_bound,
            grace_s=settings.shutdown_grace_s,
            unfit=stop_unfit,
        )

    async with AsyncExitStack() as parts:
        database = await connect(name, settings, size=sum(lanes.values()) + 6)
        parts.push_async_callback(database.close)
        await wait_for_kafka(settings.kafka)
        await retried(lambda: _keep_partitions(database, name))
        stage = await retried(lambda: parts.enter_async_context(compose(database)))
        app = Starlette(
            routes=[
                *health.routes(
                    live=[health.tasks_run(lambda: [*runtime.must_run, *stage.tasks])],
                    ready=[health.database_answers(database), lambda: runtime.is_assigned()],
                ),
                *([health.metrics_route()] if settings.metrics_port is None else []),
                asyncapi.route(f"Leadgen {name}", [handler.event for handler in stage.handlers.values()]),
            ]
        )
        server = http_server(app, settings)
        await parts.enter_async_context(health.metrics_served(settings))
        runtime = await retried(lambda: parts.enter_async_context(a_runtime()))
        log.info("service_starts", topics=list(stage.handlers), port=settings.http_port)
        await server.serve()
        log.info("service_stops", trip_reasons=trip_reasons)
    return not trip_reasons


async def retried(step: Callable[[], Awaitable[T]]) -> T:
    """Runs a step of the start, and repeats it while the database or the broker is away."""
    while True:
        try:
            return await step()
        except (Unavailable, KafkaError, OSError) as error:
            log.warning("start_waits", error=repr(error))
            await asyncio.sleep(1)


async def _keep_partitions(database: Database, name: str) -> None:
    try:
        async with database.statement() as connection:
            await connection.execute("SELECT keep_inbox_partitions($1)", name)
    except asyncpg.PostgresError as error:
        raise Permanent(f"the database does not know the stage {name}: run `leadgen migrate` ({error})") from error


async def connect(name: str, settings: ServiceSettings, *, size: int) -> Database:
    """Connects to the database, and waits until it answers."""
    while True:
        try:
            return await Database.of_service(name, settings, size=size)
        except Unavailable as error:
            log.warning("start_waits_for_database", error=str(error))
            await asyncio.sleep(1)


async def wait_for_kafka(bootstrap_servers: Servers) -> None:
    """Waits until a broker answers: a client that starts earlier gives up at once."""
    while True:
        try:
            async with running(AIOKafkaProducer(**client_settings(bootstrap_servers))):
                return
        except (KafkaError, OSError) as error:
            log.warning("start_waits_for_kafka", error=repr(error))
            await asyncio.sleep(1)
