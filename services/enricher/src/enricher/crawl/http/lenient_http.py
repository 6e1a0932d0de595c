"""Reads malformed answers that browsers accept but aiohttp refuses.

Examples are a length given twice, a transfer encoding that changes nothing beside it, a line among the headers that is
none. httpcore2 does the exchange; only the lines of the head are repaired before it reads them. A connection serves one
request, so that no other answer can be hidden behind a wrong length.
"""

import re
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpcore2
from yarl import URL

from enricher.crawl.errors import SiteUnreachable
from enricher.crawl.http.network import GuardedNetwork
from enricher.crawl.http.replies import Reply

_MAX_HEAD = 64 * 1024
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_INFORMATIONAL = re.compile(rb"HTTP/1\.\d 1\d\d\b")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,200})[ \t]{0,20}:[ \t]{0,20}([^\r\n\0]*)")

#: Made once: to load the authorities takes tens of milliseconds.
_usual_trust = cache(ssl.create_default_context)


@asynccontextmanager
async def get(
    url: str, headers: Mapping[str, str], network: GuardedNetwork, tls: ssl.SSLContext | None
) -> AsyncIterator[Reply]:
    """Sends a GET and yields the reply, whose body is read inside the block. Has no time limit of its own.

    Raises SiteUnreachable, PageRefused, or httpcore2's NetworkError and ProtocolError, the latter where the reply is
    beyond mending.
    """
    parts = URL(url)
    target = httpcore2.URL(
        scheme=parts.scheme, host=parts.raw_host or "", port=parts.explicit_port, target=parts.raw_path_qs
    )
    fields = {**headers, "Connection": "close"}
    async with (
        httpcore2.AsyncConnectionPool(
            ssl_context=tls or _usual_trust(), network_backend=_MendingBackend(network)
        ) as pool,
        pool.stream("GET", target, headers=list(fields.items())) as response,
    ):
        yield Reply(response.status, response.headers, response.aiter_stream())


class _MendingBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the addresses that the network allows."""

    def __init__(self, network: GuardedNetwork) -> None:
        self._network = network

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        *others, last = await self._network.addresses(host, port)
        for address in others:
            try:
                return _MendedStream(await self._network.backend.connect_tcp(address, port, *args, **options))
            except httpcore2.ConnectError:
                continue
        return _MendedStream(await self._network.backend.connect_tcp(last, port, *args, **options))


class _MendedStream(httpcore2.AsyncNetworkStream):
    """A connection that repairs the head of the answer, and of interim answers before it (103 Early Hints)."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        self._is_in_head = True
        self._received = bytearray()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 # httpcore2's name
        if not self._is_in_head:
            return await self._stream.read(max_bytes, timeout)
        begin = 0
        while (end := _END_OF_HEAD.search(self._received, begin)) is None:
            begin = max(0, len(self._received) - 3)
            part = await self._stream.read(max_bytes, timeout)
            self._received += part
            if not part or len(self._received) > _MAX_HEAD + max_bytes:
                break
        if end is None or end.start() > _MAX_HEAD:
            raise SiteUnreachable("the headers break off, or are too long")
        head, rest = bytes(self._received[: end.start()]), bytes(self._received[end.end() :])
        self._is_in_head = _INFORMATIONAL.match(head) is not None
        self._received = bytearray(rest if self._is_in_head else b"")
        return b"\r\n".join([*mended(re.split(rb"\r?\n", head)), b"", b"" if self._is_in_head else rest])

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def start_tls(self, *args: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        return _MendedStream(await self._stream.start_tls(*args, **options))

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def mended(head: Iterable[bytes]) -> Iterator[bytes]:
    """Yields the status line and the valid header lines, with one framing of the body.

    A transfer encoding of "identity", a repeated one and a length that is no number say nothing. Equal lengths are left
    to h11, which takes them as one and refuses others.
    """
    status, *lines = head
    yield status
    is_framed = False
    for line in lines:
        field = _FIELD.fullmatch(line.rstrip(b"\r"))
        if field is None:
            continue
        name, value = field[1].lower(), field[2].strip()
        if name == b"transfer-encoding":
            if is_framed or value.lower() in (b"", b"identity"):
                continue
            is_framed = True
        if name == b"content-length" and not all(it.strip().isdigit() for it in value.split(b",")):
            continue
        yield field[1] + b": " + value
