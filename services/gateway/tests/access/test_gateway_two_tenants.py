"""Two tenants over every operation of the OpenAPI document, for every role: a new operation takes part by itself.

Tenant 2 has a row in every table of tenants. Its texts and times are ones that occur nowhere else. Tenant 1 asks for
everything that the document has, by tenant 2's own numbers and names.
"""

import asyncio
import runpy
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest

from gateway.access.caller import INCLUDES, ROLES
from gateway.access.permissions import ACCESS
from leadgen.ssic import seed_ssic
from leadgen.tenants.api_keys import create_api_key
from leadgen.tenants.tokens import GivenRole
from testkit.checkout import ROOT

#: A row of each table of tenants, kept complete by the tests of libs/common.
ROWS: Mapping[str, str] = runpy.run_path(str(ROOT / "libs" / "common" / "tests" / "postgres" / "test_row_security.py"))[
    "ROWS"
]

MARK, TIME = "of tenant two", "1999-09-09"
#: Tables that the gateway keeps in the background: they follow from others.
FOLLOWS = {"listed_companies", "list_clocks"}
#: Columns whose texts the code reads as one of a few words, though the table takes any.
WORDS = {"bucket", "job_type", "kind", "stage", "trigger", "lane", "vendor", "source", "act", "role"}

COLUMNS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = ANY($1::text[])
       AND data_type IN ('text', 'timestamp with time zone') AND is_generated = 'NEVER'
"""
HOLDERS = """
    SELECT table_name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = $1 AND table_name = ANY($2::text[]) ORDER BY table_name
"""


class Operation(NamedTuple):
    """An operation of the document, with the names of its path's parameters and the schema of its body."""

    method: str
    path: str
    names: tuple[str, ...]
    body: Mapping[str, Any] | None
    is_stream: bool

    @property
    def access(self) -> str:
        """The least role, by the table of permissions."""
        paths = {row.replace(":path}", "}"): access for row, access in ACCESS.items()}
        return paths[f"{self.method} {self.path}"]

    def is_allowed(self, role: str) -> bool:
        return self.access == "anyone" or self.access in INCLUDES[role]  # type: ignore[index]


class World(NamedTuple):
    """A gateway with a full tenant 2, and what tenant 1 needs to ask for tenant 2's things."""

    http: httpx.AsyncClient
    operations: list[Operation]
    ids: Mapping[str, str]
    callers: Mapping[str, tuple[str, Mapping[str, str]]]  # by name: role and headers


@pytest.fixture
async def world(
    serve, kafka, owner, database_url, tokens: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setattr("gateway.routes.jobs.jobs.ANSWER_S", 0.1)  # no upserter runs here that would answer
    await seed_ssic(database_url)
    limits = ("tenant_requests_per_minute", "requests_per_minute", "tenant_requests_per_minute_and_replica")
    async with serve(kafka, chat_timeout_s=0.1, **dict.fromkeys(limits, 10**6)) as reps:
        http = reps(1).http
        del http.headers["Authorization"]
        document = (await http.get("/openapi.json")).json()
        operations = list(operations_of(document))
        names = {name for operation in operations for name in operation.names}
        await fill(owner, tenant_id=2, unmarked=names)
        key = await create_api_key(database_url, 1, name="all", role=GivenRole.ADMIN, operator="test")
        callers: dict[str, tuple[str, Mapping[str, str]]] = {
            role: (role, {"Authorization": f"Bearer {tokens(1, role=role)}"}) for role in ROLES
        }
        yield World(
            http,
            operations,
            {name: await id_of(owner, name) for name in names},
            {**callers, "key": ("admin", {"x-api-key": str(key)})},
        )


async def test_tenants_never_meet_at_any_operation_in_any_role(world: World, owner, tokens) -> None:
    """Roles are as declared; no answer has anything of tenant 2 in it, and no request changes anything of tenant 2."""
    before = await rows_of(owner, 2)
    assert len(before) >= len(ROWS) - len(FOLLOWS)

    for name, (role, headers) in world.callers.items():
        answers = await asyncio.gather(*(ask(world, operation, headers) for operation in world.operations))
        for operation, answer in zip(world.operations, answers, strict=True):
            where = (name, operation.method, operation.path, answer.status_code, answer.text[:300])
            assert answer.status_code < 500, where
            assert (answer.status_code == 403) == (not operation.is_allowed(role)), where
            assert answer.status_code != 401, where
            if operation.access != "ops":  # operators see the nights of all tenants
                assert MARK not in answer.text, where
                assert TIME not in answer.text, where
    assert await rows_of(owner, 2) == before

    # It could have been seen: tenant 2 sees it.
    own = [{"Authorization": f"Bearer {tokens(2, role=role)}"} for role in ("sdr", "admin")]
    reading = [it for it in world.operations if it.method == "GET" and it.access != "ops" and not it.is_stream]
    seen = await asyncio.gather(*(ask(world, operation, headers) for operation in reading for headers in own))
    shown = {str(answer.request.url.path) for answer in seen if MARK in answer.text or TIME in answer.text}
    assert len(shown) >= 8, shown


async def test_a_tenant_cannot_be_chosen_beside_the_credential(world: World, owner) -> None:
    """By header: 403 at every operation. In the query or the body: it is refused, or changes nothing."""
    before = await rows_of(owner, 2)
    for role, headers in world.callers.values():
        allowed = [it for it in world.operations if it.is_allowed(role) and it.access not in ("ops", "anyone")]
        chosen = await asyncio.gather(*(ask(world, it, {**headers, "X-Tenant-ID": "2"}) for it in allowed))
        assert {(answer.status_code, answer.json()["title"]) for answer in chosen} <= {(403, "Other tenant")}
        hidden = await asyncio.gather(*(ask(world, it, headers, tenant_id=2) for it in allowed))
        for operation, answer in zip(allowed, hidden, strict=True):
            where = (role, operation.method, operation.path, answer.status_code, answer.text[:300])
            assert answer.status_code < 500, where
            assert MARK not in answer.text and TIME not in answer.text, where  # noqa: PT018 # the same place
    assert await rows_of(owner, 2) == before


async def test_nothing_is_open_without_a_credential(world: World) -> None:
    """401 at every operation of the document, whatever it is sent."""
    for headers in ({}, {"X-Tenant-ID": "1"}, {"x-api-key": "x"}, {"Authorization": "Bearer x"}, {"Cookie": "token=x"}):
        answers = await asyncio.gather(*(ask(world, operation, headers) for operation in world.operations))
        assert {answer.status_code for answer in answers} == {401}
        assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers)


