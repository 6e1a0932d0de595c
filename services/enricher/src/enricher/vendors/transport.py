"""How calls to vendors travel: over the crawler's kind of connections, each answer read whole, unpacked and bounded.

Two libraries ask here, httpx for our own adapters and httpx2 for the model's SDK. Their own pools look at every
connection before and after each call; that took half of a call's time.
"""

from types import ModuleType
from typing import NamedTuple, Protocol

import httpcore
import httpx
import httpx2

from enricher.crawl.connections import Connections, Way
from enricher.crawl.decoding import Body
from enricher.crawl.errors import PageRefused, SiteUnreachable
from enricher.crawl.streams import AsyncioNetwork

MOST_BYTES = 5_000_000
_CONNECT_S = 10.0
_MOST, _KEPT, _IDLE_S = 64, 64, 30.0
_FRAMING = frozenset({b"content-encoding", b"content-length", b"transfer-encoding", b"connection"})
#: What we say of these ourselves.
_OURS = frozenset({b"host", b"accept-encoding", b"connection"})


class _Request(Protocol):
    """What both libraries' requests have in common."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> "_Url": ...


class _Url(Protocol):
    @property
    def raw_scheme(self) -> bytes: ...
    @property
    def raw_host(self) -> bytes: ...
    @property
    def port(self) -> int | None: ...
    @property
    def raw_path(self) -> bytes: ...


class _Reply(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    content: bytes


class Transport(httpx.AsyncBaseTransport):
    """For httpx. To be closed, as the client does that it is given to."""

    def __init__(self) -> None:
        self._connections = _connections()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        reply = await _ask(self._connections, request, request.headers.raw, content, httpx)
        return httpx.Response(reply.status, headers=reply.headers, content=reply.content)

    async def aclose(self) -> None:
        await self._connections.aclose()


class SdkTransport(httpx2.AsyncBaseTransport):
    """The same for httpx2."""

    def __init__(self) -> None:
        self._connections = _connections()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = await request.aread()
        reply = await _ask(self._connections, request, request.headers.raw, content, httpx2)
        return httpx2.Response(reply.status, headers=reply.headers, content=reply.content)

    async def aclose(self) -> None:
        await self._connections.aclose()


def _connections() -> Connections:
    trust = httpx.create_ssl_context(trust_env=False)
    trust.set_alpn_protocols(["http/1.1"])
    return Connections(Way(AsyncioNetwork(), trust, connect_s=_CONNECT_S), most=_MOST, kept=_KEPT, idle_s=_IDLE_S)


async def _ask(
    connections: Connections, request: _Request, headers: list[tuple[bytes, bytes]], content: bytes, library: ModuleType
) -> _Reply:
    """The whole answer, without what says how it was packed. Raises `library`'s errors."""
    url = request.url
    place = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    told = [(name, value) for name, value in headers if name.lower() not in _OURS]
    told.append((b"Accept-Encoding", b"gzip"))
    try:
        async with connections.stream(request.method, place, headers=told, body=content) as exchange:
            packing = b", ".join(value for name, value in exchange.headers if name.lower() == b"content-encoding")
            body = Body(packing.decode("ascii", "replace"), MOST_BYTES)
            while not body.is_full and (chunk := await exchange.read()):
                body.feed(chunk)
            if body.is_cut:
                raise library.ReadError(f"more than {MOST_BYTES} bytes")
            kept = [(name, value) for name, value in exchange.headers if name.lower() not in _FRAMING]
            return _Reply(exchange.status, kept, bytes(body.content))
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.TimeoutException,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(library, type(error).__name__)(str(error)) from error
    except (PageRefused, SiteUnreachable) as error:
        raise library.DecodingError(str(error)) from error
