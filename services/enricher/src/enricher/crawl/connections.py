"""Connections to many hosts, each for one request at a time, and kept for the next one to its host for a moment.

How they are opened, directly or by way of a proxy, is a `Way`'s business; to whom, the network's.
"""

import asyncio
import re
import ssl
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import httpcore
import httpx

from enricher.crawl.exchange import Exchange, Headers

#: Where a connection leads: scheme, host, port.
Place: TypeAlias = tuple[bytes, bytes, int]

#: As most are that `urls.resolve` gives: these need not be taken apart once more.
_PLAIN_URL = re.compile(r"(https?)://([a-z0-9.-]+)(/[!$-~]*)", re.ASCII)
_PORTS = {b"http": 80, b"https": 443}


@dataclass(frozen=True, slots=True)
class Way:
    """How places are reached: by `network`, and through `proxy` if there is one."""

    network: httpcore.AsyncNetworkBackend
    trust: ssl.SSLContext
    proxy: httpx.Proxy | None = None
    connect_s: float | None = None

    def place_of(self, url: httpcore.URL) -> Place:
        """The connection that a URL's request goes by: of a proxy, all that are not encrypted share the same ones."""
        if self.proxy is not None and url.scheme == b"http":
            return _place_of(core_url(self.proxy.url))
        return _place_of(url)

    def target_of(self, url: httpcore.URL) -> bytes:
        """What the request line names."""
        if self.proxy is None or url.scheme == b"https":
            return url.target
        return b"http://" + _host_of(url) + url.target

    def headers_of(self, url: httpcore.URL) -> Headers:
        """What the request has to say besides: the host, and to a proxy, who we are."""
        host = [(b"Host", _host_of(url))]
        return host + self._login() if url.scheme == b"http" else host

    async def open(self, url: httpcore.URL) -> httpcore.AsyncNetworkStream:
        """A new connection for it. Raises what httpcore raises when there is none, and what the network does."""
        try:
            async with asyncio.timeout(self.connect_s):
                return await self._open(url)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection within {self.connect_s} s") from error

    async def _open(self, url: httpcore.URL) -> httpcore.AsyncNetworkStream:
        scheme, host, port = _place_of(url)
        if self.proxy is None:
            stream = await self.network.connect_tcp(host.decode("ascii"), port)
        else:
            near = _place_of(core_url(self.proxy.url))
            stream = await self.network.connect_tcp(near[1].decode("ascii"), near[2])
            if near[0] == b"https":
                stream = await stream.start_tls(self.trust, near[1].decode("ascii"))
            if scheme == b"https":
                await self._tunnel(stream, b"%b:%d" % (host, port))
        return await stream.start_tls(self.trust, host.decode("ascii")) if scheme == b"https" else stream

    async def _tunnel(self, stream: httpcore.AsyncNetworkStream, place: bytes) -> None:
        """Has the proxy connect us to there."""
        asking = Exchange(stream)
        try:
            await asking.send(b"CONNECT", place, [(b"Host", place), *self._login()])
            await asking.read_head()
            if not 200 <= asking.status < 300:
                raise httpcore.ProxyError(f"the proxy answers HTTP {asking.status}")
        except BaseException:
            await stream.aclose()
            raise

    def _login(self) -> list[tuple[bytes, bytes]]:
        if self.proxy is None or self.proxy.raw_auth is None:
            return []
        return [(b"Proxy-Authorization", b"Basic " + b64encode(b":".join(self.proxy.raw_auth)))]


class Connections:
    """At most `most` at once; `kept` idle ones at most, and none for longer than `idle_s`."""

    def __init__(self, way: Way, *, most: int, kept: int, idle_s: float) -> None:
        self._way = way
        self._kept = kept
        self._idle_s = idle_s
        self._slots = asyncio.Semaphore(most)
        self._busy: set[httpcore.AsyncNetworkStream] = set()
        self._idle: list[tuple[Place, float, httpcore.AsyncNetworkStream]] = []  # the longest idle first

    @asynccontextmanager
    async def stream(
        self, method: str, url: httpcore.URL, *, headers: Headers, body: bytes = b""
    ) -> AsyncIterator[Exchange]:
        """The answer to a request, its body read by the caller as far as it likes. Raises what httpcore raises."""
        if url.scheme not in _PORTS:
            raise httpcore.UnsupportedProtocol(f"{url.scheme.decode(errors='replace')[:20]} is not for web pages")
        place = self._way.place_of(url)
        async with self._slots:
            stream = await self._idle_at(place) or await self._way.open(url)
            self._busy.add(stream)
            exchange = Exchange(stream)
            try:
                everything = [*self._way.headers_of(url), *headers]
                await exchange.send(method.encode("ascii"), self._way.target_of(url), everything, body)
                await exchange.read_head()
                yield exchange
            finally:
                self._busy.discard(stream)
                await self._put_back(place, stream, is_reusable=exchange.is_reusable)

    async def aclose(self) -> None:
        """Closes all of them, whatever they are doing."""
        everything = [*self._busy, *(stream for *_, stream in self._idle)]
        self._idle.clear()
        for stream in everything:
            await stream.aclose()

    async def _idle_at(self, place: Place) -> httpcore.AsyncNetworkStream | None:
        """The one used last, of those that the other end has not closed meanwhile."""
        while at := next((at for at in range(len(self._idle), 0, -1) if self._idle[at - 1][0] == place), 0):
            _, since, stream = self._idle.pop(at - 1)
            if not stream.get_extra_info("is_readable") and since > time.monotonic() - self._idle_s:
                return stream
            await stream.aclose()
        return None

    async def _put_back(self, place: Place, stream: httpcore.AsyncNetworkStream, *, is_reusable: bool) -> None:
        """Keeps it if it can be used again, and lets go of those that nobody came back for."""
        now = time.monotonic()
        ended = []
        if is_reusable:
            self._idle.append((place, now, stream))
        else:
            ended.append(stream)
        while self._idle and (len(self._idle) > self._kept or self._idle[0][1] < now - self._idle_s):
            ended.append(self._idle.pop(0)[-1])
        for each in ended:
            await each.aclose()


def url_of(text: str) -> httpcore.URL:
    """A URL as connections take it. Raises httpx.InvalidURL."""
    if plain := _PLAIN_URL.fullmatch(text):
        scheme, host, target = (part.encode("ascii") for part in plain.groups())
        return httpcore.URL(scheme=scheme, host=host, target=target)
    return core_url(httpx.URL(text))


def core_url(url: httpx.URL) -> httpcore.URL:
    """The same of one that was read already."""
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _place_of(url: httpcore.URL) -> Place:
    return (url.scheme, url.host, _PORTS[url.scheme] if url.port is None else url.port)


def _host_of(url: httpcore.URL) -> bytes:
    """As the Host header names it."""
    host = b"[%b]" % url.host if b":" in url.host else url.host
    return host if url.port in (None, _PORTS[url.scheme]) else b"%b:%d" % (host, url.port)
