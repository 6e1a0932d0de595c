"""TLS in front of a PostgreSQL that was built without it, as the embedded one is: the protocol's own upgrade.

A client sends an SSLRequest, gets an `S`, and goes on within TLS. What is within goes to the server as it is. A client
that asks for no TLS is cut off.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from embedded.ports import LOOPBACK

SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@asynccontextmanager
async def tls_in_front_of(port: int, context: ssl.SSLContext) -> AsyncIterator[int]:
    """Yields the port on which the server is reached by TLS. All connections are closed at the end."""
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_serve(port, context, reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, LOOPBACK, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _serve(
    port: int, context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    behind: asyncio.StreamWriter | None = None
    try:
        with suppress(OSError, asyncio.IncompleteReadError):  # a client that leaves, or does not trust us
            if await reader.readexactly(len(SSL_REQUEST)) != SSL_REQUEST:
                return
            writer.write(b"S")
            await writer.drain()
            await writer.start_tls(context)
            answers, behind = await asyncio.open_connection(LOOPBACK, port)
            both = {asyncio.create_task(_copy(reader, behind)), asyncio.create_task(_copy(answers, writer))}
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in both:
                    task.cancel()
                await asyncio.gather(*both, return_exceptions=True)
    finally:
        for it in filter(None, (behind, writer)):
            it.close()
            with suppress(OSError):
                await it.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while received := await reader.read(65536):
        writer.write(received)
        await writer.drain()
