"""An Odoo to test against: a real HTTP server that answers as 14 and 19 were seen to, over JSON-2 and JSON-RPC.

It keeps Odoo's state (external id -> record) and can be made to fail; the tests inspect that state. Records hold
what `load` or `write` gave them, by those columns; `read` and `search_read` give it back in Odoo's types.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest

from odoo_sync.model import OdooConnection
from odoo_sync.protocols.servers import OdooServer
from testkit.trusted import trusted

COLUMNS = {
    "res.partner": {
        *("name", "is_company", "ref", "company_registry", "vat", "country_id", "website", "street", "zip", "city"),
        *("type", "parent_id", "commercial_partner_id", "email", "phone", "function", "comment", "active"),
    },
    "crm.lead": {
        *(
            "name",
            "type",
            "partner_id",
            "partner_name",
            "contact_name",
            "description",
            "website",
            "email_from",
            "phone",
        ),
        *("function", "user_id", "active", "team_id", "tag_ids", "source_id", "priority", "probability"),
    },
    "mail.message": {"model", "res_id", "body", "message_type", "subtype_id", "mail_activity_type_id"},
    "mail.activity": {
        *("res_model", "res_model_id", "res_id", "activity_type_id", "summary", "note", "date_deadline", "user_id"),
        "active",
    },
}
#: Arguments that JSON-RPC gives by place; Odoo 14 knows them by other names.
BY_PLACE = {"create": "vals_list", "default_get": "fields", "search": "domain", "search_count": "domain"}
MAGIC = {"id", "write_date", "write_uid", "create_date", "display_name"}
UID = 2


class OdooError(Exception):
    """A failure that Odoo answers with: an HTTP status over JSON-2, a name over both protocols."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "name": name,
            "message": message,
            "arguments": [message],
            "context": {},
            "debug": "Traceback: secret",
        }


