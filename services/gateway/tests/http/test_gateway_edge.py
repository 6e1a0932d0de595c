"""Properties of every answer of the gateway: security headers, origins, methods, no name of a server."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest

from common.http.health import metrics_served
from common.http.security_headers import DATA_POLICY, HEADERS, PAGE_POLICY, SecurityHeaders
from common.settings import ServiceSettings
from embedded.ports import LOOPBACK, free_port
from gateway.api import application
from gateway.http.cross_origin import admit_origins, origins_of

ORIGIN = "https://app.example.com"


def is_guarded(headers: httpx.Headers, policy: str = DATA_POLICY) -> None:
    """All security headers, once each, and no server's name."""
    for name, value in {**HEADERS, "Content-Security-Policy": policy}.items():
        assert headers.get_list(name) == [value]
    assert "server" not in headers


async def raw(url: str, request: bytes) -> httpx.Headers:
    """Sends these bytes, and returns the headers of the answer."""
    reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
    try:
        writer.write(request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return httpx.Headers([tuple(line.split(": ", 1)) for line in head[1:] if line])


async def test_every_answer_has_security_headers(rep) -> None:
    """Good answers, errors of each kind, and heads that no application sees."""
    for method, path, headers in [
        ("GET", "/icp", {}),
        ("GET", "/icp", {"Authorization": "Bearer nonsense"}),
        ("GET", "/nowhere", {}),
        ("DELETE", "/icp", {}),
        ("GET", "/livez", {}),
        ("GET", "/openapi.json", {}),
        ("GET", "/docs/files/swagger-ui.css", {}),
    ]:
        is_guarded((await rep.http.request(method, path, headers=headers)).headers)
    is_guarded((await rep.http.post("/chat", content=b"x" * 300_000)).headers)
    is_guarded((await rep.http.get("/docs")).headers, PAGE_POLICY)
    is_guarded(await raw(rep.url, b"nonsense\r\n\r\n"))
    is_guarded(await raw(rep.url, b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"x" * 70_000 + b"\r\n\r\n"))


async def test_a_stream_has_security_headers(rep) -> None:
    """Before its first byte."""
    async with rep.http.stream("POST", "/chat", json={"message": "Manufacturing"}) as answer:
        assert answer.status_code == 200
        is_guarded(answer.headers)


async def test_a_fault_is_a_problem_with_all_headers() -> None:
    """A bug in the gateway: 500 as a problem document, readable for a page of an admitted origin."""
    broken = SecurityHeaders(admit_origins(application(None), [ORIGIN]))
    transport = httpx.ASGITransport(broken, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers={"Origin": ORIGIN}) as http:
        answer = await http.get("/icp")
    assert answer.status_code == answer.json()["status"] == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    is_guarded(answer.headers)


async def test_browsers_are_reported_to_use_https_if_the_setting_says_so(serve, kafka) -> None:
    """HSTS: not by default, since the gateway does not know what stands before it."""
    async with serve(kafka) as rep:
        assert "strict-transport-security" not in (await rep(1).http.get("/livez")).headers
    async with serve(kafka, http_hsts_days=365) as rep:
        assert (await rep(1).http.get("/livez")).headers["strict-transport-security"] == "max-age=31536000"


async def test_no_origin_is_admitted_by_default(rep) -> None:
    """A page elsewhere can read nothing."""
    answer = await rep.http.get("/icp", headers={"Origin": ORIGIN})
    preflight = await rep.http.options("/icp", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"})
    assert not [name for headers in (answer.headers, preflight.headers) for name in headers if "access-control" in name]


async def test_a_page_of_an_admitted_origin_can_call(serve, kafka) -> None:
    """Preflight without a token; answers and errors can be read; another origin is refused."""
    wanted = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-api-key, x-auth-scheme, last-event-id, authorization",
        "Authorization": "",
    }
    async with serve(kafka, cors_origins=f"http://localhost:3000, {ORIGIN}") as rep:
        http = rep(1).http
        preflight = await http.options("/chat", headers={"Origin": ORIGIN, **wanted})
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        for path, status in (("/leads", 200), ("/nowhere", 404)):
            answer = await http.get(path, headers={"Origin": ORIGIN})
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert {"Content-Location", "Location"} <= set(answer.headers["access-control-expose-headers"].split(", "))
        refused = await http.get("/icp", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in refused.headers
        stranger = await http.options("/chat", headers={"Origin": "https://evil.example", **wanted})
        assert stranger.status_code == 400
        assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize("wrong", ["*", "app.example.com", "https://app.example.com/", "ftp://x", "https://"])
def test_an_origin_that_is_none_is_named(wrong: str) -> None:
    """A setting that would admit nobody, or everybody, does not start the gateway."""
    with pytest.raises(ValueError, match="is not an origin"):
        origins_of(f"https://fine.example, {wrong}")


async def test_no_answer_leads_to_a_host_that_the_request_names(rep) -> None:
    """A slash too many is another path, and no redirect to the `Host` that somebody has sent."""
    answer = await rep.http.get("/jobs/", headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_405_names_every_method_of_the_path(rep) -> None:
    """405 names every method of the path, of all routes that share it."""
    answer = await rep.http.delete("/icp")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")
    answer = await rep.http.put("/livez")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_the_documentation_comes_from_here_alone(rep) -> None:
    """The page names no other origin, has no inline script, and its files are served."""
    page = (await rep.http.get("/docs", headers={"Authorization": ""})).text
    assert "http" not in page
    assert "<script>" not in page
    sources = [part.split('"')[0] for part in page.replace('src="', 'href="').split('href="')[1:]]
    assert len(sources) == 4
    for source in sources:
        answer = await rep.http.get(source, headers={"Authorization": ""})
        assert answer.status_code == 200, source
        assert len(answer.content) > 50


async def test_metrics_are_not_open_on_the_public_port(rep) -> None:
    """They need an operator's token."""
    assert (await rep.http.get("/metrics", headers={"Authorization": ""})).status_code == 401
    assert (await rep.http.get("/metrics")).status_code == 403


async def test_metrics_can_have_a_port_of_their_own() -> None:
    """Without a token; the port is closed afterwards."""
    port = free_port()
    settings = ServiceSettings(
        database_url="unused", kafka_bootstrap_servers="unused", http_host=LOOPBACK, metrics_port=port
    )
    async with httpx.AsyncClient(trust_env=False, base_url=f"http://{LOOPBACK}:{port}") as http:
        async with metrics_served(settings):
            answer = await http.get("/metrics")
            assert "leadgen_" in answer.text
        with pytest.raises(httpx.ConnectError):
            await http.get("/metrics")
