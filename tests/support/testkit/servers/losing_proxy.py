"""A TCP proxy on the way to an Odoo, which loses answers as a test tells it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass
class Proxy:
    """Stands between us and Odoo. `cut` loses the answer to the next request for that path; Odoo gets the request.

    `meanwhile` is done once, after Odoo got that request. The answer to a load of more than `most_rows` never comes.
    """

    url: str = ""
    cut: str | None = None
    has_cut: bool = False
    meanwhile: Callable[[], Awaitable[None]] | None = None
    most_rows: int | None = None

    def is_too_slow(self, body: bytes) -> bool:
        """Whether this is a load of too many rows."""
        return self.most_rows is not None and body.count(b'"leadgen.') > self.most_rows


@asynccontextmanager
async def running_proxy(host: str, port: int) -> AsyncIterator[Proxy]:
    """A proxy to the server at that address, on a port of its own."""
    proxy = Proxy()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection(host, port)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
            head = head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1).replace(b"Connection: keep-alive\r\n", b"")
            to_writer.write(head + body)
            await to_writer.drain()
            if proxy.cut is not None and proxy.cut.encode() in head + body:
                proxy.cut, proxy.has_cut = None, True
                if proxy.meanwhile is not None:
                    await proxy.meanwhile()
            elif proxy.is_too_slow(body):
                await to_reader.read()  # Odoo does it
                await reader.read()  # until the client gives up
            else:
                writer.write(await to_reader.read())
                await writer.drain()
        to_writer.close()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**22)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield proxy
    server.close()
    await server.wait_closed()
