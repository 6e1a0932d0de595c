"""The simulator as one ASGI application: an HTTP forward proxy to the town, and its own endpoints beside it.

A request belongs to the town when its target is absolute (`GET http://host/path`, as to a proxy) or its Host is a
`.example` name. All others, and those to `simulator.local`, are for the simulator itself.
"""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.control import control
from simulator.draws import draws
from simulator.faults import Fault, Faults, Latency
from simulator.ledger import Ledger
from simulator.registry import TLD
from simulator.settings import Settings
from simulator.town import Answer, Town

OWN_HOST = "simulator.local"
_SCHEME = "http://"


class Simulator:
    """The application. `close` lets go of every request that waits; after it none waits again."""

    def __init__(self, settings: Settings) -> None:
        latency = Latency(median_ms=settings.latency_ms)
        self.town = Town(settings.seed)
        self.faults = Faults(latency, settings.seed)
        self.ledger = Ledger()
        self._slow_ms = settings.slow_ms
        self._own: ASGIApp = control(self.town, self.faults, self.ledger, latency)
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Ends all waiting: latency, slow sites and hangs."""
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, by whom it is for."""
        target: str = scope["raw_path"].decode("latin-1")
        if scope["method"] == "CONNECT":
            await _reply(send, Answer(501, b"The simulator's sites speak plain http: no CONNECT.\n"))
        elif target.startswith(_SCHEME):
            host, slash, path = target.removeprefix(_SCHEME).partition("/")
            if host.partition(":")[0] == OWN_HOST:
                own = {**scope, "path": scope["path"].partition(host)[2] or "/", "raw_path": (slash + path).encode()}
                await self._own(own, receive, send)
            else:
                await self._visit(host, f"/{path}", scope, receive, send)
        else:
            host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
            if host.partition(":")[0].endswith(TLD):
                await self._visit(host, target, scope, receive, send)
            else:
                await self._own(scope, receive, send)

    async def _visit(self, authority: str, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A request to a site, with the trouble that was ordered for it."""
        host, _, port = authority.lower().partition(":")
        query: bytes = scope["query_string"]
        self.ledger.record(host, f"{path}?{query.decode('latin-1')}" if query else path)
        fault = self.faults.take(host, path)
        wait_ms = self.faults.delay_ms()
        if fault is not None:
            if fault.kind == "drop":
                await _break_off(scope, receive)
                return
            if fault.kind == "hang":
                await self._hang(receive)
            wait_ms += fault.delay_ms if fault.kind == "slow" else 0
        answer = self._answer(host, port, path, scope["method"], fault)
        if answer.is_slow:
            wait_ms += self._slow_ms * (0.5 + draws(self.town.seed, path.encode(), len(host))[0] / 65_536)
        if wait_ms:
            await self._pause(wait_ms / 1000)
        await _reply(send, answer)
        if answer.sent is not None:
            await _break_off(scope, receive)

    def _answer(self, host: str, port: str, path: str, method: str, fault: Fault | None) -> Answer:
        if fault is not None and fault.kind != "slow":
            status = fault.status if fault.kind == "fail" else 504
            return Answer(status, b"This failure was ordered.\n")
        if port not in ("", "80"):
            return Answer(502, f"Nothing listens on port {port} of {host}.\n".encode())
        if method not in ("GET", "HEAD"):
            return Answer(405, b"The town's sites are for reading.\n")
        return self.town.answer(host, path)

    async def _pause(self, seconds: float) -> None:
        """Waits, or less when the simulator closes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    async def _hang(self, receive: Receive) -> None:
        """Waits until the client is gone or the simulator closes."""
        closing = asyncio.create_task(self._closing.wait())
        gone = asyncio.create_task(_disconnected(receive))
        await asyncio.wait((closing, gone), return_when=asyncio.FIRST_COMPLETED)
        for task in (closing, gone):
            task.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _break_off(scope: Scope, receive: Receive) -> None:
    """Closes the connection under the client, once what was sent is out."""
    scope["state"]["break_off"]()
    await _disconnected(receive)


async def _reply(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
    ]
    if answer.location is not None:
        headers.append((b"location", answer.location.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = answer.body[: answer.sent]
    await send({"type": "http.response.body", "body": body, "more_body": answer.sent is not None})
