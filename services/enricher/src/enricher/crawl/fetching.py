"""One HTTP request, bounded in every way: addresses (by the network), time, bytes after unpacking, and no redirect
followed on its own: each hop has rules to pass, and they are the visit's. No cookies, no environment's proxies.
"""

import asyncio
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpcore
import httpx

from enricher.crawl.connections import Connections, Way, url_of
from enricher.crawl.decoding import Body, text_of
from enricher.crawl.errors import PageRefused, SiteUnreachable
from enricher.crawl.exchange import Exchange
from enricher.crawl.network import GuardedNetwork
from enricher.crawl.streams import AsyncioNetwork

_HTML = frozenset({"text/html", "application/xhtml+xml", ""})
_CONNECTIONS = 128
_KEPT = 64
_IDLE_S = 5.0
_MAX_PARTS = 20_000
_PARTS_IN_A_ROW = 100  # thousands may come in one read, during which nobody else has a turn
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server calls the version of a page that it sent: asked with them again, it may say "not modified"."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        both = ((b"If-None-Match", self.etag), (b"If-Modified-Since", self.last_modified))
        return [(name, value.encode("ascii")) for name, value in both if value]


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `content` is the unpacked body, of a success only, and of HTML where only that was wanted.

    `is_cut` says that there was more of it: beyond the limit, or beyond the point where the connection broke.
    """

    url: str
    status: int
    content_type: str
    charset: str | None
    location: str | None
    content: bytes
    is_cut: bool
    validators: Validators = NO_VALIDATORS

    @property
    def is_html(self) -> bool:
        return self.content_type in _HTML

    @property
    def text(self) -> str:
        return text_of(self.content, self.charset)


class Fetcher:
    """Gets pages, directly through `network` or by way of `proxy`, which then looks names up and guards addresses.

    `tls` says whom to trust, where that is not the usual authorities.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout_s: float,
        max_bytes: int,
        network: httpcore.AsyncNetworkBackend | None = None,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._headers = [
            (b"User-Agent", user_agent.encode("ascii", "replace")),
            (b"Accept", b"text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5"),
            (b"Accept-Encoding", b"gzip"),
            (b"Accept-Language", b"en"),
        ]
        trust = tls or httpx.create_ssl_context(trust_env=False)
        trust.set_alpn_protocols(["http/1.1"])
        way = Way(AsyncioNetwork(), trust, httpx.Proxy(proxy)) if proxy else Way(network or GuardedNetwork(), trust)
        self._connections = Connections(way, most=_CONNECTIONS, kept=_KEPT, idle_s=_IDLE_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connections.aclose()

    async def get(
        self, url: str, *, html_only: bool = True, limit: int | None = None, known: Validators = NO_VALIDATORS
    ) -> Answer:
        """One GET, within the page's time and `limit` bytes. Raises SiteUnreachable, PageRefused."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._get(url, html_only, limit or self._max_bytes, known)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise SiteUnreachable(f"no answer within {self._timeout_s:g} s") from error
        except httpcore.UnsupportedProtocol as error:
            raise PageRefused(str(error)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
            raise SiteUnreachable(str(error)[:200] or type(error).__name__) from error

    async def _get(self, url: str, html_only: bool, limit: int, known: Validators) -> Answer:
        headers = [*self._headers, *known.headers]
        async with self._connections.stream("GET", url_of(url), headers=headers) as response:
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
                validators=Validators(
                    etag=_validator(response.headers, b"etag"),
                    last_modified=_validator(response.headers, b"last-modified"),
                ),
            )


async def _read(response: Exchange, body: Body) -> None:
    """Fills the body. One that breaks off, or comes in crumbs without end, is as good as one that was cut."""
    parts = 0
    try:
        while chunk := await response.read():
            body.feed(chunk)
            if body.is_full:
                return
            parts += 1
            if parts % _PARTS_IN_A_ROW == 0:
                await asyncio.sleep(0)
            if parts == _MAX_PARTS:
                body.is_cut = True
                return
        body.end()
    except (httpcore.RemoteProtocolError, httpcore.ReadError):
        if not body.content:
            raise
        body.is_cut = True


def _header(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str:
    value = next((value for key, value in headers if key.lower() == name), b"")
    return value.decode("utf-8", "replace").strip()


def _validator(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str | None:
    """As sent, if it is fit to be sent back."""
    value = _header(headers, name)
    return value if _VALIDATOR.fullmatch(value) else None


def _content_type(header: str) -> tuple[str, str | None]:
    """("text/html", "utf-8") of `text/html; charset=utf-8`."""
    kind, *parameters = header.split(";")
    charsets = [
        value for key, _, value in (part.partition("=") for part in parameters) if key.strip().lower() == "charset"
    ]
    return kind.strip().lower(), charsets[0] if charsets else None
