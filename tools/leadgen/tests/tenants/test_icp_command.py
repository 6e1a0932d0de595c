"""`leadgen icp` as an operator meets it: what it sends to a gateway, and what it says of the answer."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from leadgen.cli import app

ICP = {
    "industries": ["2020:25"],
    "employees_from": 10,
    "employees_to": None,
    "age_from": None,
    "age_to": 20,
    "districts": ["22"],
    "technologies": [],
    "titles": {"2020:25": "FABRICATED METAL PRODUCTS"},
}


class Gateway(ThreadingHTTPServer):
    """Answers every request with `status` and `answer`, and keeps what it was asked."""

    asked: tuple[str, str | None, Any] = ("", None, None)
    status, answer = 200, ICP


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        gateway = self.server
        assert isinstance(gateway, Gateway)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        gateway.asked = (f"{self.command} {self.path}", self.headers["Authorization"], json.loads(body or "null"))
        self.send_response(gateway.status)
        self.end_headers()
        self.wfile.write(json.dumps(gateway.answer).encode())

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


def icp(gateway: Gateway, *arguments: str) -> Result:
    environment = {"LEADGEN_GATEWAY": f"http://127.0.0.1:{gateway.server_port}/", "LEADGEN_TOKEN": "it"}
    return CliRunner().invoke(app, ["icp", *arguments], env=environment)


def test_an_icp_is_shown_in_words(gateway: Gateway) -> None:
    """Codes with their titles, ranges as people say them."""
    shown = icp(gateway, "show")
    assert shown.output.splitlines() == [
        "industries   FABRICATED METAL PRODUCTS (2020:25)",
        "employees    10 and more",
        "age          up to 20",
        "districts    22",
        "technologies any",
    ]
    assert gateway.asked == ("GET /icp", "Bearer it", None)


def test_an_icp_is_set_as_a_whole(gateway: Gateway) -> None:
    """An ICP is set as a whole: what is not given makes no demand."""
    given = ["metal", "2020:26", "--employees-from", "10", "--district", "22", "--technology", "Shopify", "--json"]
    shown = icp(gateway, "set", *given)
    assert (shown.exit_code, json.loads(shown.output)) == (0, ICP)
    wanted = {"industries": ["metal", "2020:26"], "districts": ["22"], "technologies": ["Shopify"]}
    ranges = {"employees_from": 10, "employees_to": None, "age_from": None, "age_to": None}
    assert gateway.asked == ("PUT /icp", "Bearer it", {**wanted, **ranges})


def test_a_refusal_is_a_line(gateway: Gateway) -> None:
    """A refusal is a line, as the gateway words it, with exit code 1."""
    gateway.status, gateway.answer = 422, {"title": "Industry not understood", "detail": "Did you mean METAL?"}
    refused = icp(gateway, "set", "frobnication")
    assert (refused.exit_code, refused.output) == (1, "Industry not understood: Did you mean METAL?\n")


@pytest.mark.parametrize("address", ["127.0.0.1:8080", "ftp://x"])
def test_an_address_without_its_scheme_is_refused(address: str) -> None:
    """With an example; so it is for the chat."""
    for command in (["icp", "show"], ["chat", "Manufacturing"]):
        refused = CliRunner().invoke(app, command, env={"LEADGEN_GATEWAY": address, "LEADGEN_TOKEN": "it"})
        assert refused.exit_code == 1
        assert "http://127.0.0.1:8080" in refused.output
