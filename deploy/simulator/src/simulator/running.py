"""A simulator inside this process's event loop, on loopback unless its settings name another address."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import unquote

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.app import Simulator
from simulator.settings import Settings


class _Protocol(HttpToolsProtocol):
    """Gives the application what ASGI lacks: breaking off, the client's departure, and a proxy's whole targets."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {"break_off": transport.close, "is_gone": transport.is_closing}

    def on_headers_complete(self) -> None:
        target = self.url.partition(b"?")[0]
        path = unquote(target.decode("ascii"))
        if self.parser.get_method() == b"CONNECT":
            self.url = b"/"  # uvicorn takes targets apart, and this one is a place
        super().on_headers_complete()
        self.scope["raw_path"] = target  # in time: the application has its task, which has not begun
        self.scope["path"] = path


class _Server(Server):
    """Reports when it listens, and leaves signals to the owner of the process."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listener(host: str, port: int) -> socket.socket:
    """Opens a socket whose connections send at once: asyncio disables Nagle's delay only for an explicit protocol."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[str]:
    """Serves while the block runs, and yields the proxy's URL. At its end all waiting stops.

    Raises OSError where the port is taken or the host is no address of this machine.
    """
    simulator = Simulator(settings)
    listener = _listener(settings.host, settings.port)
    server = _Server(
        Config(
            simulator,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.listening.wait()
    try:
        yield f"http://{settings.host}:{listener.getsockname()[1]}"
    finally:
        simulator.close()
        server.should_exit = True
        await serving
