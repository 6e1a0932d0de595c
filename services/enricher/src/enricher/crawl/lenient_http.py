"""Reads answers that browsers read but aiohttp refuses as malformed: a length given twice, a transfer encoding that
changes nothing beside it, a line among the headers that is none.

Only the head is mended; h11 reads the answer. The connection serves one request, so that no other answer can be hidden
behind a wrong length.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress

import h11
from yarl import URL

from enricher.crawl.errors import SiteUnreachable
from enricher.crawl.network import GuardedNetwork
from enricher.crawl.replies import Reply

_MAX_LINES = 200
_MAX_HEAD = 64 * 1024
_PART = 64 * 1024
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,200})[ \t]{0,20}:[ \t]{0,20}([^\r\n\0]*)")


@asynccontextmanager
async def get(
    url: str, headers: Mapping[str, str], network: GuardedNetwork, tls: ssl.SSLContext | None
) -> AsyncIterator[Reply]:
    """Sends a GET and gives the reply, whose body is read inside the block. Takes as long as the server does.

    Raises SiteUnreachable, PageRefused, OSError, or h11's ProtocolError where the reply is beyond mending.
    """
    target = URL(url)
    host = target.raw_host or ""
    is_safe = target.scheme == "https"
    context = tls or ssl.create_default_context() if is_safe else None
    reader, writer = await network.open(host, target.port or (443 if is_safe else 80), context)
    try:
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        named = f"[{host}]" if ":" in host else host
        fields = [("Host", named), *headers.items(), ("Connection", "close")]
        request = http.send(h11.Request(method="GET", target=target.raw_path_qs, headers=fields)) or b""
        writer.write(request + (http.send(h11.EndOfMessage()) or b""))
        await writer.drain()
        answer = await _answer(http, reader)
        yield Reply(answer.status_code, list(answer.headers), _parts(http, reader))
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def _answer(http: h11.Connection, reader: asyncio.StreamReader) -> h11.Response:
    """The head of the answer, behind those that only announce it (103 Early Hints)."""
    for _ in range(5):
        http.receive_data(b"\r\n".join([*mended(await _head(reader)), b"", b""]))
        event = http.next_event()
        if isinstance(event, h11.Response):
            return event
    raise SiteUnreachable("no answer among the heads that announce one")


async def _head(reader: asyncio.StreamReader) -> list[bytes]:
    """The lines of a head, without the empty one behind them."""
    lines: list[bytes] = []
    while len(lines) < _MAX_LINES:
        try:
            line = await reader.readline()
        except ValueError as error:
            raise SiteUnreachable("a header is too long") from error
        if not line:
            raise SiteUnreachable("the response ends early")
        if not line.strip(b"\r\n"):
            return lines
        lines.append(line.rstrip(b"\r\n"))
    raise SiteUnreachable("the response has too many headers")


def mended(head: Iterable[bytes]) -> Iterator[bytes]:
    """The status line and the headers without lines that are none, framed once.

    A transfer encoding of "identity", a repeated one and a length that is no number say nothing. Equal lengths are left
    to h11, which takes them as one and refuses others.
    """
    status, *lines = head or [b""]
    yield status
    is_framed = False
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            continue
        name, value = field[1].lower(), field[2].strip()
        if name == b"transfer-encoding":
            if is_framed or value.lower() in (b"", b"identity"):
                continue
            is_framed = True
        if name == b"content-length" and not all(it.strip().isdigit() for it in value.split(b",")):
            continue
        yield field[1] + b": " + value


async def _parts(http: h11.Connection, reader: asyncio.StreamReader) -> AsyncGenerator[bytes]:
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(_PART))
        elif isinstance(event, h11.Data):
            yield bytes(event.data)
        else:
            return
