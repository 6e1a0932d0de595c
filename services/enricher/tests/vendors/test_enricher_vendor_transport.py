"""The connections to vendors: what was never sent differs from an answer that was lost, and nothing is followed."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest

from enricher.vendors.http import connect, failure_of, read_bounded


@asynccontextmanager
async def vendor(answer: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """A server that reads a request's head and body, answers, and closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = [line.lower() for line in head.splitlines()]
            length = sum(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
            body = await reader.readexactly(length)
            writer.write(answer(head + body))
            await writer.drain()
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def a_request(url: str) -> httpx2.Request:
    return httpx2.Request("POST", url, headers={"X-Key": "k", "Accept-Encoding": "gzip"}, content=b'{"a": 1}')


async def test_a_request_arrives_as_it_was_made() -> None:
    """Its headers and body, no header of aiohttp's own; the answer is unpacked by its reader."""
    seen: list[bytes] = []

    def answer(request: bytes) -> bytes:
        seen.append(request)
        body = gzip.compress(b"said")
        return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX-Two: a\r\nX-Two: b\r\nContent-Length: %d\r\n\r\n%s" % (
            len(body),
            body,
        )

    async with vendor(answer) as url, connect() as http:
        response = await http.handle_async_request(a_request(f"{url}/v1/a%2Fb?q=x%20y"))
        content = await read_bounded(response)

    assert (response.status_code, content) == (200, b"said")
    assert response.headers.get_list("x-two") == ["a", "b"]
    (request,) = seen
    assert request.startswith(b"POST /v1/a%2Fb?q=x%20y HTTP/1.1\r\n")
    assert request.endswith(b'{"a": 1}')
    names = {line.partition(b":")[0].lower() for line in request.split(b"\r\n\r\n")[0].splitlines()[1:]}
    assert names == {b"host", b"x-key", b"accept-encoding", b"content-length"}


async def test_a_redirect_is_an_answer() -> None:
    """It would carry key and question elsewhere."""
    async with (
        vendor(lambda _: b"HTTP/1.1 307 -\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as url,
        connect() as http,
    ):
        response = await http.handle_async_request(a_request(url))
        await response.aclose()

    assert (response.status_code, response.headers["location"]) == (307, "http://127.0.0.1:1/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",  # nobody listens
        "http://nobody.invalid/",  # no such name
        "ftp://127.0.0.1/",
    ],
)
async def test_a_request_that_never_left_was_not_charged(url: str) -> None:
    async with connect() as http:
        with pytest.raises(httpx2.HTTPError) as caught:
            await http.handle_async_request(a_request(url))

    assert not failure_of("tavily", caught.value, 5).may_be_charged


async def test_a_server_without_tls_was_not_asked() -> None:
    """The handshake fails before anything is sent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server, connect() as http:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(httpx2.ConnectError) as caught:
            await http.handle_async_request(a_request(f"https://127.0.0.1:{port}/"))

    assert not failure_of("tavily", caught.value, 5).may_be_charged


@pytest.mark.parametrize(
    "answered",
    [
        b"",  # closed without a word
        b"HTTP/1.1 200 OK\r\nContent-Le",  # broken off in its head
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf",
        b"nonsense\r\n\r\n",
    ],
)
async def test_a_lost_answer_may_have_been_charged(answered: bytes) -> None:
    async with vendor(lambda _: answered) as url, connect() as http:
        with pytest.raises(httpx2.HTTPError) as caught:
            await read_bounded(await http.handle_async_request(a_request(url)))

    assert failure_of("tavily", caught.value, 5).may_be_charged
