"""A service's HTTP server: uvicorn with our limits, until SIGTERM."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from common.errors import Permanent
from common.http.http_connection import BoundedConnection
from common.http.security_headers import SecurityHeaders
from common.settings import ServiceSettings


class Server(uvicorn.Server):
    """uvicorn's server, woken for its exit; uvicorn's own checks for it ten times per second."""

    def __init__(self, config: uvicorn.Config) -> None:
        self._should_exit = False
        self._exits = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(config)

    @property
    def should_exit(self) -> bool:
        """Whether the server is to exit. A signal handler may set it."""
        return self._should_exit

    @should_exit.setter
    def should_exit(self, should: bool) -> None:
        self._should_exit = should
        if should and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._exits.set)

    async def main_loop(self) -> None:
        """Waits until the server has to exit."""
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            await self._exits.wait()


def http_config(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Config:
    """Builds a server's configuration: limits on requests (http_connection.py), and security headers on all answers."""
    return uvicorn.Config(
        SecurityHeaders(app, https_only_for=timedelta(days=settings.http_hsts_days)),
        settings.http_host,
        settings.http_port,
        http=cast(
            type[asyncio.Protocol],
            partial(
                BoundedConnection,
                read_timeout_s=settings.http_read_timeout_s,
                write_timeout_s=settings.http_write_timeout_s,
            ),
        ),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,  # longer than proxies and clients keep theirs: who ends first may cut a request off
    )


@asynccontextmanager
async def served_on(port: int, app: ASGIApp, settings: ServiceSettings) -> AsyncIterator[None]:
    """Serves an application on an additional port of the service while the block runs. Raises OSError."""
    config = http_config(app, settings)
    config.load()
    state = ServerState()

    def connection() -> asyncio.Protocol:
        return config.http_protocol_class(config=config, server_state=state, app_state={})  # type: ignore[call-arg]

    server = await asyncio.get_running_loop().create_server(connection, settings.http_host, port)
    try:
        yield
    finally:
        server.close()
        for client in list(state.connections):
            client.shutdown()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        await asyncio.sleep(0)  # connections close in the loop's next turn


def http_server(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Server:
    """Builds a server that ends on SIGTERM and SIGINT; the caller decides what happens after that.

    Raises Permanent if its address is in use, or not of this machine.
    """
    _require_free(settings.http_host, settings.http_port)
    server = Server(http_config(app, settings))

    def end(*_: object) -> None:
        """Handles SIGTERM and SIGINT before the server runs and after it: uvicorn raises caught signals again."""
        server.should_exit = True

    for caught in (signal.SIGTERM, signal.SIGINT):
        signal.signal(caught, end)
    return server


def _require_free(host: str, port: int) -> None:
    """Raises Permanent, which names the setting to change, if the port is taken: uvicorn would exit by itself."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        raise Permanent(f"HTTP_PORT {port} of HTTP_HOST {host} cannot be used: {error.strerror}") from error