async def ask(world: World, operation: Operation, headers: Mapping[str, str], **extra: object) -> httpx.Response:
    """Asks for tenant 2's things; `extra` goes into the query and into the body."""
    path = operation.path
    for name in operation.names:
        path = path.replace(f"{{{name}}}", str(httpx.QueryParams({"": world.ids[name]}))[1:].replace("+", "%20"))
    body = None if operation.body is None else {**example_of(operation.body), **extra}
    return await world.http.request(operation.method, path, headers=dict(headers), params=extra, json=body, timeout=120)  # type: ignore[arg-type] # numbers


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            names = tuple(it["name"] for it in described.get("parameters", []) if it["in"] == "path")
            content = described.get("requestBody", {}).get("content", {}).get("application/json")
            body = None if content is None else resolved(document, content["schema"])
            is_stream = "text/event-stream" in described["responses"].get("200", {}).get("content", {})
            yield Operation(method.upper(), path, names, body, is_stream)


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def example_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A body with the required fields, each with its first example or the first word that it may be."""
    found: dict[str, Any] = {}
    for name in schema.get("required", []):
        field = schema["properties"][name]
        choices = [*field.get("examples", []), *field.get("enum", []), field.get("const")]
        found[name] = next((choice for choice in choices if choice is not None), {})
    return found


async def fill(owner: "asyncpg.Connection[asyncpg.Record]", *, tenant_id: int, unmarked: set[str]) -> None:
    """Gives the tenant a row in each table, with marked texts and times where the table and the code take them."""
    await owner.execute("INSERT INTO companies (uen, name) VALUES ('U1', 'ACME')")
    # The clock first: the gateway makes one as soon as a list changes.
    for table, row in sorted(ROWS.items(), key=lambda it: it[0] != "list_clocks"):
        await owner.execute(f"INSERT INTO {table} {row}", tenant_id)
    marked = 0
    for table, column, kind in await owner.fetch(COLUMNS, list(ROWS)):
        if table in FOLLOWS or column in unmarked or column in WORDS:
            continue
        value = MARK if kind == "text" else TIME
        try:
            async with owner.transaction():
                cast = "text" if kind == "text" else "timestamptz"
                statement = (
                    f"UPDATE {table} SET {column} = $1::text::{cast} WHERE tenant_id = $2 AND {column} IS NOT NULL"
                )
                await owner.execute(statement, value, tenant_id)
            marked += 1
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
            continue  # a column that takes certain words only
    assert marked > 30


async def id_of(owner: "asyncpg.Connection[asyncpg.Record]", name: str) -> str:
    """Tenant 2's value for a parameter of a path: that of a column of this name."""
    for (table,) in await owner.fetch(HOLDERS, name, list(ROWS)):
        value = await owner.fetchval(f"SELECT {name} FROM {table} WHERE tenant_id = 2 AND {name} IS NOT NULL")
        if value is not None:
            return str(value)
    raise AssertionError(f"no table of tenants has a column {name}: this test needs a value for the path's parameter")


async def rows_of(owner: "asyncpg.Connection[asyncpg.Record]", tenant_id: int) -> dict[str, str]:
    """All rows of the tenant, as text by table."""
    found = {}
    for table in set(ROWS) - FOLLOWS:
        text = await owner.fetchval(
            f"SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {table} t WHERE tenant_id = $1", tenant_id
        )
        if text:
            found[table] = text
    return found
