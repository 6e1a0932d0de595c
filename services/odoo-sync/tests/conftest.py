"""An Odoo to test against: a real HTTP server that answers as 14 and 19 were seen to, over JSON-2 and JSON-RPC.

It can be made to fail; the tests inspect its records (testkit.servers.odoo_records).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest

from odoo_sync.model import OdooConnection
from odoo_sync.protocols.servers import OdooServer
from testkit.servers.odoo_models import OdooModels
from testkit.servers.odoo_records import UID, OdooError
from testkit.trusted import trusted

#: Arguments that JSON-RPC gives by place; Odoo 14 knows them by other names.
BY_PLACE = {"create": "vals_list", "default_get": "fields", "search": "domain", "search_count": "domain"}


@dataclass
class FakeOdoo(OdooModels):
    """Odoo behind HTTP. `faults` are failures to come, one per call of a model's method.

    `failing_share` of the calls fail at random (seeded). `requests` counts HTTP requests of any kind.
    """

    url: str = ""
    api_key: str = "k" * 40
    login: str = "sync@example.com"
    calls: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    logins: int = 0
    faults: list[str] = field(default_factory=list)
    is_down: bool = False
    front: int | None = None
    is_postgres_down: bool = False
    failing_share: float = 0
    requests: int = 0
    chance: Random = field(default_factory=lambda: Random(20261129))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))) or "null")
        status, more, answer = self.answer(head[0].split()[1], headers, body)
        if answer is not None:
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            writer.write(
                f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(sent)}\r\nConnection: close\r\n\r\n".encode()
            )
            writer.write(sent)
        elif status == 0:
            await reader.read()  # hangs until the client gives up
        writer.close()

    def answer(self, path: str, headers: dict[str, str], body: Any) -> tuple[int, str, Any]:
        self.requests += 1
        if self.front is not None:  # a proxy, a firewall or a status page in front
            where = "Location: https://status.example/?token=secret\r\n" if self.front == 302 else ""
            return self.front, where, b"<html>not now</html>"
        if self.is_down:
            return 503, "", b"<html>upgrading</html>"
        if path == "/web/health?db_server_status=1":
            return (500, "", {"status": "fail"}) if self.is_postgres_down else (200, "", {"status": "pass"})
        if self.is_postgres_down and path.startswith("/json/2/"):
            return 404, "", b"<html>not found</html>"
        match path.strip("/").split("/"):
            case ["web", "version"] if self.version >= 19:
                return 200, "", {"version_info": [self.version, 0, 0, "final", 0, ""], "version": f"{self.version}.0"}
            case ["json", "2", model, method] if self.version >= 19:
                return self.json2(model, method, headers, body)
            case ["jsonrpc"]:
                return self.json_rpc(**body["params"])
        return 404, "", b"<html>not found</html>"

    def json2(self, model: str, method: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, str, Any]:
        def called() -> Any:
            if headers.get("authorization") != f"bearer {self.api_key}":
                raise OdooError(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey")
            return self.call(model, method, **body)

        fault = self.fault(f"{model}.{method}", body)
        if fault and fault != "cut":
            return self.failing(fault)
        if headers.get("x-odoo-database") != "leads":
            return 404, "", b"<html>not found</html>"
        try:
            status, answer = 200, called()
        except OdooError as error:
            status, answer = error.status, error.body
        return (1, "", None) if fault == "cut" else (status, "", json.dumps(answer).encode())

    def json_rpc(self, service: str, method: str, args: list[Any]) -> tuple[int, str, Any]:
        def answered(result: Any) -> dict[str, Any]:
            return {"jsonrpc": "2.0", "id": 1, "result": result}

        if (service, method) == ("common", "version"):
            return 200, "", answered({"server_version_info": [self.version, 0, 0, "final", 0, ""]})
        try:
            if args[0] != "leads":
                raise OdooError(500, "psycopg2.OperationalError", f'FATAL:  database "{args[0]}" does not exist')
            if (service, method) == ("common", "authenticate"):
                self.logins += 1
                return 200, "", answered(UID if args[1:3] == [self.login, self.api_key] else False)
            _, uid, key, model, name, positional, named = args
            fault = self.fault(f"{model}.{name}", named)
            if fault and fault != "cut":
                return self.failing(fault)
            if (uid, key) != (UID, self.api_key):
                raise OdooError(403, "odoo.exceptions.AccessDenied", "Access Denied")
            others = ("ir.module.module", "res.country", "res.company", "ir.config_parameter", *self.named)
            if self.version < 15 and name in ("search", "search_count") and not positional:
                raise OdooError(200, "builtins.TypeError", f"{name}() got an unexpected keyword argument 'domain'")
            if model not in (*self.records, *others):
                raise OdooError(422, "odoo.exceptions.UserError", f"Object {model} doesn't exist")
            by_place = BY_PLACE.get(name, "ids")
            ids = {by_place: positional[0]} if positional else {}
            response = answered(self.call(model, name, **ids, **named))
        except OdooError as error:
            response = {
                "jsonrpc": "2.0",
                "id": 1,
                "error": {"code": 0 if self.version >= 19 else 200, "message": "Odoo Server Error", "data": error.body},
            }
            fault = ""
        return (1, "", None) if fault == "cut" else (200, "", response)

    def fault(self, call: str, body: dict[str, Any]) -> str:
        self.calls.append(call)
        self.bodies.append(body)
        if self.chance.random() < self.failing_share:
            return self.chance.choice(["500", "503", "cut"])  # before it was done, or after
        return self.faults.pop(0) if self.faults else ""

    def failing(self, fault: str) -> tuple[int, str, Any]:
        match fault:
            case "429":
                return 429, "Retry-After: 7\r\n", b"slow down"
            case "redirect":
                return 303, "Location: /web/login\r\n", b""
            case "hang":
                return 0, "", None
            case "not json":
                return 200, "", b"<html>maintenance</html>"
            case "race":
                raced = {"ids": False, "messages": [{"message": "could not serialize access due to update"}]}
                return 200, "", raced if self.version >= 19 else {"jsonrpc": "2.0", "id": 1, "result": raced}
        return int(fault), "", {"name": "builtins.ValueError", "message": "broken", "debug": "Traceback: secret"}


async def _served(fake: FakeOdoo) -> AsyncIterator[FakeOdoo]:
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0, limit=2**22)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield fake
    server.close()
    await server.wait_closed()


@pytest.fixture
async def fake() -> AsyncIterator[FakeOdoo]:
    """An Odoo 19 with nothing in it."""
    async for served in _served(FakeOdoo()):
        yield served


@pytest.fixture
async def older() -> AsyncIterator[FakeOdoo]:
    """An Odoo 14 with nothing in it: JSON-RPC only, and no company_registry."""
    fake = FakeOdoo(version=14)
    fake.columns["res.partner"].remove("company_registry")
    async for served in _served(fake):
        yield served


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=trusted()) as client:
        yield client


@pytest.fixture(params=["fake", "older"])
def server(request: pytest.FixtureRequest) -> Any:
    """An Odoo 19, then an Odoo 14."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def odoo(server: Any, http: httpx.AsyncClient) -> OdooServer:
    """The connection to that server."""
    return OdooServer(http, OdooConnection(server.url, "leads", server.api_key, server.login), timeout_s=5)
