"""Opens the crawler's connections: each name is resolved once, every address it has is checked, and what was checked
is what is connected to. So neither an odd spelling, a redirect nor a name that changes its mind leads inside.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import httpcore

from enricher.crawl.addresses import is_public
from enricher.crawl.errors import PageRefused, SiteUnreachable
from enricher.crawl.streams import AsyncioNetwork

Resolve = Callable[[str, int], Awaitable[list[str]]]

WEB_PORTS = frozenset({80, 443})


class Resolver:
    """Asks the system for a host's addresses. It has no time limit and cannot be stopped, so each question gets a
    thread of its own, of which there are `at_once` at most: dead names wait for their answers without anybody else.
    """

    def __init__(
        self, *, timeout_s: float = 5, at_once: int = 128, look_up: Callable[..., Any] = socket.getaddrinfo
    ) -> None:
        self._timeout_s = timeout_s
        self._look_up = look_up
        self._room = asyncio.Semaphore(at_once)
        self._asked: dict[tuple[str, int], asyncio.Future[list[str] | Exception]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of a host, each once. Raises SiteUnreachable, at the latest after `timeout_s`."""
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = self._asked.get((host, port)) or await self._ask(host, port)
                found = await asyncio.shield(answer)
        except TimeoutError as error:
            raise SiteUnreachable(f"the name {host} did not resolve within {self._timeout_s:g} s") from error
        if isinstance(found, Exception):
            raise SiteUnreachable(f"the name {host} does not resolve") from found
        return found

    async def _ask(self, host: str, port: int) -> "asyncio.Future[list[str] | Exception]":
        await self._room.acquire()
        loop = asyncio.get_running_loop()
        answer = self._asked[host, port] = loop.create_future()

        def end(found: list[str] | Exception) -> None:
            self._asked.pop((host, port), None)
            self._room.release()
            answer.set_result(found)

        def ask() -> None:
            found: list[str] | Exception
            try:
                found = list(dict.fromkeys(str(a[0]) for *_, a in self._look_up(host, port, type=socket.SOCK_STREAM)))
            except (OSError, UnicodeError) as error:
                found = error
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(end, found)

        # A daemon: a process that wants to end does not wait for a dead name. An executor would.
        threading.Thread(target=ask, name=f"resolving {host[:50]}", daemon=True).start()
        return answer


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses on the web's ports, and to nothing else.

    The arguments are for tests: a resolver that lies, and a way to servers that are on loopback.
    """

    def __init__(self, *, resolve: Resolve | None = None, inner: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._resolve = resolve or Resolver()
        self._inner = inner or AsyncioNetwork()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises PageRefused before anything is sent where one address of the host is not public."""
        if port not in WEB_PORTS:
            raise PageRefused(f"port {port} is not the web's")
        async with asyncio.timeout(timeout):
            addresses = await self._resolve(host, port)
        for address in addresses:
            if not is_public(address):
                raise PageRefused(f"{host} leads to {address}, which is not a public address")
        failure: Exception = SiteUnreachable(f"{host} has no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise PageRefused("a Unix socket is not the web's")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
