"""A gateway process refuses what is too large or too slow, at once and in little memory, whoever sends it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import httpx
import pytest

from embedded.ports import LOOPBACK

#: What a request that is refused may add to the process's memory.
GROWTH_MB = 40
LARGE = b'{"message": "' + b"x" * 61_000_000 + b'"}'
READ_TIMEOUT_S = 1.0


class Answer(NamedTuple):
    """A connection until its end: the first response's status, and all bytes."""

    status: int
    raw: bytes

    @property
    def problem(self) -> dict[str, Any]:
        head, _, body = self.raw.partition(b"\r\n\r\n")
        assert b"application/problem+json" in head.lower()
        document: dict[str, Any] = json.loads(body)
        assert document["status"] == self.status
        return document


@pytest.fixture(scope="module")
async def gateway(start_gateway_of_module: Callable[..., Awaitable[Any]], kafka_address: str) -> Any:
    """One for the tests here: none of them leaves anything behind."""
    return await start_gateway_of_module(kafka_address, HTTP_READ_TIMEOUT_S=str(READ_TIMEOUT_S))


@pytest.fixture
async def new_gateway(start_gateway: Callable[..., Awaitable[Any]], kafka_address: str) -> Any:
    """One whose memory has never been used for anything."""
    return await start_gateway(kafka_address, HTTP_READ_TIMEOUT_S=str(READ_TIMEOUT_S))


@pytest.fixture
def let_in(tokens: Callable[..., str]) -> str:
    """A header that the gateway takes."""
    return f"Authorization: Bearer {tokens()}\r\n"


def head(path: str = "/chat", *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: gateway", "Content-Type: application/json", *headers]
    return "\r\n".join(line.strip() for line in lines).encode() + b"\r\n\r\n"


async def exchange(gateway: Any, *pieces: bytes, within_s: float = 20) -> Answer:
    """Sends the pieces and reads until the gateway closes the connection."""
    reader, writer = await asyncio.open_connection(LOOPBACK, gateway.port)

    async def write() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    writing = asyncio.create_task(write())
    raw = b""
    try:
        async with asyncio.timeout(within_s):
            while more := await reader.read(65536):
                raw += more
    except ConnectionError:
        pass  # it was closed while we were still sending
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        writer.transport.abort()
    return Answer(int(raw.split(b" ", 2)[1]) if raw else 0, raw)


def chunked(body: bytes, size: int = 64 * 1024) -> list[bytes]:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return [*(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts), b"0\r\n\r\n"]


async def test_what_is_too_large_is_refused_in_little_memory(new_gateway, let_in) -> None:
    """Bodies with and without a token, by length and in chunks; heads of many headers, of one, of an endless URL."""
    before = new_gateway.peak_mb
    length = f"Content-Length: {len(LARGE)}"
    endless = b"a" * 10_000_000
    refused: list[tuple[int, Sequence[bytes]]] = [
        (401, [head("/chat", length), LARGE]),
        (401, [head("/chat", "Transfer-Encoding: chunked"), *chunked(LARGE)]),
        (413, [head("/chat", let_in, length), LARGE]),
        (413, [head("/chat", let_in, "Transfer-Encoding: chunked"), *chunked(LARGE)]),
        (431, [b"POST /chat HTTP/1.1\r\n" + b"X-One: two\r\n" * 1_000_000]),
        (431, [b"POST /chat HTTP/1.1\r\nX-One: " + endless]),
        (431, [b"GET /" + endless]),
        (431, [b"GET /livez HTTP/1.1\r\nX-One: " + b"a" * 100_000 + b"\r\n\r\n"]),
    ]
    began = time.monotonic()
    for status, pieces in refused:
        answer = await exchange(new_gateway, *pieces)
        assert answer.status == status, (pieces[0][:80], answer)
        assert answer.problem["detail"]
    assert time.monotonic() - began < 60
    assert new_gateway.peak_mb - before < GROWTH_MB
    assert await new_gateway.is_live()


async def test_a_client_of_a_library_gets_the_refusal_of_a_large_body(gateway) -> None:
    """It is still sending when the answer comes."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{gateway.url}/chat", content=LARGE, headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["title"] == "Token missing"


async def test_endless_trailers_and_tiny_chunks_end_with_the_connection(new_gateway, let_in) -> None:
    """Endless trailers and tiny chunks end with the connection: what is none of the body's bytes is bounded, too."""
    before = new_gateway.peak_mb
    start = head("/chat", let_in, "Transfer-Encoding: chunked")
    for rest in (b"0\r\n" + b"X-One: two\r\n" * 2_000_000, b"1;" + b"x" * 20_000_000):
        await exchange(new_gateway, start, *[rest[at : at + 65536] for at in range(0, len(rest), 65536)])
    assert new_gateway.peak_mb - before < GROWTH_MB
    assert await new_gateway.is_live()


async def test_four_hundred_slow_senders_are_cut_off(gateway, let_in) -> None:
    """Nothing sent, half a head, a byte of the next head, half a body: each connection is closed in time."""
    body_begins = head("/chat", let_in, "Content-Length: 100") + b"{"
    beginnings = [b"", b"\r\n", b"POST /chat HTTP/1.1\r\nHost: gate", body_begins]
    answers = await asyncio.gather(*(exchange(gateway, beginnings[n % 4], within_s=120) for n in range(400)))
    assert {answer.status for answer in answers} == {408}
    assert any("did not arrive within 1 s" in answer.problem["detail"] for answer in answers[3::4])
    assert await gateway.is_live()


async def test_a_sender_that_trickles_is_cut_off(gateway, let_in) -> None:
    """The time is for the whole of it, not from byte to byte."""
    reader, writer = await asyncio.open_connection(LOOPBACK, gateway.port)
    writer.write(head("/chat", let_in, "Content-Length: 100000"))
    began = time.monotonic()
    answered = asyncio.create_task(reader.read(65536))
    async for _ in ticks(0.1):
        if answered.done() or time.monotonic() - began > 20:
            break
        writer.write(b" ")
    assert b"408" in await answered
    writer.transport.abort()


async def test_a_second_request_of_a_connection_has_its_own_time(gateway) -> None:
    """A connection that is kept alive serves on, and a slow second head is cut off like a first one."""
    reader, writer = await asyncio.open_connection(LOOPBACK, gateway.port)
    for _ in range(2):
        writer.write(b"GET /livez HTTP/1.1\r\nHost: gateway\r\n\r\n")
        assert b"200 OK" in await reader.readuntil(b"\r\nok")
    writer.write(b"GET /livez")
    assert b"408" in await asyncio.wait_for(reader.read(), 60)
    writer.transport.abort()


async def test_json_that_is_nested_too_deeply_is_refused(gateway, let_in) -> None:
    """400, and at once."""
    for body in (b"[" * 200_000, b'{"titles":' * 20_000):
        answer = await exchange(
            gateway, head("/chat", let_in, "Connection: close", f"Content-Length: {len(body)}"), body
        )
        assert answer.status == 400
        assert answer.problem["detail"]


async def test_the_largest_body_is_taken(gateway, let_in) -> None:
    """To the last byte: it is read whole, and refused for what it says."""
    body = b'{"message": ""}'.ljust(256 * 1024)
    answer = await exchange(gateway, head("/chat", let_in, "Connection: close", f"Content-Length: {len(body)}"), body)
    assert answer.status == 422
    assert "body.message" in answer.problem["detail"]


async def ticks(seconds: float) -> AsyncIterator[None]:
    """Comes round every so often."""
    while True:
        yield
        await asyncio.sleep(seconds)
