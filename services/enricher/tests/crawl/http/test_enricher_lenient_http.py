"""Answers that browsers read though they are malformed: real sockets on loopback, behind the real guard."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest

from enricher.crawl.errors import AnswerMalformed, PageRefused, SiteUnreachable
from enricher.crawl.http.fetching import Answer, Fetcher, Validators
from testkit.servers.loopback import PUBLIC

PAGE = b"<title>Acme</title><p>Write to hello@acme.sg</p>"
SIZE = b"Content-Length: %d\r\n" % len(PAGE)
START = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE)
LIMIT = 100_000


@pytest.fixture
async def fetcher(web: Any) -> AsyncIterator[Fetcher]:
    async with Fetcher(user_agent="TestBot/1.0", timeout_s=5, max_bytes=LIMIT, network=web.guarded()) as fetcher:
        yield fetcher


async def read(fetcher: Fetcher, url: str, **how: Any) -> Answer:
    """Fetches a page as a crawl session does: strictly first."""
    try:
        return await fetcher.get(url, **how)
    except AnswerMalformed:
        return await fetcher.get(url, leniently=True, **how)


def serve(web: Any, url: str, reply: bytes) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(reply)

    web.serve_by(url, answer)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(START + SIZE + SIZE + b"\r\n" + PAGE, id="a length twice"),
        pytest.param(START + b"Content-Length: %d, %d\r\n\r\n" % (len(PAGE), len(PAGE)) + PAGE, id="a list of lengths"),
        pytest.param(START + b"Content-Length: +12\r\n\r\n" + PAGE, id="a length that is no number"),
        pytest.param(START + b"Content-Length:\r\n\r\n" + PAGE, id="an empty length"),
        pytest.param(START + b"Transfer-Encoding: identity\r\n\r\n" + PAGE, id="identity"),
        pytest.param(START + b"Transfer-Encoding: identity\r\n" + SIZE + b"\r\n" + PAGE, id="identity with a length"),
        pytest.param(START + b"Transfer-Encoding: chunked\r\n" + SIZE + b"\r\n" + CHUNKED, id="chunked with a length"),
        pytest.param(START + b"this line is no header\r\n" + SIZE + b"\r\n" + PAGE, id="a junk line"),
        pytest.param(START + b"<!-- theme -->\r\n" + SIZE + SIZE + b"\r\n" + PAGE, id="junk and a length twice"),
        pytest.param(START + b"X Powered By: us\r\n" + SIZE + b"\r\n" + PAGE, id="blanks in a name"),
        pytest.param(START + b": 1\r\n" + SIZE + b"\r\n" + PAGE, id="no name"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Type : text/html\r\n" + SIZE + b"\r\n" + PAGE, id="a blank behind"),
        pytest.param(START + b"X-A: b\r\r\n" + SIZE + b"\r\n" + PAGE, id="an end of line too many"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\njunk\r\n\r\n" + START + SIZE + SIZE + b"\r\n" + PAGE, id="hints"),
        pytest.param(START + b"Content-Encoding: gzip\r\n" + SIZE + b"\r\n" + PAGE, id="gzip announced, plain sent"),
    ],
)
async def test_an_answer_that_browsers_read_is_read(web: Any, fetcher: Fetcher, reply: bytes) -> None:
    serve(web, "http://acme.sg/?q=1", reply)

    answer = await read(fetcher, "http://acme.sg/?q=1")

    assert (answer.status, answer.content_type, answer.content) == (200, "text/html", PAGE)
    assert not answer.is_cut


async def test_packed_pages_redirects_and_validators_are_read_as_ever(web: Any, fetcher: Fetcher) -> None:
    """A mended answer passes all that others pass; the request is the same one."""
    packed = gzip.compress(PAGE)
    lines = b'Content-Encoding: gzip\r\nETag: "a1"\r\n' + b"Content-Length: %d\r\n" % len(packed) * 2
    serve(web, "http://acme.sg/", START + lines + b"\r\n" + packed)
    serve(web, "http://acme.sg/old", b"HTTP/1.1 301 Moved\r\njunk\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n")

    answer = await read(fetcher, "http://acme.sg/", known=Validators(etag='"a0"'))
    moved = await read(fetcher, "http://acme.sg/old")

    assert (answer.content, answer.validators.etag) == (PAGE, '"a1"')
    assert (moved.status, moved.location) == (301, "/new")
    strict, mended = web.headers[:2]
    assert all(line in mended for line in strict.split("\r\n") if not line.startswith("Connection"))
    assert 'If-None-Match: "a0"' in mended


async def test_a_mended_answer_is_bounded_and_may_break_off(web: Any, fetcher: Fetcher) -> None:
    bomb = gzip.compress(b"x" * 50_000_000)
    lines = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(bomb)
    serve(web, "http://acme.sg/bomb", START + b"junk\r\n" + lines + b"\r\n" + bomb)
    serve(web, "http://acme.sg/short", START + b"junk\r\nContent-Length: 999\r\n\r\n" + PAGE)

    assert len((await read(fetcher, "http://acme.sg/bomb")).content) == LIMIT
    short = await read(fetcher, "http://acme.sg/short")
    assert (short.content, short.is_cut) == (PAGE, True)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(START + SIZE + b"Content-Length: 3\r\n\r\n" + PAGE, id="two lengths"),
        pytest.param(b"220 mail.acme.sg ESMTP\r\n\r\n", id="no HTTP"),
        pytest.param(START + b"junk\r\n" * 30_000 + b"\r\n" + PAGE, id="too many lines"),
        pytest.param(START + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n" + PAGE, id="a long line"),
        pytest.param(START + b"junk", id="no end"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\njunk\r\n\r\n" * 9, id="hints alone"),
    ],
)
async def test_an_answer_beyond_mending_is_an_unreachable_site(web: Any, fetcher: Fetcher, reply: bytes) -> None:
    serve(web, "http://acme.sg/", reply)

    with pytest.raises(SiteUnreachable):
        await read(fetcher, "http://acme.sg/")


async def test_a_name_that_turns_inside_for_the_second_request_is_not_connected_to(web: Any, fetcher: Fetcher) -> None:
    """The second connection is checked anew: what the first one had proved is not relied on."""
    serve(web, "http://acme.sg/", START + SIZE + SIZE + b"\r\n" + PAGE)
    web.resolves("acme.sg", [PUBLIC], ["169.254.169.254"])

    with pytest.raises(PageRefused, match="not a public address"):
        await read(fetcher, "http://acme.sg/")

    assert web.reached == [PUBLIC]


async def test_a_mended_answer_is_read_through_tls_of_the_same_trust(tls_web: Any) -> None:
    serve(tls_web, "https://acme.sg/", START + SIZE + SIZE + b"\r\n" + PAGE)
    serve(tls_web, "https://other.sg/", START + SIZE + SIZE + b"\r\n" + PAGE)

    async with Fetcher(
        user_agent="TestBot/1.0", timeout_s=5, max_bytes=LIMIT, network=tls_web.guarded(), tls=tls_web.trust
    ) as fetcher:
        assert (await read(fetcher, "https://acme.sg/")).content == PAGE
        with pytest.raises(SiteUnreachable, match=r"(?i)certificate"):
            await read(fetcher, "https://other.sg/")