@dataclass
class FakeOdoo:
    """Odoo as far as odoo-sync calls it. `faults` are failures to come, one per call of a model's method.

    `failing_share` of the calls fail at random (seeded). `requests` counts HTTP requests of any kind.
    """

    version: int = 19
    url: str = ""
    api_key: str = "k" * 40
    login: str = "sync@example.com"
    columns: dict[str, set[str]] = field(default_factory=lambda: {model: set(has) for model, has in COLUMNS.items()})
    records: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {model: {} for model in COLUMNS})
    external: dict[str, tuple[str, int]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=lambda: {"contacts", "crm"})
    rights: set[str] = field(default_factory=lambda: {"read", "create", "write"})
    calls: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    logins: int = 0
    faults: list[str] = field(default_factory=list)
    is_down: bool = False
    front: int | None = None
    is_postgres_down: bool = False
    failing_share: float = 0
    requests: int = 0
    written: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=lambda: {"database.uuid": "uuid-1"})
    is_administrator: bool = False
    company_made: str = "2025-01-01 00:00:00"
    hidden: set[int] = field(default_factory=set)
    countries: dict[int, str] = field(default_factory=lambda: {197: "SG", 157: "MY", 100: "ID"})
    refused_models: set[str] = field(default_factory=set)
    has_leads_setting: bool = True
    required: set[str] = field(default_factory=lambda: {"name"})
    defaults: dict[str, Any] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=lambda: {"crm.team": {"Sales"}, "res.users": {"Ann"}})
    chance: Random = field(default_factory=lambda: Random(20261129))
    _number: int = 0
    _clock: int = 0

    def record(self, external_id: str) -> dict[str, Any]:
        model, number = self.external[external_id]
        return self.records[model][number]

    def add(self, model: str, external_id: str | None = None, /, **columns: Any) -> int:
        """A record that people made; returns its number."""
        self._number = max([self._number, *(number for held in self.records.values() for number in held)]) + 1
        self.records[model][self._number] = dict(columns)
        self._touch(model, self._number)
        self.made[f"{model},{self._number}"] = self.written[f"{model},{self._number}"]
        if external_id:
            self.external[external_id] = (model, self._number)
        return self._number

    def read(self, model: str, number: int) -> dict[str, Any]:
        """The record as `read` gives it."""
        fields = self.columns[model] | MAGIC
        return {"id": number, **{name: self._value(model, number, name) for name in fields - {"id"}}}

    # ---- HTTP

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

    # ---- models

    def call(self, model: str, method: str, *, context: dict[str, Any] | None = None, **named: Any) -> Any:
        if model == "res.country":
            return [{"id": number, "code": code} for number, code in self.countries.items()]
        if model in self.named:
            return sum(term[2] in self.named[model] for term in named["domain"] if term != "|" and term[0] == "name")
        if method == "default_get":
            kind = "lead" if self.has_leads_setting else "opportunity"
            return {name: it for name, it in {"type": kind, **self.defaults}.items() if name in named["fields"]}
        if model == "res.company":
            return [{"id": 1, "create_date": self.company_made}]
        if model == "ir.config_parameter":
            if not self.is_administrator:
                raise OdooError(403, "odoo.exceptions.AccessError", "You are not allowed to access 'System Parameter'")
            return self.parameters.get(named["key"], False)
        if model == "ir.module.module":
            return True if method == "check_access_rights" else [{"id": 1, "name": name} for name in self.modules]
        if model not in self.records or (model == "crm.lead" and "crm" not in self.modules):
            raise OdooError(404, "werkzeug.exceptions.NotFound", f"the model {model!r} does not exist")
        if method == "check_access_rights":
            return named["operation"] in self.rights
        if method == "fields_get":
            columns = self.columns[model] | MAGIC
            html = "html" if self.version >= 15 else "text"
            types = {"description": html, "body": "html", "note": "html"}
            return {
                it: {"type": types.get(it, "char"), "string": it.title(), "required": it in self.required}
                for it in columns
            }
        if method in ("read", "get_metadata", "write") and self.hidden & set(named["ids"]):
            raise OdooError(403, "odoo.exceptions.AccessError", f"you may not read: Something ({model})")
        if method == "get_metadata":
            self._must_exist(model, named["ids"])
            return [self._metadata(model, number) for number in named["ids"]]
        if method == "load":
            return self.load(model, named["fields"], named["data"], context or {})
        if method == "create":
            return [self.add(model, **columns) for columns in named["vals_list"]]
        if method == "write":
            self._must_exist(model, named["ids"])
            for number in named["ids"]:
                self.records[model][number].update(named["vals"])
                self._touch(model, number)
            return True
        if method == "read":
            wanted = [number for number in named["ids"] if number in self.records[model]]
            return [self._read(model, number, named.get("fields")) for number in wanted]
        if method in ("search_read", "search", "search_count"):
            domain, limit = named.get("domain") or [], named.get("limit")
            is_active_only = (context or {}).get("active_test", True) and "active" not in json.dumps(domain)
            found = [
                number
                for number in sorted(self.records[model].keys() - self.hidden)
                if self._fits(model, number, domain) and (not is_active_only or self._value(model, number, "active"))
            ][named.get("offset", 0) :][:limit]
            if method == "search_count":
                return len(found)
            return found if method == "search" else [self._read(model, it, named.get("fields")) for it in found]
        raise OdooError(404, "werkzeug.exceptions.NotFound", f"The method '{model}.{method}' does not exist")

    def load(self, model: str, fields: list[str], data: list[list[Any]], context: dict[str, Any]) -> dict[str, Any]:
        """All rows or none. With a bad row Odoo tries one after the other, stops at ten bad ones, and repeats the
        first one's words in the first row's name."""
        if any(isinstance(value, bool) for row in data for value in row):
            raise OdooError(500, "builtins.AttributeError", "'bool' object has no attribute 'lower'")
        for column in fields:
            if column not in ("id", ".id") and column.split("/")[0] not in self.columns[model]:
                raise OdooError(500, "builtins.ValueError", f"Invalid field name {column!r}")
        before = json.dumps([self.records, self.external, self.written, self._number, self._clock])
        ids: list[int] = []
        messages: list[dict[str, Any]] = []
        for nth, values in enumerate(data):
            try:
                ids.append(self._load_row(model, dict(zip(fields, values, strict=True)), context))
            except OdooError as error:
                messages.append({"type": "error", "rows": {"from": nth, "to": nth}, "record": nth, **error.body})
            if len(messages) >= 10:
                messages.append({"type": "warning", "message": "Found more than 10 errors"})
                break
        if messages:
            records, self.external, self.written, self._number, self._clock = json.loads(before)
            self.external = {name: (place[0], place[1]) for name, place in self.external.items()}
            self.records = {at: {int(number): it for number, it in held.items()} for at, held in records.items()}
            if messages[0]["record"] != 0:
                messages.insert(0, messages[0] | {"rows": {"from": 0, "to": 0}, "record": 0})
            return {"ids": False, "messages": messages, "nextrow": 0}
        return {"ids": ids, "messages": [], "nextrow": 0}

    def _load_row(self, model: str, row: dict[str, str], context: dict[str, Any]) -> int:
        external_id, number = row.pop("id", None), int(row.pop(".id", None) or 0)
        for column, value in row.items():
            self._must_resolve(column, value, context)
        if number:
            there = self.records[model].get(number)
            if there is None or (there.get("active") is False and context.get("active_test", True)):
                raise OdooError(422, "", f"Unknown database identifier '{number}'")
        elif external_id in self.external:
            at, number = self.external[external_id]
            if at != model:
                raise OdooError(422, "", f"For external id {external_id} found record of different model {at}")
            if number not in self.records[model]:
                number = 0
        if model in self.refused_models:
            raise OdooError(422, "", "The operation cannot be completed")
        if number in self.hidden:
            raise OdooError(403, "", f"Sorry, you may not read: Something ({model})")
        if model in ("res.partner", "crm.lead") and not row.get("name", number):
            raise OdooError(422, "", "Missing required value: name")
        if not self.rights >= {"write" if number else "create"}:
            raise OdooError(403, "", f"You are not allowed to modify {model!r} records.")
        if not number:
            made = {"type": "opportunity", "user_id/id": "the API user"} if model == "crm.lead" else {}
            number = self.add(model, external_id, **made)
        self.records[model][number].update(row)
        self._touch(model, number)
        partner = row.get("partner_id/id") or row.get("partner_id/.id")
        if row.get("email_from") and partner:  # as Odoo does: a lead's address becomes that of its partner
            at = int(partner) if partner.isdecimal() else self.external[partner][1]
            self.records["res.partner"][at]["email"] = row["email_from"]
        return number

    def _metadata(self, model: str, number: int) -> dict[str, Any]:
        """The external ids: all since Odoo 17, one before."""
        names = [name for name, place in self.external.items() if place == (model, number)]
        known = {"id": number, "xmlid": names[0] if names else False}
        return known | ({"xmlids": [{"xmlid": it, "noupdate": False} for it in names]} if self.version >= 17 else {})

    def restore(self, to: int, *strangers: tuple[str, dict[str, Any]]) -> None:
        """Restores a backup of when `to` was the last number; then people make records, which get the next numbers."""
        for held in self.records.values():
            for number in [it for it in held if it > to]:
                del held[number]
        self.external = {name: place for name, place in self.external.items() if place[1] <= to}
        self._number, self._clock = to, self._clock + 3600
        for model, columns in strangers:
            self.add(model, **columns)

    def _must_resolve(self, column: str, value: str, context: dict[str, Any]) -> None:
        if column in ("parent_id/id", "partner_id/id"):
            place = self.external.get(value) if value else ("", 0)
            if place is None or (value and place[1] not in self.records["res.partner"]):
                raise OdooError(422, "", f"No matching record found for external id {value!r}")
        if column == "country_id/.id" and int(value) not in self.countries:
            raise OdooError(422, "", f"No matching record found for database id {value!r} in field 'Country'")
        is_partner = column in ("parent_id/.id", "partner_id/.id")
        there = self.records["res.partner"].get(int(value)) if is_partner and value else {}
        if there is None or (there.get("active") is False and context.get("active_test", True)):
            raise OdooError(422, "", f"No matching record found for database id {value!r}")

    def _must_exist(self, model: str, ids: Sequence[int]) -> None:
        if not self.records[model].keys() >= set(ids):
            raise OdooError(404, "odoo.exceptions.MissingError", "Record does not exist or has been deleted.")

    def _touch(self, model: str, number: int) -> None:
        self._clock += 1
        self.written[f"{model},{number}"] = (
            f"2026-11-22 {self._clock // 3600:02}:{self._clock // 60 % 60:02}:{self._clock % 60:02}"
        )

    def _read(self, model: str, number: int, fields: Sequence[str] | None) -> dict[str, Any]:
        whole = self.read(model, number)
        for name in fields or ():
            if name not in whole:
                raise OdooError(500, "builtins.ValueError", f"Invalid field {name!r} on {model!r}")
        return {"id": number} | {name: whole[name] for name in fields or whole}

    def _value(self, model: str, number: int, name: str) -> Any:
        """A field in Odoo's types; of a many2one its number and name."""
        record = self.records[model][number]
        match name:
            case "id":
                return number
            case "active":
                return record.get("active", True) not in (False, "0")
            case "write_uid":
                return [UID, "us"]
            case "write_date":
                return self.written[f"{model},{number}"]
            case "create_date":
                return self.made[f"{model},{number}"]
        if name == "is_company":
            return record.get(name) in (True, "1")
        if name in ("parent_id", "partner_id"):
            given = record.get(name) or record.get(f"{name}/.id")
            at = int(given) if given else self.external.get(record.get(f"{name}/id", ""), ("", 0))[1]
            return [at, self.records["res.partner"].get(at, {}).get("name")] if at else False
        if name == "country_id":
            given = record.get(name) or int(record.get("country_id/.id") or 0)
            return [given, self.countries.get(given)] if given else False
        if name == "country_id.code":
            return "SG" if self._value(model, number, "country_id") else False
        if name == "commercial_partner_id":
            parent = self._value(model, number, "parent_id")
            return parent if parent and not self._value(model, number, "is_company") else [number, record.get("name")]
        if name in ("res_id", "probability"):
            return int(record.get(name) or 0)
        if name == "res_model":
            return record.get(name) or ("crm.lead" if record.get("res_model_id/id") == "crm.model_crm_lead" else False)
        if name == "user_id":
            return False if not (record.get(name) or record.get("user_id/id")) else [UID, record.get("user_id/id")]
        value = record.get(name) or False
        if name == "website" and value and "://" not in value:
            return f"http://{value}"
        return value

    def _fits(self, model: str, number: int, domain: list[Any]) -> bool:
        """Odoo's domains: terms in Polish notation, `&` between those that have no operator."""
        stack: list[bool] = []
        for term in reversed(domain):
            if term in ("&", "|"):
                one, other = stack.pop(), stack.pop()
                stack.append(one and other if term == "&" else one or other)
            elif term == "!":
                stack.append(not stack.pop())
            else:
                value = self._value(model, number, term[0])
                if term[1] == "child_of" and isinstance(value, list):
                    parent = self._value("res.partner", value[0], "parent_id")
                    stack.append(bool({value[0], parent and parent[0]} & set(term[2])))
                else:
                    stack.append(self._is(value, term[1], term[2]))
        return all(stack)

    @staticmethod
    def _is(value: Any, operator: str, wanted: Any) -> bool:
        value = value[0] if isinstance(value, list) else value
        match operator:
            case "=":
                return bool(value == wanted)
            case "!=":
                return bool(value != wanted)
            case "in":
                return value in wanted
            case "child_of":  # no partner
                return False
            case "not in":
                return value not in wanted
            case "ilike":
                return str(wanted).strip("%").lower() in str(value or "").lower()
            case "=ilike":
                parts = [{"%": ".*", "_": "."}.get(it, re.escape(it)) for it in str(wanted).lower()]
                return re.fullmatch("".join(parts), str(value or "").lower()) is not None
        raise OdooError(422, "builtins.ValueError", f"no operator {operator!r} here")


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
