"""A client that does not read its answer is cut off, so that it holds no memory and no work of the service."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from common.http.http_server import http_config
from common.settings import ServiceSettings
from testkit.stages import until


class Endless:
    """An application that streams without an end, and counts its open streams."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def body() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 65536
                await asyncio.sleep(0)  # others run too: once the client is gone, sending waits for nothing

        assert scope["type"] == "http"  # it knows no lifespan
        self.begun += 1
        try:
            await StreamingResponse(body())(scope, receive, send)
        finally:
            self.ended += 1


class Quiet(uvicorn.Server):
    """A server that leaves the signals to pytest."""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        listener = socket.create_server(("127.0.0.1", 0))
        await self.startup(sockets=[listener])
        try:
            yield listener.getsockname()[1]
        finally:
            self.should_exit = True
            await self.shutdown(sockets=[listener])


def settings(write_timeout_s: float) -> ServiceSettings:
    return ServiceSettings(
        database_url="unused", kafka_bootstrap_servers="unused", http_write_timeout_s=write_timeout_s
    )


async def test_a_reader_that_stops_is_cut_off() -> None:
    """Its stream ends at the service; once the client reads on, it finds the answer cut off."""
    app = Endless()
    async with Quiet(http_config(app, settings(0.2))).serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        await writer.drain()
        await until(lambda: _is(app.begun == 1))
        await until(lambda: _is(app.ended == 1))  # nobody reads: all buffers are full
        rest = b""
        with suppress(ConnectionError):
            rest = await reader.read(-1)
        assert not rest.endswith(b"0\r\n\r\n")
        await closed(writer)


async def test_a_reader_that_reads_on_is_served() -> None:
    """A reader that reads on is served, however long the stream is."""
    app = Endless()
    async with Quiet(http_config(app, settings(60))).serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        received = 0
        while received < 20_000_000:
            received += len(await reader.read(65536))
        assert app.ended == 0
        await closed(writer)
        await until(lambda: _is(app.ended == 1))


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def _is(condition: bool) -> bool:
    return condition
