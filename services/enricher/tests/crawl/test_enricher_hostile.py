"""Sites that mean harm: a replica's memory and time stay bounded, and no bytes at all bring it down."""

import asyncio
import gzip
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from enricher.crawl.visits import Visit

MB = 1_000_000
MENU = "".join(f'<a href="/{name}">{name}</a>' for name in ("contact", "about", "team", "careers", "products"))
PAGE = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"


def whole(body: str | bytes, *more: str) -> Iterator[bytes]:
    content = body.encode() if isinstance(body, str) else body
    yield "\r\n".join([PAGE + f"Content-Length: {len(content)}", *more, "", ""]).encode()
    for at in range(0, len(content), 65536):
        yield content[at : at + 65536]


def endless(head: str, part: str | bytes) -> Iterator[bytes]:
    yield head.encode()
    while True:
        yield part.encode() if isinstance(part, str) else part


@cache
def gzipped(part: str, size: int) -> bytes:
    """Packs it once, and only when a test needs it."""
    return gzip.compress((part * (size // len(part))).encode(), 6)


BOMB = ("<div>bomb</div>", 100 * MB)
LINKS = ('<a href="/contact?n=7">Contact</a>', 4 * MB)
WILD_RULES = "User-agent: *\n" + "".join(f"Disallow: /*a*{n}*b$\n" for n in range(20_000))
MANY_PLACES = "<urlset>" + "".join(f"<url><loc>/about/{n}</loc></url>" for n in range(40_000)) + "</urlset>"
DENSE = {
    "elements": MENU + "<p>" * (10 * MB // 3),
    "attributes": MENU + "<p a b c d e f g h i j k l m n o p q r s t u v w x y z>" * (10 * MB // 57),
    "words": MENU + "a@b.sg 6123 4567 " * (10 * MB // 17),
    "nesting": MENU + "<div><b><a href=x>" * (10 * MB // 18),
    "anchors": MENU + '<a href="/contact?n=8">Contact</a>' * 100_000,
    "data": MENU + ('<script type="application/ld+json">{"a":[' + "[" * 5000 + "</script>") * 200,
    "emoji": MENU + "😀" * (10 * MB // 4),
}
ROBOTS: dict[str, Callable[[], Iterator[bytes]]] = {
    "rules": lambda: whole(WILD_RULES),
    "robots": lambda: endless(PAGE + "\r\n", "User-agent: *\nDisallow: /x\n" * 500),
}
SITES: dict[str, Callable[[str], Iterator[bytes]]] = {
    **{name: (lambda _, body=body: whole(body)) for name, body in DENSE.items()},
    "bomb": lambda _: whole(gzipped(*BOMB), "Content-Encoding: gzip"),
    "links": lambda _: whole(gzipped(*LINKS), "Content-Encoding: gzip"),
    "redirects": lambda path: iter([f"HTTP/1.1 302 On\r\nLocation: {path}x\r\nContent-Length: 0\r\n\r\n".encode()]),
    "headers": lambda _: endless("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n" * 500),
    "header": lambda _: endless("HTTP/1.1 200 OK\r\nX-More: ", "x" * 10_000),
    "chunks": lambda _: endless(PAGE + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n<\r\n" * 1000),
    "forever": lambda _: endless(PAGE + "\r\n", "<p>" * 3000),
    "progress": lambda _: endless("", "HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "sitemap": lambda path: whole(MANY_PLACES if "xml" in path else '<a href="/contact">Contact</a>'),
    "rules": lambda _: whole(MENU),
    "robots": lambda _: whole(MENU),
}
DRIPPING = "drip"


@pytest.fixture
async def hostile_port() -> AsyncIterator[int]:
    """A server of hostile sites, by host name; it sends as fast as it is read, or a byte now and then."""
    gzipped(*BOMB), gzipped(*LINKS)  # before somebody waits for them
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        serving.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ")[1]
            name = head.lower().partition("\r\nhost: ")[2].split(".")[0].strip("0123456789")
            if path == "/robots.txt" and name != DRIPPING:
                answer = ROBOTS.get(name, lambda: iter([b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"]))()
            else:
                answer = SITES[name](path) if name != DRIPPING else endless(PAGE + "\r\n", "x")
            for part in answer:
                writer.write(part)
                await writer.drain()
                if name == DRIPPING:
                    await asyncio.sleep(0.02)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            serving.discard(task)
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


@pytest.mark.slow
async def test_memory_and_time_stay_bounded_on_a_hostile_web(hostile_port: int) -> None:
    """A replica stays under 300 MB, every visit ends soon after its deadline, and nobody else waits meanwhile.

    10 MB bodies, gzip bombs, 100,000 links, endless redirects, headers, rules and drips: two of each, 18 at once.
    """
    domains = [f"{name}{n}.sg" for n in range(2) for name in (*SITES, DRIPPING)]
    crawler = await asyncio.create_subprocess_exec(
        *(sys.executable, Path(__file__).parent / "hostile_crawl.py", str(hostile_port)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    out, _ = await asyncio.wait_for(crawler.communicate("\n".join(domains).encode()), 200)

    figures: dict[str, Any] = json.loads(out)
    assert len(figures["took"]) == len(domains)
    assert figures["peak_mb"] < 300, figures
    assert figures["longest_visit_s"] < 60, figures
    assert figures["longest_hold_s"] < 3, figures


VISIT = TypeAdapter(Visit)
PIECES = """
    <a|href='/contact'>|</a>|<base|href='http://[|'>|<title>|<script|type='application/ld+json'>|</script>|<svg>|<!--|</|<
    {"@type":"Organization","name":|\\ud83d|&#xd800;|\0|<meta|charset=utf-7>|mailto:|tel:|href='http://a..b/about'>
    href='//[::1]/about'>|<template>|<body|a@b.sg|6123 4567|"}
"""
ANY_HTML = st.text(max_size=200) | st.lists(st.sampled_from(re.split(r"\||\n\s+", PIECES)), max_size=30).map(" ".join)
LINES = [
    "User-agent: *",
    "Disallow: /c",
    "Allow: *$",
    "Crawl-delay: 1e400",
    "Sitemap: /x",
    "Sitemap: http://[",
    ": /",
    "#",
]
ANY_ROBOTS = st.binary(max_size=200) | st.lists(st.sampled_from(LINES)).map("\n".join).map(str.encode)
NAMES = ["Location", "Content-Type", "ETag", "Last-Modified", "Content-Encoding", "Content-Length", "Transfer-Encoding"]
VALUES = ["text/html; charset=\x80", "gzip", "//[", "http://acme.sg:99999/", "/contact", "-1", 'W/"x"', "chunked"]
ANY_VALUE = st.sampled_from(VALUES) | st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=30)
ANY_HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), ANY_VALUE), max_size=4)


@pytest.mark.slow
@given(ANY_HTML, ANY_ROBOTS, st.binary(max_size=300), ANY_HEADERS, st.sampled_from([200, 200, 302, 304, 999]))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_visit_comes_to_something_whatever_is_sent(
    web: Any, html: str, robots: bytes, sitemap: bytes, headers: list[tuple[str, str]], status: int
) -> None:
    """HTML, robots.txt, sitemaps and headers of any kind: no error, an end in time, and the same end again."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1")

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 %d So\r\n%sConnection: close\r\n\r\n" % (status, head) + html.encode(errors="replace"))

    web.serve("http://acme.sg/robots.txt", robots, kind=None)
    web.serve("http://acme.sg/sitemap.xml", sitemap, kind=None)
    for path in ("", "contact", "x"):
        web.serve_by(f"http://acme.sg/{path}", answer)

    async def visit() -> Visit:
        async with web.visitor(timeout_s=30, max_delay_s=0, pages=2) as visitor:
            found: Visit = await visitor.visit("acme.sg")
            return found

    first, again = await visit(), await visit()
    assert first.duration_ms < 30_000
    assert replace(first, duration_ms=0) == replace(again, duration_ms=0)
    VISIT.dump_json(first)
