"""A proxy in front of an Odoo that records the called methods."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

#: The methods that write.
WRITES = ("load", "create", "write", "unlink")
#: What of a request's headers Odoo goes by.
KEPT = ("authorization", "content-type", "x-odoo-database")


@dataclass
class Counter:
    """The calls through the proxy."""

    calls: list[str] = field(default_factory=list)

    def since(self, before: int) -> tuple[int, int]:
        """Counts all calls, and those that write."""
        made = self.calls[before:]
        return len(made), sum(call in WRITES for call in made)


@asynccontextmanager
async def counted(url: str, counter: Counter) -> AsyncIterator[str]:
    """Yields the address of a proxy to this server that records each call's method."""
    async with AsyncExitStack() as running:
        limits = httpx.Limits(max_keepalive_connections=8)
        odoo = await running.enter_async_context(
            httpx.AsyncClient(base_url=url, timeout=120, trust_env=False, limits=limits)
        )

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while True:
                    await _relay(reader, writer, odoo, counter)
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**20)
        running.callback(server.close)
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, odoo: httpx.AsyncClient, counter: Counter
) -> None:
    """Forwards one request and its answer."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    pairs = (line.partition(": ") for line in lines[1:] if line)
    headers = {name.lower(): value for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    counter.calls.append(called(path, body))
    kept: dict[str, str] = {name: headers[name] for name in KEPT if name in headers}
    answer = await odoo.request(method, path, content=body, headers=kept)
    kind = answer.headers.get("content-type", "text/plain")
    head = f"HTTP/1.1 {answer.status_code} X\r\nContent-Type: {kind}\r\nContent-Length: {len(answer.content)}\r\n\r\n"
    writer.write(head.encode("latin-1") + answer.content)
    await writer.drain()


def called(path: str, body: bytes) -> str:
    """Returns the method that a request calls: the end of JSON-2's path, or execute_kw's fifth argument in JSON-RPC."""
    parts = urlsplit(path).path.strip("/").split("/")
    if parts[:2] == ["json", "2"]:
        return parts[-1]
    arguments: Mapping[str, object] = json.loads(body).get("params", {}) if body else {}
    match arguments:
        case {"method": "execute_kw", "args": [_, _, _, _, str(method), *_]}:
            return method
        case {"method": str(method)}:
            return method
    return parts[-1]
