"""A service that starts while the database or the broker comes and goes: it waits, at each step."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from common.handling.stage import Stage
from common.postgres import Database
from common.service import serve
from common.settings import StageSettings
from embedded.kafka import Kafka
from embedded.ports import LOOPBACK, free_port
from embedded.postgres import Postgres
from testkit.stages import a_stage, until


@pytest.fixture
def settings(toy: str, database_url: str, kafka: str) -> Iterator[StageSettings]:
    """Settings of a service whose stop signal is not the test run's."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    yield StageSettings(database_url=database_url, kafka_bootstrap_servers=kafka, http_port=free_port())
    signal.signal(signal.SIGTERM, before[0])
    signal.signal(signal.SIGINT, before[1])


@asynccontextmanager
async def starting(
    settings: StageSettings, meanwhile: Callable[[], None] = lambda: None, stage: Stage | None = None
) -> AsyncIterator["asyncio.Task[bool]"]:
    """A service on its way; `meanwhile` happens while it makes its parts, for which it needs the database."""

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        nonlocal meanwhile
        happens, meanwhile = meanwhile, lambda: None
        await asyncio.to_thread(happens)
        async with database.statement() as tx:
            assert await tx.fetchval("SELECT 1") == 1
        yield stage or a_stage()

    service = asyncio.create_task(serve("toy", settings, compose, {"interactive": 1, "nightly": 1}))
    try:
        yield service
    finally:
        service.cancel()
        await asyncio.gather(service, return_exceptions=True)


async def starts_and_stops(service: "asyncio.Task[bool]", settings: StageSettings) -> None:
    """It gets ready, and ends in order when it is stopped."""

    async def is_ready() -> bool:
        assert not service.done(), service.result()
        try:
            answer = await http.get(f"http://{LOOPBACK}:{settings.http_port}/readyz")
        except httpx.TransportError:
            return False
        return answer.status_code == 200

    async with httpx.AsyncClient(trust_env=False) as http:
        await until(is_ready, within_s=60)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(service, 60)


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str]) -> Callable[[str], "asyncio.Future[str]"]:
    """Waits for a sign in the log."""
    seen = ""

    async def look(sign: str) -> bool:
        nonlocal seen
        seen += capsys.readouterr().out
        return sign in seen

    return lambda sign: asyncio.ensure_future(until(lambda: look(sign), within_s=60))


async def test_the_database_vanishes_after_it_was_there(
    settings: StageSettings, breakable_postgres: Postgres, breakable_kafka: Kafka, says
) -> None:
    """The service had connected, and waited for Kafka: its next step needs the database again."""
    await asyncio.to_thread(breakable_kafka.stop)
    async with starting(settings) as service:
        await says("start_waits_for_kafka")
        await asyncio.to_thread(breakable_postgres.stop)
        await asyncio.to_thread(breakable_kafka.start)
        await says("start_waits ")
        await asyncio.to_thread(breakable_postgres.start)
        await starts_and_stops(service, settings)


async def test_the_database_vanishes_while_the_service_makes_its_parts(
    settings: StageSettings, breakable_postgres: Postgres, says
) -> None:
    """The database vanishes while the service makes its parts: what the service itself reads at its start is read once
    the database is back.
    """
    async with starting(settings, meanwhile=breakable_postgres.stop) as service:
        await says("start_waits ")
        await asyncio.to_thread(breakable_postgres.start)
        await starts_and_stops(service, settings)


async def test_the_broker_vanishes_before_the_service_joins_its_group(
    settings: StageSettings, breakable_kafka: Kafka, says
) -> None:
    """It had answered a moment before."""
    async with starting(settings, meanwhile=breakable_kafka.stop) as service:
        await says("start_waits ")
        await asyncio.to_thread(breakable_kafka.start)
        await starts_and_stops(service, settings)


async def test_a_task_of_the_services_own_that_ends_ends_liveness(settings: StageSettings) -> None:
    """Though all handlers work: only a new process does the service's whole work again."""
    stage, ends = a_stage(), asyncio.Event()

    async def follow() -> None:
        await ends.wait()

    stage.tasks.append(asyncio.create_task(follow(), name="following"))

    async def lives() -> str:
        try:
            return (await http.get(f"http://{LOOPBACK}:{settings.http_port}/livez")).text
        except httpx.TransportError:
            return ""

    async def is_alive() -> bool:
        return await lives() == "ok"

    async with httpx.AsyncClient(trust_env=False) as http, starting(settings, stage=stage) as service:
        await until(is_alive)
        ends.set()
        await asyncio.wait(stage.tasks)
        assert await lives() == "task following has ended: None"
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(service, 60)
