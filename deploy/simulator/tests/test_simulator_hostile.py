"""Sites that mean harm, fetched with care: each does what it says."""

import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from simulator.town.hostile import BEHAVIOURS, BIG_BYTES, BOMB_BYTES, LINKS


@pytest.fixture
async def web(vendors_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that goes through the proxy and unpacks nothing by itself."""
    async with httpx.AsyncClient(proxy=vendors_url, trust_env=False, timeout=10) as client:
        yield client


async def _raw(web: httpx.AsyncClient, url: str, most: int = 20 * 2**20) -> bytes:
    """The body as it is sent, or so much of it."""
    body = bytearray()
    async with web.stream("GET", url) as answer:
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) >= most:
                break
    return bytes(body)


@pytest.mark.parametrize("manner", BEHAVIOURS)
async def test_every_manner_has_a_host_that_begins_to_answer(manner: str, web: httpx.AsyncClient) -> None:
    """Headers and some bytes within the client's time, and a robots.txt that lets everyone in."""
    assert web is not None
    async with web.stream("GET", f"http://{manner}.hostile.example/") as answer:
        assert answer.status_code in (200, 302)
    if manner != "robots":
        assert (await web.get(f"http://{manner}.hostile.example/robots.txt")).text == "User-agent: *\nDisallow:\n"


async def test_the_big_page_is_big(web: httpx.AsyncClient) -> None:
    """10 MB of HTML, and a robots.txt of as much."""
    assert 0.9 * BIG_BYTES < len(await _raw(web, "http://big.hostile.example/")) < 1.1 * BIG_BYTES
    assert 0.9 * BIG_BYTES < len(await _raw(web, "http://robots.hostile.example/robots.txt")) < 1.1 * BIG_BYTES


@pytest.mark.slow
@pytest.mark.parametrize(("manner", "layers", "packed"), [("bomb", 1, 1_500_000), ("nested", 2, 20_000)])
async def test_the_bombs_go_off_later(manner: str, layers: int, packed: int, web: httpx.AsyncClient) -> None:
    """Little on the line; a gigabyte of blanks behind it, whole to its check sum."""
    body = await _raw(web, f"http://{manner}.hostile.example/")
    assert len(body) < packed
    for _ in range(layers - 1):
        body = zlib.decompress(body, 31)
    unpacked, size = zlib.decompressobj(31), 0
    while body and not unpacked.eof:
        size += len(unpacked.decompress(body, 2**22))
        body = unpacked.unconsumed_tail
    assert (size, unpacked.eof) == (BOMB_BYTES, True)


async def test_the_links_are_many(web: httpx.AsyncClient) -> None:
    """100,000, each its own."""
    body = await _raw(web, "http://links.hostile.example/")

    assert body.count(b"<a href=") == LINKS
    assert len(set(body.split(b"<a "))) == LINKS + 1


async def test_redirects_never_come_round(web: httpx.AsyncClient) -> None:
    """Each leads to a new page; others lead inside."""
    with pytest.raises(httpx.TooManyRedirects):
        await web.get("http://redirects.hostile.example/", follow_redirects=True)
    inside = await web.get("http://inward.hostile.example/1")
    assert inside.headers["location"] == "http://127.0.0.1:5432/"


async def test_endless_and_dripping_bodies_end_with_the_client(web: httpx.AsyncClient, vendors: Any) -> None:
    """After a client has had enough, the simulator still serves others."""
    assert len(await _raw(web, "http://endless.hostile.example/", most=2**20)) >= 2**20
    assert len(await _raw(web, "http://drip.hostile.example/", most=3)) >= 3
    assert (await vendors.http.get("/_simulator/ledger")).status_code == 200


async def test_a_company_can_be_made_hostile(web: httpx.AsyncClient, vendors: Any, known_sites: Any) -> None:
    """An ordered manner takes over a site of the town, as often as ordered."""
    host = known_sites[0].host
    order = {"host": host, "path": "/", "kind": "hostile", "manner": "links", "times": 1}
    (await vendors.http.post("/_simulator/faults", json=order)).raise_for_status()

    assert (await _raw(web, f"http://{host}/")).count(b"<a href=") == LINKS
    assert (await _raw(web, f"http://{host}/")).count(b"<a href=") < 50
    refused = await vendors.http.post("/_simulator/faults", json={"host": host, "kind": "hostile", "manner": "rude"})
    assert refused.status_code == 422
