"""HTTP/1.1 as servers speak it, and as they should not: what comes of a page that is answered so."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enricher.crawl.errors import AnswerMalformed, PageRefused, SiteUnreachable
from enricher.crawl.http.fetching import Answer, Fetcher, Validators
from enricher.crawl.http.network import GuardedNetwork
from testkit.servers.loopback import Loopback

OK = b"HTTP/1.1 200 OK\r\n"
PAGE = "http://acme.sg/"
LIMIT = 100_000


class Script:
    """A server that answers each request with these bytes, in these pieces. It hangs up where they have no end."""

    def __init__(self, *pieces: bytes, hangs_up: bool = False) -> None:
        self.pieces = pieces
        self.hangs_up = hangs_up
        self.connections = 0
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                for piece in self.pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if self.hangs_up:
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def fetching_from(script: Script, *, timeout_s: float = 5) -> AsyncIterator[Fetcher]:
    async with await asyncio.start_server(script.serve, "127.0.0.1", 0) as server:
        web = Loopback(server.sockets[0].getsockname()[1])
        network = GuardedNetwork(resolver=web, open_socket=web.open_socket, backend=web.backend)
        async with Fetcher(user_agent="TestBot/1.0", timeout_s=timeout_s, max_bytes=LIMIT, network=network) as fetcher:
            yield fetcher


async def answer_to(script: Script) -> Answer:
    """Reads the answer as a crawl session does: strictly first."""
    async with fetching_from(script) as fetcher:
        try:
            return await fetcher.get(PAGE)
        except AnswerMalformed:
            return await fetcher.get(PAGE, leniently=True)


@pytest.mark.parametrize(
    ("answer", "body", "is_reusable"),
    [
        (OK + b"Content-Length: 5\r\n\r\nhello", b"hello", True),
        (OK + b"Content-Length: 5\r\nConnection: close\r\n\r\nhello", b"hello", False),
        (OK + b"Content-Length: 5\r\n\r\nhello\r\n", b"hello", True),
        (OK + b"Content-Length: 0\r\n\r\n", b"", True),
        (OK + b"\r\nto the end", b"to the end", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", False),
        (b"HTTP/1.1 304\r\nContent-Length: 5\r\n\r\n", b"", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n", b"hello!", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\nC: d\r\n\r\n", b"hi", True),
        (b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi", b"hi", True),
        (b"HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\n", b"", True),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
        (OK + b"Upgrade: h2,h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nhi", b"hi", True),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_page_is_read_to_its_end(answer: bytes, body: bytes, is_reusable: bool, at_once: bool) -> None:
    """Every framing, in one piece or byte by byte; the next page comes over the same connection if it can."""
    pieces = [answer] if at_once else [answer[nth : nth + 1] for nth in range(len(answer))]
    script = Script(*pieces, hangs_up=answer.endswith(b"to the end"))
    async with fetching_from(script) as fetcher:
        for _ in range(2):
            page = await fetcher.get(PAGE)
            assert (page.content, page.is_cut) == (body, False)

    assert script.connections == (1 if is_reusable else 2)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", b"hi"),
        (OK + b"Content-Length:\r\n 2\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 200 Tr\xe8s bien\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
        (b"\r\n" + OK + b"Content-Length: 2 \r\n\r\nhi", b"hi"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0002  \r\nhi\r\n0  \r\n\r\n", b"hi"),
    ],
    ids=["no CR", "folded", "no reason", "a reason in Latin-1", "an empty line before", "padded chunks"],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_what_browsers_forgive_is_read(answer: bytes, body: bytes, at_once: bool) -> None:
    """Sites send it."""
    script = Script(*([answer] if at_once else [answer[nth : nth + 1] for nth in range(len(answer))]))
    async with fetching_from(script) as fetcher:
        for _ in range(2):
            page = await fetcher.get(PAGE)
            assert (page.content, page.is_cut) == (body, False)

    assert script.connections == 1


async def test_a_second_answer_is_not_taken_for_the_next_ones() -> None:
    """It is never the next page's, which comes over another connection."""
    script = Script(OK + b"Content-Length: 5\r\n\r\nhello" + OK + b"Content-Length: 2\r\n\r\nhi")
    async with fetching_from(script) as fetcher:
        for _ in range(2):
            assert (await fetcher.get(PAGE)).content == b"hello"

    assert script.connections == 2


