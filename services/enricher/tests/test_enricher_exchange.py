"""HTTP/1.1 as servers speak it, and as they should not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.crawl.exchange import Exchange

OK = b"HTTP/1.1 200 OK\r\n"


class Script(httpcore.AsyncNetworkStream):
    """A server that says this, in these pieces, and hangs up."""

    def __init__(self, *pieces: bytes) -> None:
        self.sent = b""
        self._pieces = list(pieces)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        await asyncio.sleep(0)
        while self._pieces and not self._pieces[0]:
            del self._pieces[0]
        if not self._pieces:
            return b""
        piece = self._pieces[0][:max_bytes]
        self._pieces[0] = self._pieces[0][max_bytes:]
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        self.sent += buffer


@asynccontextmanager
async def answered(*pieces: bytes) -> AsyncIterator[Exchange]:
    exchange = Exchange(Script(*pieces))
    await exchange.send(b"GET", b"/", [(b"Host", b"acme.sg")])
    await exchange.read_head()
    yield exchange


async def body_of(exchange: Exchange) -> bytes:
    body = b""
    while part := await exchange.read():
        body += part
    return body


@pytest.mark.parametrize(
    ("answer", "body", "is_reusable"),
    [
        (OK + b"Content-Length: 5\r\n\r\nhello", b"hello", True),
        (OK + b"Content-Length: 5\r\nConnection: close\r\n\r\nhello", b"hello", False),
        (OK + b"Content-Length: 5\r\n\r\nhello and more", b"hello", False),
        (OK + b"Content-Length: 0\r\n\r\n", b"", True),
        (OK + b"\r\nto the end", b"to the end", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", False),
        (b"HTTP/1.1 304\r\nContent-Length: 5\r\n\r\n", b"", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n", b"hello!", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\nC: d\r\n\r\n", b"hi", True),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi", False),
        (b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi", b"hi", True),
        (b"HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\n", b"", True),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
        (OK + b"Upgrade: h2,h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_an_answer_is_read_to_its_end(answer: bytes, body: bytes, is_reusable: bool, at_once: bool) -> None:
    """However it is framed, and in whatever pieces it comes; whether more can be asked is known."""
    pieces = [answer] if at_once else [answer[nth : nth + 1] for nth in range(len(answer))]
    async with answered(*pieces) as exchange:
        assert await body_of(exchange) == body
        assert exchange.is_reusable == (is_reusable or (not at_once and answer.endswith(b"and more")))


@pytest.mark.parametrize(
    ("answer", "body", "is_reusable"),
    [
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", b"hi", True),
        (OK + b"Content-Length:\r\n 2\r\n\r\nhi", b"hi", True),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
        (b"HTTP/1.1 200 Tr\xe8s bien\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
        (b"\r\n" + OK + b"Content-Length: 2 \r\n\r\nhi", b"hi", True),
        (OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi", False),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0002  \r\nhi\r\n0  \r\n\r\n", b"hi", True),
    ],
    ids=["no CR", "folded", "no reason", "a reason in Latin-1", "an empty line before", "two lengths", "padded chunks"],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_what_browsers_forgive_is_read(answer: bytes, body: bytes, is_reusable: bool, at_once: bool) -> None:
    """Sites send it; a connection is not used again where the end could be elsewhere."""
    pieces = [answer] if at_once else [answer[nth : nth + 1] for nth in range(len(answer))]
    async with answered(*pieces) as exchange:
        assert await body_of(exchange) == body
        assert exchange.is_reusable == is_reusable


async def test_headers_are_told_as_sent() -> None:
    """Whatever their bytes, without blanks around, a folded one on one line; those of hints and trailers are not."""
    hints = b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
    head = OK + b"Title: \xe9\xff\r\nA:  b \t\r\nPolicy: one\r\n  two\r\nA:\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with answered(hints + head + b"0\r\nTrailer: x\r\n\r\n") as exchange:
        assert await body_of(exchange) == b""
        *headers, _ = exchange.headers
        assert headers == [(b"Title", b"\xe9\xff"), (b"A", b"b"), (b"Policy", b"one  two"), (b"A", b"")]


@pytest.mark.parametrize("rest", [b"", b"hello", OK + b"\r\n"])
async def test_an_answer_to_head_has_no_body(rest: bytes) -> None:
    """Whatever its length says, and whatever follows; that connection is not used again."""
    exchange = Exchange(Script(OK + b"Content-Length: 5\r\n\r\n" + rest))
    await exchange.send(b"HEAD", b"/", [(b"Host", b"acme.sg")])
    await exchange.read_head()

    assert (exchange.status, await exchange.read(), exchange.is_reusable) == (200, b"", False)


@pytest.mark.parametrize("rest", [b"H", OK + b"Content-Length: 2\r\n\r\nhi"])
async def test_a_second_answer_is_not_taken_for_the_next_ones(rest: bytes) -> None:
    """Nor a part of it: the connection is not used again."""
    async with answered(OK + b"Content-Length: 5\r\n\r\nhello" + rest) as exchange:
        assert (await body_of(exchange), exchange.is_reusable) == (b"hello", False)


async def test_what_came_of_a_broken_body_is_told_before_the_error() -> None:
    """A page that is cut is better than none."""
    async with answered(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nnonsense") as exchange:
        assert await exchange.read() == b"hi"
        with pytest.raises(httpcore.RemoteProtocolError):
            await exchange.read()
        assert not exchange.is_reusable


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"Bad Name: x\r\n\r\n",
        OK + b"A: \x00\r\n\r\n",
        OK + b"A: " + b"x" * 70_000 + b"\r\n\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        OK + b"Content-Length: 5, 5\r\n\r\nhello",
        OK + b"Content-Length: -5\r\n\r\nhello",
        OK + b"Content-Length: 99999999999999999999999\r\n\r\nhello",
        OK + b"Content-Length: 5\r\n\r\nhell",
        OK + b"Transfer-Encoding: gzip\r\n\r\nhello",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nhello",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello!!\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 70_000,
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 30_000,
        b"HTTP/1.1 101 Switching\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3_000 + OK + b"Content-Length: 0\r\n\r\n",
    ],
)
async def test_what_is_no_answer_is_an_error(answer: bytes) -> None:
    """And always the same one."""
    with pytest.raises(httpcore.RemoteProtocolError):
        async with answered(answer) as exchange:
            await body_of(exchange)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.binary(max_size=60) | st.sampled_from([OK, b"\r\n\r\n", b"Content-Length: 3\r\n", b"0\r\n"]), max_size=8
    )
)
async def test_whatever_comes_there_is_an_end(pieces: list[bytes]) -> None:
    """A body no longer than what came, or an error that says so."""
    try:
        async with answered(*pieces) as exchange:
            assert len(await body_of(exchange)) <= sum(map(len, pieces))
    except httpcore.RemoteProtocolError:
        return


async def test_a_request_goes_out_in_one_piece() -> None:
    """Line, headers, body."""
    stream = Script()
    await Exchange(stream).send(b"POST", b"/a?b=c", [(b"Host", b"acme.sg"), (b"Content-Length", b"2")], b"hi")

    assert stream.sent == b"POST /a?b=c HTTP/1.1\r\nHost: acme.sg\r\nContent-Length: 2\r\n\r\nhi"


@pytest.mark.parametrize(
    ("target", "header"),
    [
        (b"/a b", (b"A", b"b")),
        (b"/\r\nHost: evil", (b"A", b"b")),
        (b"/", (b"A", b"b\r\nC: d")),
        (b"/", (b"A: b\r\nC", b"d")),
        (b"/", (b"", b"d")),
        (b"/", (b"A", b"b\x00")),
        (b"/", (b"A", b"b\x7f")),
        (b"/\x7f", (b"A", b"b")),
        (b"", (b"A", b"b")),
    ],
)
async def test_nothing_is_slipped_into_a_request(target: bytes, header: tuple[bytes, bytes]) -> None:
    """A line's end in an address or a header would be another request."""
    stream = Script()
    with pytest.raises(httpcore.LocalProtocolError):
        await Exchange(stream).send(b"GET", target, [header])
    assert stream.sent == b""
