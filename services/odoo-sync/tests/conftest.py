"""An Odoo to test against: a real HTTP server that behaves like JSON-2's `fields_get` and `load`, as 19 was seen to.

It keeps Odoo's state (external id -> record) and can be told to fail; the tests ask what stands in it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

COLUMNS = {
    "res.partner": {
        *("name", "is_company", "ref", "company_registry", "country_id", "website", "street", "zip"),
        *("type", "parent_id", "email", "phone"),
    },
    "crm.lead": {
        *("name", "type", "partner_id", "partner_name", "description", "website", "email_from", "phone", "user_id"),
    },
}


@dataclass
class FakeOdoo:
    """Odoo 19 as far as `fields_get` and `load` go ; it is told what to fail at by `faults`, one per call."""

    url: str = ""
    api_key: str = "k" * 40
    columns: dict[str, set[str]] = field(default_factory=lambda: {model: set(has) for model, has in COLUMNS.items()})
    records: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {"res.partner": {}, "crm.lead": {}})
    external: dict[str, tuple[str, int]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def record(self, external_id: str) -> dict[str, Any]:
        model, number = self.external[external_id]
        return self.records[model][number]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))))
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

    def answer(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, str, Any]:
        *_, model, method = path.split("/")
        self.calls.append(f"{model}.{method}")
        fault = self.faults.pop(0) if self.faults else ""
        match fault:
            case "500" | "503":
                return (
                    int(fault),
                    "",
                    {"name": "builtins.ValueError", "message": "broken", "debug": "Traceback: secret"},
                )
            case "429":
                return 429, "Retry-After: 7\r\n", b"slow down"
            case "redirect":
                return 303, "Location: /web/login\r\n", b""
            case "hang":
                return 0, "", None
            case "not json":
                return 200, "", b"<html>maintenance</html>"
            case "race":
                return 200, "", {"ids": False, "messages": [{"message": "could not serialize access due to update"}]}
        status, more, answer = self.done(model, method, headers, body)
        return (1, "", None) if fault == "cut" else (status, more, answer)

    def done(self, model: str, method: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, str, Any]:
        if headers.get("authorization") != f"bearer {self.api_key}":
            return 401, "WWW-Authenticate: Bearer\r\n", {"name": "werkzeug.Unauthorized", "message": "Invalid apikey"}
        if headers.get("x-odoo-database") != "leads":
            return 404, "", b"<html>not found</html>"
        if method == "get_metadata":
            [number] = body["ids"]
            if number not in self.records[model]:
                return 404, "", {"name": "odoo.exceptions.MissingError", "message": "Record does not exist"}
            names = [name for name, place in self.external.items() if place == (model, number)]
            return 200, "", [{"id": number, "xmlids": [{"xmlid": name, "noupdate": False} for name in names]}]
        if method == "fields_get":
            return 200, "", {column: {"type": "char"} for column in self.columns[model]}
        status, answer = self.load(model, **body)
        return status, "", answer

    def load(self, model: str, fields: list[str], data: list[list[Any]], context: dict[str, Any]) -> tuple[int, Any]:
        [row] = [dict(zip(fields, values, strict=True)) for values in data]
        if any(isinstance(value, bool) for value in row.values()):
            return 500, {"name": "builtins.AttributeError", "message": "'bool' object has no attribute 'lower'"}
        external_id = row.pop("id")
        for column in row:
            if column.split("/")[0] not in self.columns[model]:
                return 500, {"name": "builtins.ValueError", "message": f"Invalid field {column!r}"}
        for column in ("parent_id/id", "partner_id/id"):
            if row.get(column) and row[column] not in self.external:
                return 200, {
                    "ids": False,
                    "messages": [{"type": "error", "message": f"No matching record {row[column]}"}],
                }
        if not row.get("name", external_id in self.external):
            return 200, {"ids": False, "messages": [{"type": "error", "message": "Missing required value: name"}]}
        _, number = self.external.setdefault(
            external_id, (model, max([0, *self.records["res.partner"], *self.records["crm.lead"]]) + 1)
        )
        made = {"type": "opportunity", "user_id/id": "the API user"} if model == "crm.lead" else {}
        self.records[model].setdefault(number, made).update(row)
        if row.get("email_from"):  # as Odoo does: a lead's address becomes that of the partner it hangs on
            self.record(row["partner_id/id"])["email"] = row["email_from"]
        return 200, {"ids": [number], "messages": [], "nextrow": 0}


@pytest.fixture
async def fake() -> AsyncIterator[FakeOdoo]:
    """An Odoo with nothing in it."""
    fake = FakeOdoo()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield fake
    server.close()
    await server.wait_closed()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client
