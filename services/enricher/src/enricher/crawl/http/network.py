"""The crawler's connections: to public addresses on the web's ports only.

A name is resolved once, every address it has is checked, and a checked address is connected to. So neither an odd
spelling, a redirect nor a name that changes its mind leads inside. Names are resolved by c-ares: a dead one takes no
thread that somebody else waits for.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

import aiohttp
import httpcore2
from aiohttp.abc import AbstractResolver, ResolveResult

from common.http.public_addresses import is_address, is_public
from enricher.crawl.errors import NameUnknown, PageRefused, SiteUnreachable

OpenSocket = Callable[[aiohttp.AddrInfoType], socket.socket]

WEB_PORTS = frozenset({80, 443})
_CONNECTIONS = 128
#: Nobody counts idle connections, so none is kept for long: the usual pause between two pages of a site, and some more.
_IDLE_S = 2.0
_RESOLVES_WITHIN_S = 5.0


class GuardedNetwork:
    """Connects to public addresses on the web's ports.

    The arguments are for tests: a resolver that lies, and sockets that connect to servers on loopback.
    `backend` connects to a checked address outside of the pools.
    """

    def __init__(
        self,
        *,
        resolver: AbstractResolver | None = None,
        resolves_within_s: float = _RESOLVES_WITHIN_S,
        open_socket: OpenSocket | None = None,
        backend: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._resolver = resolver
        self._resolves_within_s = resolves_within_s
        self._open_socket = open_socket or _open_socket
        self.backend = backend or httpcore2.AnyIOBackend()

    def connector(self, tls: ssl.SSLContext | bool) -> aiohttp.TCPConnector:
        """Builds a pool of such connections. Call it on the event loop that will use it."""
        return aiohttp.TCPConnector(
            ssl=tls,
            resolver=self._guarded_resolver(),
            use_dns_cache=False,
            socket_factory=self._open_checked,
            limit=_CONNECTIONS,
            keepalive_timeout=_IDLE_S,
        )

    async def addresses(self, host: str, port: int) -> list[str]:
        """Resolves a host to all its addresses, if all are allowed. Raises SiteUnreachable, PageRefused."""
        if not is_address(host):
            return [it["host"] for it in await self._guarded_resolver().resolve(host, port)]
        _check(host, host, port)
        return [host]

    def _guarded_resolver(self) -> "_GuardedResolver":
        if self._resolver is None:
            self._resolver = aiohttp.AsyncResolver(timeout=self._resolves_within_s, tries=1)
        return _GuardedResolver(self._resolver, self._resolves_within_s)

    async def close(self) -> None:
        """Ends the look-ups in progress: a connector leaves that to the resolver's owner."""
        if self._resolver is not None:
            await self._resolver.close()

    def _open_checked(self, address: aiohttp.AddrInfoType) -> socket.socket:
        """Opens a connection after a check of its address. A literal address gets here without passing a resolver."""
        host, port = address[4][:2]
        _check(str(host), str(host), int(port))
        return self._open_socket(address)


def proxied(tls: ssl.SSLContext | bool) -> aiohttp.TCPConnector:
    """Builds a pool of connections to a proxy at any address: the proxy resolves names and checks addresses."""
    return aiohttp.TCPConnector(ssl=tls, limit=_CONNECTIONS, keepalive_timeout=_IDLE_S)


class _GuardedResolver(AbstractResolver):
    """Refuses a host with any address that is not public, before a connection to one of the others."""

    def __init__(self, inner: AbstractResolver, within_s: float) -> None:
        self._inner = inner
        self._within_s = within_s

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolves a host. Raises SiteUnreachable, PageRefused."""
        try:
            async with asyncio.timeout(self._within_s):
                found = await self._inner.resolve(host, port, family)
        except TimeoutError as error:
            raise SiteUnreachable(f"the name {host} did not resolve within {self._within_s:g} s") from error
        except (OSError, ValueError) as error:
            raise NameUnknown(f"the name {host} does not resolve") from error
        if not found:
            raise NameUnknown(f"the name {host} has no address")
        for address in found:
            _check(host, address["host"], port)
        return found

    async def close(self) -> None:
        await self._inner.close()


def _open_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, *_ = address
    return socket.socket(family, kind, protocol)


def _check(host: str, address: str, port: int) -> None:
    if port not in WEB_PORTS:
        raise PageRefused(f"port {port} is not a port of the web (80, 443)")
    if not is_public(address):
        raise PageRefused(f"{host} resolves to {address}, which is not a public address")
