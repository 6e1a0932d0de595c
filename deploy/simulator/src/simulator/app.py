"""The simulator as one ASGI application: an HTTP forward proxy to the town, and its own endpoints.

A request belongs to the town when its target is absolute (`GET http://host/path`, as to a proxy) or its Host is a
`.example` name. All others, and those to `simulator.local`, are for the simulator itself: its vendors, each under a
prefix of its own, and the control endpoints.
"""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.connection import Connection
from simulator.control import control
from simulator.draws import draws
from simulator.faults import Fault, Faults
from simulator.latency import up_to
from simulator.ledger import Ledger
from simulator.register.registry import TLD
from simulator.settings import Settings
from simulator.town import hostile
from simulator.town.town import Answer, Town
from simulator.vendors.dispatcher import Dispatcher

OWN_HOST = "simulator.local"
_SCHEME = "http://"


class Simulator:
    """The application. `close` ends the waiting of every request; after that none waits."""

    def __init__(self, settings: Settings) -> None:
        latency = up_to(settings.latency_ms, settings.latency_to_ms)
        self.town = Town(settings.seed, settings.real_share)
        self.faults = Faults(latency, settings.seed)
        self.ledger = Ledger()
        self._slow_ms = settings.slow_ms
        self.vendors = Dispatcher(self.town, settings)
        self._control: ASGIApp = control(self.town, self.faults, self.ledger, latency, self.vendors)
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Ends all waiting: latency, slow sites and hangs."""
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request, by its host."""
        target: str = scope["raw_path"].decode("latin-1")
        connection = Connection(scope, receive, send, self._closing)
        if scope["method"] == "CONNECT":
            await connection.reply(Answer(501, b"The simulator's sites speak plain http: no CONNECT.\n"))
        elif target.startswith(_SCHEME):
            host, slash, path = target.removeprefix(_SCHEME).partition("/")
            if host.partition(":")[0] == OWN_HOST:
                own = {**scope, "path": scope["path"].partition(host)[2] or "/", "raw_path": (slash + path).encode()}
                await self._own(own, receive, send)
            else:
                await self._visit(host, f"/{path}", connection)
        else:
            host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
            if host.partition(":")[0].endswith(TLD):
                await self._visit(host, target, connection)
            else:
                await self._own(scope, receive, send)

    async def _own(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a request to the simulator itself."""
        if self.vendors.serves(scope["path"]):
            await self.vendors.serve(scope["path"], Connection(scope, receive, send, self._closing))
        else:
            await self._control(scope, receive, send)

    async def _visit(self, authority: str, path: str, connection: Connection) -> None:
        """Handles a request to a site, with the fault that was injected for it."""
        host, _, port = authority.lower().partition(":")
        query: bytes = connection.scope["query_string"]
        self.ledger.record(host, f"{path}?{query.decode('latin-1')}" if query else path)
        fault = self.faults.take(host, path)
        wait_ms = self.faults.delay_ms()
        if fault is not None:
            if fault.kind == "drop":
                await connection.break_off()
                return
            if fault.kind == "hang":
                await connection.hang()
            wait_ms += fault.delay_ms if fault.kind == "slow" else 0
        answer = self._answer(host, port, path, connection.scope["method"], fault)
        if answer.is_slow:
            wait_ms += self._slow_ms * (0.5 + draws(self.town.seed, path.encode(), len(host))[0] / 65_536)
        if wait_ms:
            await connection.pause(wait_ms / 1000)
        await connection.reply(answer)

    def _answer(self, host: str, port: str, path: str, method: str, fault: Fault | None) -> Answer:
        if fault is not None and fault.manner is not None:
            return hostile.answer_as(fault.manner, path)
        if fault is not None and fault.kind != "slow":
            status = fault.status if fault.kind == "fail" else 504
            return Answer(status, b"This failure was injected.\n")
        if port not in ("", "80"):
            return Answer(502, f"Nothing listens on port {port} of {host}.\n".encode())
        if method not in ("GET", "HEAD"):
            return Answer(405, b"The town's sites are for reading.\n")
        return hostile.answer(host, path) or self.town.answer(host, path)
