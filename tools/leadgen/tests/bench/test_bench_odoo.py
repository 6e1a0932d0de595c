"""The Odoo bench: which calls count as writes, and where its Odoo is. The bench itself needs an Odoo."""

import asyncio
import json

import httpx
import pytest

from leadgen.bench.baselines.crud_baseline import NAMES, NoOdoo, OdooPlace
from leadgen.bench.cases.odoo import lead
from leadgen.bench.harness.instruments.counting_proxy import Counter, called, counted

PLACE = {name: f"value of {name}" for name in NAMES}


def rpc(service: str, method: str, *args: object) -> bytes:
    return json.dumps({"params": {"service": service, "method": method, "args": args}}).encode()


@pytest.mark.parametrize(
    ("path", "body", "method"),
    [
        ("/json/2/res.partner/load", b"{}", "load"),
        ("/json/2/crm.lead/search_read", b'{"domain": []}', "search_read"),
        ("/jsonrpc", rpc("object", "execute_kw", "leads", 2, "key", "res.partner", "load", [], {}), "load"),
        ("/jsonrpc", rpc("common", "authenticate", "leads", "admin", "key", {}), "authenticate"),
        ("/web/version", b"", "version"),
    ],
)
def test_a_call_is_known_by_its_method_over_both_protocols(path: str, body: bytes, method: str) -> None:
    """A call is known by its method over both protocols, so that writes can be distinguished from reads."""
    assert called(path, body) == method


async def test_what_goes_through_the_proxy_is_counted_and_arrives_as_it_was() -> None:
    """Path, body, key and answer are passed on, several requests on one connection."""
    seen = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append((head.split(b" ")[1], b"bearer key" in head, await reader.readexactly(14)))
        writer.write(b"HTTP/1.1 422 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    counter = Counter()
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with counted(url, counter) as proxy, httpx.AsyncClient(trust_env=False) as http:
        for method in ("load", "read"):
            answer = await http.post(
                f"{proxy}/json/2/res.partner/{method}",
                content=b'{"fields": []}',
                headers={"Authorization": "bearer key"},
            )
            assert (answer.status_code, answer.text) == (422, "{}")
    server.close()
    await server.wait_closed()

    assert seen == [(f"/json/2/res.partner/{it}".encode(), True, b'{"fields": []}') for it in ("load", "read")]
    assert counter.since(0) == (2, 1)
    assert counter.since(1) == (1, 0)


@pytest.mark.parametrize("missing", NAMES)
def test_an_odoo_that_is_not_named_in_full_is_asked_for(missing: str) -> None:
    """By the name of what is missing."""
    with pytest.raises(NoOdoo, match=missing):
        OdooPlace.named({**PLACE, missing: ""})


@pytest.mark.parametrize(("protocol", "secret"), [("json2", "ODOO_API_KEY"), ("jsonrpc", "ODOO_PASSWORD")])
def test_each_protocol_has_its_own_secret(protocol: str, secret: str) -> None:
    """Each protocol has its own secret, and it is in no text that is made of the place."""
    place = OdooPlace.named({**PLACE, "ODOO_PROTOCOL": protocol})

    assert place.secret == PLACE[secret]
    assert place.secret not in repr(place)


def test_runs_never_meet_in_one_odoo() -> None:
    """Companies of another run have other UENs, names and sites: none is adopted."""
    one, other = lead("A1B2C3", 7).company, lead("D4E5F6", 7).company

    assert one.uen != other.uen
    assert one.name != other.name
    assert one.website_domain != other.website_domain
