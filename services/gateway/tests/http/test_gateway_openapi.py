"""The gateway answers as its OpenAPI document says, whatever it is sent: no 5xx, no answer that is not documented."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from aiokafka import AIOKafkaConsumer
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from common.cloudevents import Envelope
from common.contracts import Industry, JobProgressed, RequestIndustry, SearchAnswer
from common.ids import new_id
from gateway.access.permissions import ACCESS
from leadgen.ssic import seed_ssic
from leadgen.tenants.tokens import Role
from testkit.stages import publish, until

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
]

UNLIMITED = {
    "tenant_requests_per_minute": 10**6,
    "requests_per_minute": 10**6,
    "tenant_requests_per_minute_and_replica": 10**6,
    "odoo_credentials_key": Fernet.generate_key().decode(),
}

#: The same examples each time: a failure here is one of this change.
EXAMPLES = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
HOSTILE = [
    "'; DROP TABLE companies; --",
    "%' UNION SELECT api_key FROM odoo_connections --",
    "\x00",
    "\ud800",
    "\u202e\uffff\U0001f4a9",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "-9223372036854775809",
    "9" * 400,
    "x" * 20_000,
]
DEEP = b'{"a":' * 30_000 + b"1" + b"}" * 30_000
LARGE = b'{"a":"' + b"x" * 10_000_000 + b'"}'


@pytest.fixture
async def gateway(serve, kafka, database_url) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway without limits on rates, and an upserter that knows no industry."""
    await seed_ssic(database_url)
    async with serve(kafka, chat_timeout_s=1, **UNLIMITED) as rep:
        client = rep(1).http
        await until(lambda: is_ready(client))
        upserter = asyncio.create_task(answer_requests(kafka))
        yield client
        upserter.cancel()
        await asyncio.gather(upserter, return_exceptions=True)


@pytest.fixture
def access(tokens) -> Callable[[str, str], dict[str, str]]:
    """`access("GET", "/icp")`: the credential of a user of tenant 1 who may just do this."""
    each = {role: {"Authorization": f"Bearer {tokens(role=role)}"} for role in Role}
    least = {row.replace(":path}", "}"): access for row, access in ACCESS.items()}  # as the document writes paths

    def of(method: str, path: str) -> dict[str, str]:
        role = least[f"{method} {path}"]
        return each[Role.VIEWER if role == "anyone" else Role(role)]

    return of


async def is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def answer_requests(kafka: str) -> None:
    """Answers each request as the upserter answers words that name no industry."""
    guess = Industry(version="2020", code="31", level="division", title="MANUFACTURE OF FURNITURE")
    consumer = AIOKafkaConsumer(
        RequestIndustry.topic, bootstrap_servers=kafka, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        async for record in consumer:
            request = RequestIndustry.model_validate_json(record.value)
            fact = JobProgressed(
                tenant_id=request.tenant_id,
                request_id=request.request_id,
                status="done",
                processed=0,
                total=0,
                answer=SearchAnswer(resolved=[], matches=0, head=[], remaining=0, suggestions=[guess]),
            )
            envelope = Envelope(new_id(), fact.tenant_id, "interactive", correlation_id=str(request.request_id))
            await publish(kafka, [(fact, envelope)])
    finally:
        await consumer.stop()


async def document_of(client: httpx.AsyncClient) -> dict[str, Any]:
    return (await client.get("/openapi.json")).json()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")  # schemathesis does
async def test_generated_requests_get_documented_answers(gateway: httpx.AsyncClient, access) -> None:
    """Requests that fit the document and requests that do not, for every operation."""
    schema = schemathesis.openapi.from_dict(await document_of(gateway))
    session = requests.Session()
    session.trust_env = False
    called: set[str] = set()

    def try_all(operation: schemathesis.APIOperation, mode: GenerationMode) -> None:
        @EXAMPLES
        @given(operation.as_strategy(generation_mode=mode))
        def try_one(case: schemathesis.Case) -> None:
            called.add(case.operation.label)
            case.headers.pop("Authorization", None)
            headers = access(operation.method.upper(), operation.path)
            case.call_and_validate(base_url=str(gateway.base_url), session=session, headers=headers, checks=CHECKS)

        try_one()

    operations = [result.ok() for result in schema.get_all_operations()]
    for operation in operations:
        for mode in GenerationMode:
            await asyncio.to_thread(try_all, operation, mode)
    assert called == {operation.label for operation in operations}


@pytest.mark.slow
async def test_hostile_values_get_documented_answers(gateway: httpx.AsyncClient, access) -> None:
    """SQL, NUL, lone surrogates, markup, huge numbers and texts: in each parameter and each field of a body."""
    document = await document_of(gateway)
    tried = 0
    for method, path, operation in operations_of(document):
        for value in HOSTILE:
            for request in hostile_requests(document, method, path, operation, value):
                headers = {**access(method, path), **request.pop("headers", {})}
                answer = await gateway.request(**request, headers=headers)
                is_documented(operation, answer)
                tried += 1
    assert tried > 500


@pytest.mark.slow
async def test_deep_and_large_bodies_are_refused(gateway: httpx.AsyncClient, access) -> None:
    """JSON that is nested 30,000 deep: 4xx from every operation that reads a body. 10 MB: 413 from every operation."""
    document = await document_of(gateway)
    for method, path, operation in operations_of(document):
        url = path.replace("{", "1").replace("}", "")
        for body, expected in ((DEEP, range(400, 500)), (LARGE, [413])):
            headers = {**access(method, path), "Content-Type": "application/json"}
            answer = await gateway.request(method, url, content=body, headers=headers)
            if "requestBody" in operation or body is LARGE:
                assert answer.status_code in expected, (method, path, answer.status_code)
            is_documented(operation, answer)


def operations_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def hostile_requests(
    document: dict[str, Any], method: str, path: str, operation: dict[str, Any], value: str
) -> Iterator[dict[str, Any]]:
    """The operation with this value in one place, for each place."""
    names: dict[str, list[str]] = {"path": [], "query": [], "header": []}
    for parameter in operation.get("parameters", []):
        names[parameter["in"]].append(parameter["name"])
    plain = dict.fromkeys(names["path"], "1")
    text = value.encode("utf-8", "replace").decode()
    for name in names["path"]:
        yield {"method": method, "url": filled(path, {**plain, name: text})}
    for name in names["query"]:
        yield {"method": method, "url": filled(path, plain), "params": {name: text}}
    for name in names["header"]:
        if value.isprintable() and value.isascii():
            yield {"method": method, "url": filled(path, plain), "headers": {name: value}}
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        schema = content["schema"]
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        for name in schema.get("properties", {}):
            for wrapped in (value, [value], {value: value}):
                body = json.dumps({name: wrapped}).encode()  # a lone surrogate stays an escape
                headers = {"Content-Type": "application/json"}
                yield {"method": method, "url": filled(path, plain), "content": body, "headers": headers}


def filled(path: str, values: dict[str, str]) -> httpx.URL:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", httpx.QueryParams({"": value}).__str__()[1:].replace("+", "%20"))
    return httpx.URL(path)


def is_documented(operation: dict[str, Any], answer: httpx.Response) -> None:
    """No 5xx, and a status and content type that the document names for this operation."""
    where = (str(answer.request.method), str(answer.request.url)[:300], answer.status_code, answer.text[:300])
    assert answer.status_code < 500, where
    if answer.status_code == 405 or "/docs" in answer.request.url.path:
        return  # the hostile value made another path of it
    assert str(answer.status_code) in operation["responses"], where
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", where
