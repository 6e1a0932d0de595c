"""The gateway as it is served, on a real PostgreSQL and a real Kafka; what other services would say, a test says."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from common.cloudevents import Envelope
from common.contracts import Event
from common.http.http_server import http_config
from common.ids import new_id
from embedded.child import Child
from embedded.ports import LOOPBACK, free_port
from gateway.industries.catalog import Catalog
from gateway.main import for_browsers
from gateway.main import gateway as composed
from gateway.messaging.feed import Feed
from gateway.settings import GatewaySettings
from industries.index import Code
from leadgen.chat_client import ChatEvent, chat
from leadgen.tenants.tokens import Role, token
from testkit.servers.issuer import Issuer
from testkit.stages import publish, until
from testkit.trusted import trusted

SECRET = "the secret of these tests, long enough"


class Server(uvicorn.Server):
    """Leaves the signals to pytest, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Client:
    """A rep with a token of a tenant; `http` sends it with every request."""

    def __init__(self, url: str, feed: Feed, tenant_id: int) -> None:
        self.url = url
        self.feed = feed
        self.token = token(SECRET, tenant_id, "rep@example.com")
        self.http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {self.token}"},
            verify=trusted(),
            trust_env=False,
            timeout=60,
            limits=httpx.Limits(max_keepalive_connections=0),  # one that is used again may be closed at this moment
        )

    def chat(self, message: str) -> AsyncIterator[ChatEvent]:
        """Yields the gateway's stream as it comes."""
        return chat(self.http, self.url, self.token, message)

    async def is_ready(self) -> bool:
        """Whether the gateway says that it is ready: a fact announced now would be heard."""
        return (await self.http.get("/readyz")).status_code == 200


Reps: TypeAlias = Callable[[int], Client]


@asynccontextmanager
async def _served(app: FastAPI, settings: GatewaySettings) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = http_config(for_browsers(app, settings), settings)
    config.timeout_graceful_shutdown = 1
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.listening.wait()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture(scope="session", autouse=True)
def catalogs() -> Iterator[None]:
    """Builds the catalog of a classification once for all gateways: it is immutable, and takes half a second of CPU."""
    build = cache(Catalog.build)

    def built(codes: Sequence[Code], usual: str | None = None) -> Catalog:
        return build(tuple(codes), usual)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Catalog, "build", built)
        yield


@pytest.fixture
def serve(database_url: str) -> Callable[..., AbstractAsyncContextManager[Reps]]:
    """`async with serve(kafka, chat_timeout_s=1) as rep`: a gateway that listens; `rep(1)` is a client of tenant 1."""

    @asynccontextmanager
    async def run(kafka: str, **other: Any) -> AsyncIterator[Reps]:
        settings = GatewaySettings(
            **{"database_url": database_url, **other}, kafka_bootstrap_servers=kafka, gateway_jwt_secret=SECRET
        )
        clients: list[Client] = []
        async with composed(settings) as app, _served(app, settings) as url:

            def rep(tenant_id: int = 1) -> Client:
                clients.append(Client(url, app.state.dependencies.feed, tenant_id))
                return clients[-1]

            try:
                yield rep
            finally:  # also of a test that fails: an open connection would fail another test, whenever it is collected
                for client in clients:
                    await client.http.aclose()

    return run


@pytest.fixture
def chat_timeout_s() -> float:
    """Seconds that a chat waits for facts."""
    return 20


@pytest.fixture
async def reps(
    serve: Callable[..., AbstractAsyncContextManager[Reps]], kafka: str, chat_timeout_s: float
) -> AsyncIterator[Reps]:
    """A gateway that is ready."""
    async with serve(kafka, chat_timeout_s=chat_timeout_s) as rep:
        await until(rep(1).is_ready)
        yield rep


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An OIDC issuer that serves its keys."""
    found = Issuer()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def rep(reps: Reps) -> Client:
    """Someone of tenant 1."""
    return reps(1)


class Process:
    """A gateway in a process of its own, as it is deployed."""

    def __init__(self, child: Child, port: int) -> None:
        self.child = child
        self.port = port
        self.url = f"http://{LOOPBACK}:{port}"

    @property
    def peak_mb(self) -> int:
        """The most memory that it has had at once."""
        status = Path(f"/proc/{self.child.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    async def is_live(self) -> bool:
        """Whether it serves."""
        assert self.child.is_running()
        try:
            async with httpx.AsyncClient(verify=trusted(), trust_env=False) as http:
                return (await http.get(f"{self.url}/livez")).status_code == 200
        except httpx.TransportError:
            return False


Start: TypeAlias = Callable[..., Awaitable[Process]]


@contextmanager
def gateway_processes(database_url: str, logs: Path) -> Iterator[Start]:
    """Yields a function that starts a gateway process and returns when it serves; at the end all are stopped."""
    started: list[Process] = []

    async def start(kafka: str, **settings: str) -> Process:
        port = free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "GATEWAY_JWT_SECRET": SECRET,
            "HTTP_PORT": str(port),
            **settings,
        }
        command = Path(sys.executable).with_name("leadgen-gateway")
        child = Child.start([command], log=logs / f"gateway-{port}.log", env=environment)
        started.append(Process(child, port))
        await until(started[-1].is_live, within_s=60)
        return started[-1]

    try:
        yield start
    finally:
        for process in started:
            process.child.stop()


@pytest.fixture
def start_gateway(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """`await start_gateway(kafka, CHAT_TIMEOUT_S="1")`: a gateway process that serves; stopped at the end."""
    with gateway_processes(database_url, tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
async def start_gateway_of_module(
    postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Start]:
    """Starts processes that the tests of a module share, on a database of the module's own."""
    name = f"module_{new_id().hex}"
    server = await asyncpg.connect(postgres_server)
    try:
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY FILE_COPY")
        url = urlsplit(postgres_server)._replace(path=f"/{name}").geturl()
        with gateway_processes(url, tmp_path_factory.mktemp("gateway")) as start:
            yield start
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


@pytest.fixture
def say(kafka: str) -> Callable[..., Awaitable[None]]:
    """`await say(request_id, fact, ...)`: services announce these facts as following from the request."""

    async def announce(request_id: UUID | str, *facts: Event) -> None:
        sent = [
            (fact, Envelope(new_id(), fact.tenant_id, "interactive", correlation_id=str(request_id))) for fact in facts
        ]
        await publish(kafka, sent)

    return announce


@pytest.fixture
def tokens() -> Callable[..., str]:
    """Tokens that this gateway takes, unless a test says otherwise."""

    def make(
        tenant_id: int = 1,
        *,
        secret: str = SECRET,
        valid: timedelta = timedelta(hours=1),
        role: Role = Role.SDR,
        user: str = "rep@example.com",
    ) -> str:
        return token(secret, tenant_id, user, valid=valid, role=Role(role))

    return make
