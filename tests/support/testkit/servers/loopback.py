"""The way from any address on the web to a server on loopback, for tests of the crawler."""

import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import httpcore2
from aiohttp.abc import AbstractResolver, ResolveResult

PUBLIC = "93.184.216.34"


class Diverted(socket.socket):
    """A socket that connects to a port on loopback, whatever address it is given."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def connect(self, address: Any) -> None:
        super().connect(("127.0.0.1", self._port))


class DivertedBackend(httpcore2.AnyIOBackend):
    """Connects to a port on loopback that `port_of` gives for the address and port of the web."""

    def __init__(self, port_of: Callable[[str, int], int]) -> None:
        self._port_of = port_of

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        return await super().connect_tcp("127.0.0.1", self._port_of(host, port), *args, **options)


def resolved(host: str, port: int, address: str) -> ResolveResult:
    """One address of a host, as a resolver gives it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


class Loopback(AbstractResolver):
    """A resolver that gives every name a public address, and sockets that end at one server all the same."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [resolved(host, port, PUBLIC)]

    async def close(self) -> None:
        return None

    def open_socket(self, _: aiohttp.AddrInfoType) -> socket.socket:
        return Diverted(self._port)

    @property
    def backend(self) -> DivertedBackend:
        return DivertedBackend(lambda _host, _port: self._port)
