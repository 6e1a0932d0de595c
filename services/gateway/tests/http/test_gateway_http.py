"""Answers of the HTTP interface to wrong requests, and to those who watch over it."""

from gateway.access.permissions import ACCESS
from leadgen.tenants.tokens import Role

CHAT, JOB = "/chat", "/jobs/staging_upsert"

WRONG = [
    (CHAT, b"", "body: Field required"),
    (CHAT, b"{", "JSON"),
    (CHAT, b"[]", "body"),
    (CHAT, b'"Manufacturing"', "body"),
    (CHAT, b"\xff\xfe", ""),
    (CHAT, b"{}", "body.message"),
    (CHAT, b'{"message": null}', "body.message"),
    (CHAT, b'{"message": 7}', "body.message"),
    (CHAT, b'{"message": ""}', "body.message"),
    (CHAT, b'{"message": " \\n\\t "}', "body.message"),
    (CHAT, b'{"message": "a\\u0000b"}', "body.message"),
    (CHAT, b'{"message": "\\ud800"}', "body.message"),
    (CHAT, b'{"message": "' + b"x" * 2001 + b'"}', "body.message"),
    (CHAT, b"[" * 100_000, ""),
    (JOB, b"{}", "body.terms"),
    (JOB, b'{"terms": []}', "body.terms"),
    (JOB, b'{"terms": "Manufacturing"}', "body.terms"),
    (JOB, b'{"terms": ["x", ""]}', "body.terms.1"),
    (JOB, b'{"terms": ["x"], "limit": 0}', "body.limit"),
    (JOB, b'{"terms": ["x"], "limit": "many"}', "body.limit"),
    (JOB, b'{"terms": [' + b",".join([b'"x"'] * 51) + b"]}", "body.terms"),
]


def is_problem(answer, status: int | range) -> dict:
    """The document of RFC 9457."""
    assert answer.status_code in (status if isinstance(status, range) else [status]), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["title"]
    assert document["detail"]
    assert "Traceback" not in answer.text
    return document


async def test_wrong_bodies_are_problems_that_name_the_fault(rep, owner) -> None:
    """4xx with the field, whatever it is, and nothing is requested."""
    for path, body, fault in WRONG:
        answer = await rep.http.post(path, content=body, headers={"Content-Type": "application/json"})
        assert fault in is_problem(answer, range(400, 500))["detail"], body
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_body_that_is_not_json_by_its_type_is_a_problem(rep) -> None:
    """A form, or text."""
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {}):
        answer = await rep.http.post(CHAT, content=b'{"message": "Manufacturing"}', headers=headers)
        is_problem(answer, range(400, 500))


async def test_unknown_paths_and_methods_are_problems(rep) -> None:
    """404, and 405 with what is allowed."""
    is_problem(await rep.http.get("/nowhere"), 404)
    answer = await rep.http.get(CHAT)
    is_problem(answer, 405)
    assert answer.headers["allow"] == "POST"
    is_problem(await rep.http.delete("/livez"), 405)


async def test_it_can_be_watched(rep, tokens) -> None:
    """Live and ready without a token, and counting, for operators."""
    for path in ("/livez", "/readyz"):
        answer = await rep.http.get(path, headers={"Authorization": ""})
        assert (answer.status_code, answer.text) == (200, "ok")
    operator = {"Authorization": f"Bearer {tokens(role=Role.OPS)}"}
    metrics = (await rep.http.get("/metrics", headers=operator)).text
    assert "leadgen_outbox_sent_total" in metrics


async def test_it_documents_itself(rep) -> None:
    """OpenAPI for callers, AsyncAPI for services, a page for people."""
    openapi = (await rep.http.get("/openapi.json")).json()
    rows = [row.replace(":path}", "}").split(" ") for row, access in ACCESS.items() if access != "open"]
    rows.remove(["GET", "/metrics"])  # for Prometheus
    documented = [[method.upper(), path] for path, methods in openapi["paths"].items() for method in methods]
    assert sorted(documented) == sorted(rows)
    asyncapi = (await rep.http.get("/asyncapi.json")).json()
    assert asyncapi["asyncapi"].startswith("3.")
    assert "lead.scored.v1" in str(asyncapi["channels"])
    page = await rep.http.get("/docs")
    assert page.status_code == 200
    assert "swagger" in page.text
