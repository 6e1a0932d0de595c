"""One HTTP request, bounded in every way: addresses (by the network), time, bytes after unpacking, and no redirect
followed on its own: each hop has rules to pass, and they are the visit's. No cookies, no environment's proxies.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpcore
import httpx

from enricher.decoding import Body, text_of
from enricher.errors import PageRefused, SiteUnreachable
from enricher.network import GuardedNetwork

_HTML = frozenset({"text/html", "application/xhtml+xml", ""})
_CONNECTIONS = 128
_KEPT = 16  # the pool looks through all of them at every request


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `content` is the unpacked body, of a success only, and of HTML where only that was wanted."""

    url: str
    status: int
    content_type: str
    charset: str | None
    location: str | None
    content: bytes
    is_cut: bool

    @property
    def is_html(self) -> bool:
        return self.content_type in _HTML

    @property
    def text(self) -> str:
        return text_of(self.content, self.charset)


class Fetcher:
    """Gets pages, directly through `network` or by way of `proxy`, which then looks names up and guards addresses."""

    def __init__(
        self,
        *,
        user_agent: str,
        timeout_s: float,
        max_bytes: int,
        network: httpcore.AsyncNetworkBackend | None = None,
        proxy: str | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._headers = [
            ("User-Agent", user_agent),
            ("Accept", "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5"),
            ("Accept-Encoding", "gzip"),
            ("Accept-Language", "en"),
        ]
        self._pool = _proxied(proxy) if proxy else _direct(network or GuardedNetwork())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.aclose()

    async def get(self, url: str, *, html_only: bool = True, limit: int | None = None) -> Answer:
        """One GET, within the page's time and `limit` bytes. Raises SiteUnreachable, PageRefused."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._get(url, html_only, limit or self._max_bytes)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise SiteUnreachable(f"no answer within {self._timeout_s:g} s") from error
        except httpcore.UnsupportedProtocol as error:
            raise PageRefused(str(error)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
            raise SiteUnreachable(str(error)[:200] or type(error).__name__) from error

    async def _get(self, url: str, html_only: bool, limit: int) -> Answer:
        async with self._pool.stream("GET", _core_url(httpx.URL(url)), headers=self._headers) as response:
            content_type, charset = _content_type(_header(response.headers, b"content-type"))
            wanted = 200 <= response.status < 300 and (content_type in _HTML or not html_only)
            body = Body(_header(response.headers, b"content-encoding") if wanted else "", limit)
            if wanted:
                await _read(response, body)
            return Answer(
                url=url,
                status=response.status,
                content_type=content_type,
                charset=charset,
                location=_header(response.headers, b"location") or None if 300 <= response.status < 400 else None,
                content=bytes(body.content),
                is_cut=body.is_cut,
            )


async def _read(response: httpcore.Response, body: Body) -> None:
    """Fills the body. One that breaks off is as good as one that was cut."""
    try:
        async for chunk in response.aiter_stream():
            body.feed(chunk)
            if body.is_cut:
                break
    except (httpcore.RemoteProtocolError, httpcore.ReadError):
        if not body.content:
            raise
        body.is_cut = True


def _direct(network: httpcore.AsyncNetworkBackend) -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncConnectionPool(
        ssl_context=httpx.create_ssl_context(trust_env=False),
        max_connections=_CONNECTIONS,
        max_keepalive_connections=_KEPT,
        keepalive_expiry=5,
        network_backend=network,
    )


def _proxied(address: str) -> httpcore.AsyncConnectionPool:
    proxy = httpx.Proxy(address)
    return httpcore.AsyncHTTPProxy(
        _core_url(proxy.url),
        proxy_auth=proxy.raw_auth,
        ssl_context=httpx.create_ssl_context(trust_env=False),
        max_connections=_CONNECTIONS,
        max_keepalive_connections=_KEPT,
        keepalive_expiry=5,
    )


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _header(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str:
    value = next((value for key, value in headers if key.lower() == name), b"")
    return value.decode("utf-8", "replace").strip()


def _content_type(header: str) -> tuple[str, str | None]:
    """("text/html", "utf-8") of `text/html; charset=utf-8`."""
    kind, *parameters = header.split(";")
    charsets = [
        value for key, _, value in (part.partition("=") for part in parameters) if key.strip().lower() == "charset"
    ]
    return kind.strip().lower(), charsets[0] if charsets else None
