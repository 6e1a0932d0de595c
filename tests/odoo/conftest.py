"""A real Odoo, as `make test-odoo` starts it or as the environment names it. Plain `pytest` leaves this folder out.

What the tests make there carries a name of their own run: the server may hold other things, and nothing is cleared.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import httpx
import pytest

from common.ids import new_id
from odoo_sync.model import OdooConnection
from odoo_sync.protocols.protocol_detection import ProtocolName
from odoo_sync.protocols.servers import OdooServer

NAMES = ("ODOO_URL", "ODOO_DB", "ODOO_API_KEY", "ODOO_USER", "ODOO_PASSWORD")
TIMEOUT_S = 60

Connect: TypeAlias = Callable[..., OdooServer]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Users of this repository have no Odoo at hand: these tests run where they are asked for, with `-m odoo`."""
    if "odoo" in (config.option.markexpr or ""):
        return
    asked = [item for item in items if item.get_closest_marker("odoo") is None]
    if len(asked) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("odoo")])
        items[:] = asked


@dataclass(frozen=True)
class Real:
    """The server's address, database and credentials."""

    url: str
    database: str
    api_key: str
    login: str
    password: str

    def connection(self, protocol: str) -> OdooConnection:
        """Over JSON-RPC with the password, which is what older servers have."""
        return OdooConnection(
            self.url, self.database, self.api_key if protocol == "json2" else self.password, self.login
        )


@pytest.fixture(scope="session")
def real() -> Real:
    """The server. Without one the run ends: a suite that skips its tests would look like one that passes."""
    missing = [name for name in NAMES if not os.environ.get(name)]
    if missing:
        pytest.exit(
            f"these tests need a real Odoo: {', '.join(missing)} not set; `make test-odoo` starts one", returncode=1
        )
    return Real(*(os.environ[name] for name in NAMES))


@pytest.fixture
def run() -> str:
    """A text that only the names of this test's records contain."""
    return new_id().hex


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def connect(http: httpx.AsyncClient) -> Connect:
    """Any connection, over any protocol."""

    def connected(
        connection: OdooConnection, protocol: ProtocolName = "auto", timeout_s: float = TIMEOUT_S
    ) -> OdooServer:
        return OdooServer(http, connection, timeout_s=timeout_s, protocol=protocol)

    return connected


@pytest.fixture(params=["json2", "jsonrpc"])
def odoo(request: pytest.FixtureRequest, real: Real, connect: Connect) -> OdooServer:
    """The server, over each protocol."""
    return connect(real.connection(request.param), request.param)


@pytest.fixture
def admin(real: Real, connect: Connect) -> OdooServer:
    """The server as people see it: to arrange and to inspect."""
    return connect(real.connection("json2"), "json2")


@dataclass
class Proxy:
    """Stands between us and Odoo. `cut` loses the answer to the next request for that path; Odoo gets the request."""

    url: str = ""
    cut: str | None = None
    has_cut: bool = False


Handler: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def proxy(real: Real) -> AsyncIterator[Proxy]:
    """A TCP proxy on the way to the server."""
    proxy, place = Proxy(), urlsplit(real.url)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection(place.hostname, place.port or 80)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
            head = head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1).replace(b"Connection: keep-alive\r\n", b"")
            to_writer.write(head + body)
            await to_writer.drain()
            if proxy.cut is not None and proxy.cut.encode() in head + body:
                proxy.cut, proxy.has_cut = None, True
            else:
                writer.write(await to_reader.read())
                await writer.drain()
        to_writer.close()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**22)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield proxy
    server.close()
    await server.wait_closed()
