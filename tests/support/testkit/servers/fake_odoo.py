"""An Odoo on loopback, as far as odoo-sync calls it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class FakeOdoo:
    """An Odoo as far as odoo-sync calls its JSON-2: a record per external id, over real HTTP."""

    url: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    is_away: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        named = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        if self.is_away:
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        answer = json.dumps(self.answer(request.split()[1].rpartition("/")[2], named)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        writer.close()

    def answer(self, method: str, named: dict[str, Any]) -> Any:
        match method, named:
            case "version", _:  # GET /web/version
                return {"version": "19.0"}
            case "check_access_rights", _:
                return True
            case "get_param", {"key": "database.uuid"}:
                return "0b1e8f1c-5c1d-4a55-9f0b-2f7a3c9d6e21"
            case "fields_get", _:
                return {"name": {"type": "char"}, "description": {"type": "text"}}
            case "load", {"fields": fields, "data": rows} if ".id" in fields:  # records that are there
                return {"ids": [int(row[fields.index(".id")]) for row in rows], "messages": []}
            case "load", {"fields": fields, "data": rows}:
                names = [row[fields.index("id")] for row in rows]
                return {"ids": [self.numbers.setdefault(name, len(self.numbers) + 1) for name in names], "messages": []}
            case "search_read", {"domain": [["name", "in", modules], _]}:
                return [{"name": name} for name in modules]
            case "search_read", {"domain": [["id", "in", numbers]]}:
                return [{"id": number, "name": "ACME"} for number in numbers]
            case "search_read", _:  # of what others had there before us
                return []
        raise AssertionError(f"odoo-sync calls {method} with {named}, which this Odoo does not know")


@asynccontextmanager
async def fake_odoo() -> AsyncIterator[FakeOdoo]:
    """An Odoo with nothing in it, on a free port."""
    fake = FakeOdoo()
    async with await asyncio.start_server(fake.serve, "127.0.0.1", 0) as server:
        fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield fake