@pytest.mark.parametrize("rest", [b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"])
async def test_a_part_of_a_second_answer_is_not_taken_for_the_next_ones(rest: bytes) -> None:
    """The next page is its own, or there is none."""
    script = Script(OK + b"Content-Length: 5\r\n\r\nhello" + rest)
    async with fetching_from(script) as fetcher:
        assert (await fetcher.get(PAGE)).content == b"hello"
        with suppress(SiteUnreachable):
            assert (await fetcher.get(PAGE)).content == b"hello"


async def test_headers_are_returned_as_sent() -> None:
    """Without blanks around, a folded one on one line, whatever bytes other headers hold; those of hints are not."""
    hints = b'HTTP/1.1 103 Hints\r\nETag: "early"\r\nLocation: /early\r\n\r\n'
    head = (
        b'HTTP/1.1 301 Away\r\nTitle: \xe9\xff\r\nETag:  "v1" \t\r\nLocation: /one\r\n  two\r\nLast-Modified:\r\n'
        b"Content-Type: text/html;\r\n charset=big5\r\nContent-Length: 0\r\n\r\n"
    )
    page = await answer_to(Script(hints + head))

    assert (page.status, page.location) == (301, "/one  two")
    assert (page.validators.etag, page.validators.last_modified) == ('"v1"', None)
    assert (page.content_type, (page.charset or "").strip()) == ("text/html", "big5")


async def test_what_came_of_a_broken_body_is_kept() -> None:
    """A page that is cut is better than none. What comes in one read with the nonsense may be lost."""
    text = b"hello" * 200_000
    broken = OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\nnonsense\r\n" % (len(text), text)
    async with fetching_from(Script(broken)) as fetcher:
        page = await fetcher.get(PAGE, limit=2_000_000)

    assert page.is_cut
    assert len(page.content) > len(text) / 2
    assert text.startswith(page.content)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        OK + b"A: " + b"x" * 70_000 + b"\r\n\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        OK + b"Content-Length: 99999999999999999999999\r\n\r\nhello",
        OK + b"Transfer-Encoding: gzip\r\n\r\nhello",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        b"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\nhello",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 70_000,
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 30_000,
        b"HTTP/1.1 101 Switching\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    ],
)
async def test_what_is_no_answer_is_an_unreachable_site(answer: bytes) -> None:
    """What is no answer is an unreachable site, and always the same error."""
    with pytest.raises(SiteUnreachable):
        await answer_to(Script(answer, hangs_up=True))


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi"),
        (OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi"),
        (OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello and more", b"hello"),
        (OK + b"Content-Length: 5, 5\r\n\r\nhello", b"hello"),
        (OK + b"Content-Length: -5\r\n\r\nhello", b"hello"),
        (OK + b"no colon\r\nBad Name: x\r\nA: \x00\r\n\r\nhello", b"hello"),
    ],
)
async def test_an_answer_that_aiohttp_does_not_trust_is_read_by_itself(answer: bytes, content: bytes) -> None:
    """Two readers could disagree on where such an answer ends: nothing else comes by its connection."""
    page = await answer_to(Script(answer, hangs_up=True))

    assert (page.content, page.is_cut) == (content, False)


async def test_a_chunk_that_is_longer_than_it_said_is_cut() -> None:
    page = await answer_to(Script(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello!!\r\n0\r\n\r\n", hangs_up=True))

    assert (page.content, page.is_cut) == (b"hello", True)


@pytest.mark.parametrize(
    "answer",
    [OK + b"Content-Length: 5\r\n\r\nhell", OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello"],
    ids=["a length", "chunks"],
)
async def test_an_answer_without_its_end_is_known_to_be_cut(answer: bytes) -> None:
    """It is never taken for the whole."""
    page = await answer_to(Script(answer, hangs_up=True))

    assert (answer.endswith(page.content), page.is_cut) == (True, True)


async def test_progress_without_end_is_left_at_the_deadline() -> None:
    """Nothing but 1xx, for ever."""
    script = Script(*[b"HTTP/1.1 100 Continue\r\n\r\n" * 100] * 10_000)
    async with fetching_from(script, timeout_s=0.5) as fetcher:
        with pytest.raises(SiteUnreachable, match="no answer within"):
            await fetcher.get(PAGE)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.binary(max_size=60) | st.sampled_from([OK, b"\r\n\r\n", b"Content-Length: 3\r\n", b"0\r\n"]), max_size=8
    )
)
async def test_whatever_comes_there_is_an_end(pieces: list[bytes]) -> None:
    """A page no longer than what came, or an error that says so."""
    try:
        page = await answer_to(Script(*pieces, hangs_up=True))
    except (SiteUnreachable, PageRefused):
        return
    assert len(page.content) <= sum(map(len, pieces))


async def test_a_request_goes_out_with_what_it_has_to_say() -> None:
    """One line, our headers, no body; in one head."""
    script = Script(OK + b"Content-Length: 0\r\n\r\n")
    async with fetching_from(script) as fetcher:
        await fetcher.get("http://acme.sg/a?b=%20c")

    line, *headers = script.requests[0].decode().split("\r\n")
    assert line == "GET /a?b=%20c HTTP/1.1"
    assert sorted(header.partition(":")[0] for header in headers if header) == [
        "Accept", "Accept-Encoding", "Accept-Language", "Host", "User-Agent"
    ]  # fmt: skip
    assert "Host: acme.sg" in headers
    assert "User-Agent: TestBot/1.0" in headers


@pytest.mark.parametrize("path", ["/a b", "/\r\nHost: evil.sg", "/ HTTP/1.1\r\nX: y\r\n\r\nGET /", "/\x7f", "/\0"])
async def test_nothing_is_slipped_into_a_request(path: str) -> None:
    """A line's end in an address would be another request: it is refused, or a part of this one's path."""
    script = Script(OK + b"Content-Length: 0\r\n\r\n")
    async with fetching_from(script) as fetcher:
        with suppress(PageRefused):
            await fetcher.get(f"http://acme.sg{path}")

    assert len(script.requests) < 2
    for request in script.requests:
        assert re.match(rb"GET /[!-~]* HTTP/1\.1\r\n", request)
        assert re.findall(rb"\r\nHost: .*\r\n", request) == [b"\r\nHost: acme.sg\r\n"]
        assert b"X: y" not in request


@pytest.mark.parametrize("value", ["b\r\nC: d", "b\0", "b\n"])
async def test_nothing_is_slipped_into_a_header(value: str) -> None:
    """A server's validator goes back as one header, or not at all."""
    script = Script(OK + b"Content-Length: 0\r\n\r\n")
    async with fetching_from(script) as fetcher:
        with pytest.raises(PageRefused):
            await fetcher.get(PAGE, known=Validators(etag=value))

    assert script.requests == []
