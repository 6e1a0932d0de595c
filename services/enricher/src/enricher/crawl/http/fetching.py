"""One HTTP request with limits on its addresses (by the network), its time and its decompressed size.

It follows no redirect, since each hop has rules to pass, which the visit checks. No cookies, no proxies of the
environment.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
import httpcore2
from aiohttp.http_exceptions import HttpProcessingError

from common.observability import tracing
from enricher.crawl.errors import AnswerMalformed, PageRefused, SiteUnreachable
from enricher.crawl.http import lenient_http
from enricher.crawl.http.decoding import Body, text_of
from enricher.crawl.http.network import GuardedNetwork, proxied
from enricher.crawl.http.replies import Reply

_HTML = frozenset({"text/html", "application/xhtml+xml", ""})
#: Of one header; a Content-Security-Policy may be some kilobytes long.
_MAX_HEADER = 32 * 1024
#: The transfer encoding that leaves a body as it is.
_FRAMINGS = frozenset({"chunked"})
_LOOKS_AFTER_S = 1.0
#: After the page's time is over, until the connection is closed whatever holds it.
_CLOSES_WITHIN_S = 0.2
#: No connection, no HTTP, or an answer that breaks off.
_BROKEN = (aiohttp.ClientError, HttpProcessingError, OSError, httpcore2.NetworkError, httpcore2.ProtocolError)


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators of a page (ETag, Last-Modified). If they are sent again, the server may answer "not modified"."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        both = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return {name: value for name, value in both if value}


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `content` is the decompressed body of a success; with `html_only`, of HTML alone.

    `is_cut` says that there was more of it: beyond the limit or, if `is_broken`, beyond the point where the connection
    broke or the time was over. `refresh` is the header of that name: "0; url=/en/".
    """

    url: str
    status: int
    content_type: str
    charset: str | None
    location: str | None
    content: bytes
    is_cut: bool
    is_broken: bool = False
    refresh: str | None = None
    validators: Validators = NO_VALIDATORS

    @property
    def is_html(self) -> bool:
        return self.content_type in _HTML

    @property
    def text(self) -> str:
        return text_of(self.content, self.charset)


class Fetcher:
    """Gets pages, directly through `network` or through `proxy`, which then resolves names and checks addresses.

    `tls` says whom to trust, where that is not the usual authorities. To be entered before the first request.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout_s: float,
        max_bytes: int,
        network: GuardedNetwork | None = None,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5",
            "Accept-Encoding": "gzip",
            "Accept-Language": "en",
        }
        self._network = network or GuardedNetwork()
        self._proxy = proxy
        self._tls = tls
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=proxied(self._tls or True) if self._proxy else self._network.connector(self._tls or True),
            proxy=self._proxy,
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # its bounds are for a part of a body, ours for the whole
            timeout=aiohttp.ClientTimeout(total=None),  # ours covers the whole of a request
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._network.close()

    async def get(
        self,
        url: str,
        *,
        html_only: bool = True,
        limit: int | None = None,
        known: Validators = NO_VALIDATORS,
        leniently: bool = False,
    ) -> Answer:
        """Sends one GET, within the page's time and `limit` bytes. Raises SiteUnreachable, PageRefused.

        Raises AnswerMalformed for an answer that a second GET may read `leniently`: when it is sent is the caller's
        business, who keeps the crawl delay.
        """
        try:
            with tracing.span("page", "client", **{"url.full": url}):
                async with asyncio.timeout(self._timeout_s + _CLOSES_WITHIN_S):
                    return await self._get(url, html_only, limit or self._max_bytes, known, leniently)
        except TimeoutError as error:
            raise SiteUnreachable(f"no answer within {self._timeout_s:g} s") from error
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise PageRefused(f"{url[:100]} is not the URL of a web page") from error
        except _BROKEN as error:
            is_malformed = isinstance(error, aiohttp.ClientResponseError) and not self._proxy
            kind = AnswerMalformed if is_malformed else SiteUnreachable
            raise kind(str(error)[:200] or type(error).__name__) from error
        except ValueError as error:
            raise PageRefused(f"{url[:100]} cannot be requested") from error

    async def _get(self, url: str, html_only: bool, limit: int, known: Validators, leniently: bool) -> Answer:
        until = asyncio.get_running_loop().time() + self._timeout_s
        if leniently:
            headers = self._headers | known.headers
            async with lenient_http.get(url, headers, self._network, self._tls) as reply:
                return await _answer(url, reply, html_only, limit, until)
        async with self._session.get(url, headers=known.headers, allow_redirects=False) as response:
            return await _answer(url, _reply(response), html_only, limit, until)


async def _answer(url: str, reply: Reply, html_only: bool, limit: int, until: float) -> Answer:
    """Builds the answer from a reply, by the loop's time `until`."""
    if reply.status < 200:
        raise SiteUnreachable(f"HTTP {reply.status:03} is no final answer")
    if not _FRAMINGS.issuperset(reply.codings(b"transfer-encoding")):
        raise SiteUnreachable("the response has a transfer encoding that was not requested")
    content_type, charset = reply.content_type
    wanted = 200 <= reply.status < 300 and (content_type in _HTML or not html_only)
    body = Body(reply.codings(b"content-encoding") if wanted else [], limit)
    if wanted:
        await _read(reply, body, until)
    return Answer(
        url=url,
        status=reply.status,
        content_type=content_type,
        charset=charset,
        location=reply.header(b"location") or None if 300 <= reply.status < 400 else None,
        content=bytes(body.content),
        is_cut=body.is_cut,
        is_broken=body.is_broken,
        refresh=reply.header(b"refresh")[:1500] or None,
        validators=Validators(etag=reply.validator(b"etag"), last_modified=reply.validator(b"last-modified")),
    )


async def _read(reply: Reply, body: Body, until: float) -> None:
    """Fills the body until the loop's time `until`. One that breaks off, or has no end by then, is as good as one that
    was cut: servers that announce too long a body keep the connection open.
    """
    try:
        async with asyncio.timeout_at(until), aclosing(reply.parts) as parts:
            async for part in parts:
                body.feed(part)
                if body.is_full:
                    return
        body.end()
    except _BROKEN:  # also TimeoutError
        if not body.content:
            raise
        body.breaks_off()


def _reply(response: aiohttp.ClientResponse) -> Reply:
    return Reply(response.status, response.raw_headers, _parts(response))


async def _parts(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    while part := await _next_part(response):
        yield part


async def _next_part(response: aiohttp.ClientResponse) -> bytes:
    """Returns the body's next part; nothing at its end. Raises ClientError if it breaks off.

    Where it turns out to be no HTTP, aiohttp closes the connection and tells nobody who waits for the rest.
    """
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOKS_AFTER_S):
                return await response.content.readany()
        transport = response.connection and response.connection.transport
        if transport is None or transport.is_closing():
            raise aiohttp.ClientPayloadError("the response ends early")
