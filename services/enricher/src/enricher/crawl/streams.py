"""TCP and TLS by the event loop itself, in httpcore's terms: what connections are made of.

httpcore's own streams go through anyio, whose locks, scopes and attributes cost more than what they wrap; and they ask
the system whether an idle connection still stands, of which the event loop tells by itself.
"""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore

_MOST_UNREAD = 256 * 1024


class AsyncioNetwork(httpcore.AsyncNetworkBackend):
    """Connects wherever it is told to. How long that may take is the caller's business, as with reads and writes."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises ConnectError, ConnectTimeout."""
        try:
            async with asyncio.timeout(timeout):
                _, wire = await asyncio.get_running_loop().create_connection(_Wire, host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection to {host} within {timeout} s") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        return _Stream(wire)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("a Unix socket is not the web's")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Wire(asyncio.Protocol):
    """What has come and was not read yet; no more is taken in while there is plenty."""

    def __init__(self) -> None:
        self.transport = cast(asyncio.Transport, None)
        self.unread = bytearray()
        self.has_ended = False
        self.error: Exception | None = None
        self._is_held = False
        self._is_full = False
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.unread += data
        if len(self.unread) > _MOST_UNREAD and not self._is_held:
            self._is_held = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self.has_ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.has_ended, self.error, self._is_full = True, exc, False
        self._wake()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    async def take(self, most: int) -> bytes:
        """What has come, `most` bytes at most; nothing at the end."""
        while not self.unread and not self.has_ended:
            await self._change()
        if not self.unread and self.error is not None:
            raise httpcore.ReadError(str(self.error)) from self.error
        taken = bytes(self.unread[:most])
        del self.unread[:most]
        if self._is_held and not self.unread and not self.has_ended:
            self._is_held = False
            self.transport.resume_reading()
        return taken

    async def give(self, data: bytes) -> None:
        """Sends; returns when there is room for more."""
        if self.has_ended or self.transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        self.transport.write(data)
        while self._is_full:
            await self._change()
        if self.error is not None:
            raise httpcore.WriteError(str(self.error)) from self.error

    async def _change(self) -> None:
        """Until something has happened. Reading and writing take turns: one waits at a time."""
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class _Stream(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        return await self._wire.take(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        if buffer:
            await self._wire.give(buffer)

    async def aclose(self) -> None:
        """At once: nothing that would still be sent or read is of interest."""
        self._wire.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, from here on encrypted. Raises ConnectError, and is closed then."""
        loop = asyncio.get_running_loop()
        wire = self._wire
        try:
            transport = await loop.start_tls(wire.transport, wire, ssl_context, server_hostname=server_hostname)
        except (OSError, ssl.SSLError, ssl.CertificateError) as error:
            wire.transport.abort()
            raise httpcore.ConnectError(str(error)) from error
        except BaseException:
            wire.transport.abort()
            raise
        if transport is None:
            raise httpcore.ConnectError("the connection was closed while keys were exchanged")
        wire.transport = transport
        return self

    def get_extra_info(self, info: str) -> Any:
        """`is_readable`, as httpcore asks it of an idle connection: the other end has closed it, or said something."""
        if info == "is_readable":
            return self._wire.has_ended or bool(self._wire.unread) or self._wire.transport.is_closing()
        return self._wire.transport.get_extra_info(info)
