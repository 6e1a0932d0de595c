"""The page's files as the gateway serves them: from a folder, compressed, kept by browsers, and open to everyone."""

import gzip

import httpx
import pytest
from fastapi import FastAPI

from gateway.access.permissions import Permissions
from gateway.http import problems
from gateway.routes.chat import page
from gateway.settings import GatewaySettings

INDEX, SCRIPT = "<!doctype html><title>Leadgen</title>", "export const answer = 42;"


@pytest.fixture
async def built(tmp_path):
    """A client of a gateway with a built page."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "main-abc123.js").write_text(SCRIPT)
    (tmp_path / "assets" / "main-abc123.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    async with client(str(tmp_path)) as http:
        yield http


def client(folder: str) -> httpx.AsyncClient:
    settings = GatewaySettings(
        database_url="",
        kafka_bootstrap_servers="",
        gateway_jwt_secret="x" * 32,
        web_folder=folder,
        chat_debounce_ms=250,
    )
    app = FastAPI(routes=list(page.routes(settings)))
    problems.install(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.example")


async def test_the_address_alone_leads_to_the_page(built) -> None:
    """`/` and `/app` redirect to `/app/`, which is the index."""
    for path in ("/", "/app"):
        answer = await built.get(path)
        assert (answer.status_code, answer.headers["location"]) == (307, "/app/")
    assert (await built.get("/app/")).text == INDEX


@pytest.mark.parametrize(
    "path", ["/app/chat", "/app/companies/7", "/app/a.b/c", "/app/index.html", "/app/%00", "/app/" + "x" * 300]
)
async def test_the_pages_own_paths_get_its_index(built, path: str) -> None:
    """A reload of any view works; the index is asked for again each time."""
    answer = await built.get(path)
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


async def test_scripts_are_kept_by_the_browser_and_sent_compressed(built) -> None:
    """Their name changes with their content; a browser that accepts no compression gets them plain."""
    path = "/app/assets/main-abc123.js"
    small = await built.get(path, headers={"Accept-Encoding": "gzip, br;q=0.5"})
    plain = await built.get(path, headers={"Accept-Encoding": "identity"})
    assert small.text == plain.text == SCRIPT
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    for answer in (small, plain):
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"


async def test_a_script_of_an_older_build_is_missing(built) -> None:
    """404, not the index: a browser would take that for a script."""
    assert (await built.get("/app/assets/main-old.js")).status_code == 404


async def test_nothing_outside_the_folder_is_served(built, tmp_path) -> None:
    """Neither by dots nor by their encoding."""
    (tmp_path.parent / "secret.txt").write_text("secret")
    for path in ("/app/../secret.txt", "/app/%2e%2e/secret.txt", "/app/assets/..%2f..%2fsecret.txt"):
        assert "secret" not in (await built.get(path)).text


async def test_no_script_runs_that_the_gateway_did_not_serve(built) -> None:
    """The policy names no other source and no inline script, and no other site may frame the page."""
    header = (await built.get("/app/")).headers["content-security-policy"]
    policy = dict(rule.strip().split(" ", 1) for rule in header.split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"


async def test_the_page_learns_its_settings(built) -> None:
    """CHAT_DEBOUNCE_MS reaches the browser."""
    assert (await built.get("/app/settings.json")).json() == {"chat_debounce_ms": 250}


@pytest.mark.parametrize("folder", ["", "/does/not/exist"])
async def test_without_a_page_the_answer_says_how_to_build_it(folder: str) -> None:
    """A problem document that names the command."""
    async with client(folder) as http:
        answer = await http.get("/app/")
    assert answer.status_code == 404
    assert "make web" in answer.json()["detail"]


def test_only_the_page_is_open_besides_the_probes() -> None:
    """Only the page is open besides the probes: what merely looks like the page's path needs a token."""
    permissions = Permissions()
    for path in ("/", "/app", "/app/", "/app/chat", "/app/companies/7"):
        assert permissions.needed_for("GET", path) == {"open"}, path
        assert permissions.needed_for("POST", path) == set(), path
    for path in ("/apple", "/application/x", "//app/", "/chat/app/x"):
        assert "open" not in permissions.needed_for("GET", path), path
