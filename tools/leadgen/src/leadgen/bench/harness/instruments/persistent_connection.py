"""A persistent HTTP connection with little CPU cost, so that a measurement is the server's and not the client's."""

import asyncio
import re
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from common.errors import Permanent

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class NotAnswered(Permanent):
    """The server did not answer with 200 and a body of known length."""


class PersistentConnection:
    """A connection to `url` that sends this token, if there is one; one request at a time."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._place = urlsplit(url)
        self._head = f"Host: {self._place.netloc}\r\n" + (f"Authorization: Bearer {token}\r\n" if token else "")

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._place.hostname, self._place.port, limit=2**20)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    async def get(self, path: str) -> bytes:
        """Sends a GET and returns the body. Raises NotAnswered."""
        head, body = await self._exchange(path)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise NotAnswered(f"GET {path} answered {head.decode(errors='replace')}")
        return body

    async def ask(self, path: str) -> tuple[int, bytes]:
        """Sends a GET and returns any status, with the head of the answer. Raises NotAnswered."""
        head, _ = await self._exchange(path)
        return int(head.split(b" ", 2)[1]), head

    async def open_stream(self, path: str) -> None:
        """Opens a stream and waits for its first event; the connection cannot be used for anything else then."""
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())
        await self._reader.readuntil(b"\ndata: ")

    async def _exchange(self, path: str) -> tuple[bytes, bytes]:
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length is None:
            raise NotAnswered(f"GET {path} answered {head.decode(errors='replace')}")
        return head, await self._reader.readexactly(int(length[1]))
