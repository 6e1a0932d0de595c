"""HTTP servers that nobody asks anything set no timer, and date their answers all the same."""

import asyncio
import socket
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest
from starlette.applications import Starlette

from common.errors import Permanent
from common.http.health import metrics_served
from common.http.http_server import Server, http_config
from common.settings import ServiceSettings
from embedded.ports import LOOPBACK, free_port
from testkit.stages import until


def settings(port: int | None = None) -> ServiceSettings:
    return ServiceSettings(
        database_url="unused", kafka_bootstrap_servers="unused", http_host=LOOPBACK, metrics_port=port
    )


def timers() -> list[asyncio.TimerHandle]:
    """Lists what the event loop is to wake up for by itself."""
    return [it for it in asyncio.get_running_loop()._scheduled if not it.cancelled()]  # type: ignore[attr-defined]


async def timers_of_servers() -> list[str]:
    """Starts a server, and the metrics on their own port; returns the timers that are set while both wait."""
    listener = socket.create_server((LOOPBACK, 0))
    server = Server(http_config(Starlette(), settings()))

    async def is_started() -> bool:
        return server.started

    async with metrics_served(settings(free_port())):
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await until(is_started)
            await asyncio.sleep(0)
            return [repr(it) for it in timers()]
        finally:
            server.should_exit = True
            await serving


async def test_a_server_at_rest_wakes_up_for_nothing() -> None:
    """It sleeps until it is told to exit. In an event loop of its own, since the tests' has others' timers."""
    assert await asyncio.to_thread(asyncio.run, timers_of_servers()) == []


async def test_an_answer_is_dated_when_its_request_comes() -> None:
    """To the second, as HTTP has it."""
    port = free_port()
    async with metrics_served(settings(port)), httpx.AsyncClient(trust_env=False) as http:
        before = int(time.time())
        answer = await http.get(f"http://{LOOPBACK}:{port}/metrics")
        after = int(time.time())
    assert before <= parsedate_to_datetime(answer.headers["date"]).timestamp() <= after


async def test_a_port_of_metrics_in_use_is_reported_with_its_setting() -> None:
    """The service ends with a line, as with any cause that keeps it from starting."""
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Permanent, match=f"METRICS_PORT {port} of {LOOPBACK}"):
            async with metrics_served(settings(port)):
                pass
