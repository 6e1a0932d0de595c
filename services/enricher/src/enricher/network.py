"""Opens the crawler's connections: each name is resolved once, every address it has is checked, and what was checked
is what is connected to. So neither an odd spelling, a redirect nor a name that changes its mind leads inside.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore

from enricher.addresses import is_public
from enricher.errors import PageRefused, SiteUnreachable

Resolve = Callable[[str, int], Awaitable[list[str]]]

WEB_PORTS = frozenset({80, 443})


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them. Raises SiteUnreachable."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise SiteUnreachable(f"the name {host} does not resolve") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses on the web's ports, and to nothing else.

    The arguments are for tests: a resolver that lies, and a way to servers that are on loopback.
    """

    def __init__(self, *, resolve: Resolve = resolve, inner: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._resolve = resolve
        self._inner = inner or httpcore.AnyIOBackend()

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
