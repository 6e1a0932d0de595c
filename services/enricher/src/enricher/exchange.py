"""One request and its answer in HTTP/1.1 (RFC 9112), over a connection that somebody else opened.

Bounded for servers that mean no good: a head of 64 KiB, a chunk's line of 4 KiB; the body is the caller's to bound, who
reads it as far as it likes. What is no HTTP, or breaks off, is a RemoteProtocolError.
"""

import re
from collections.abc import Sequence

import httpcore

Headers = Sequence[tuple[bytes, bytes]]

_READ = 64 * 1024
_MOST_HEAD = 64 * 1024
_MOST_LINE = 4 * 1024
_MOST_INTERIM, _MOST_TRAILERS = 20, 100
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([0-9]{3})(?: [^\x00\r\n]*)?")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00\r\n]*)")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_UNFIT = re.compile(rb"[\x00-\x20\x7f]")


class Exchange:
    """Sends, reads the head, then the body. `is_reusable`: the answer is at its end, and the connection stays open."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_reusable = False
        self._stream = stream
        self._unread = bytearray()
        self._stays_open = False
        self._has_ended = False
        self._is_chunked = self._is_in_chunks = False
        self._left: int | None = None  # of the body, or of the chunk; None: up to the connection's end

    async def send(self, method: bytes, target: bytes, headers: Headers, body: bytes = b"") -> None:
        """The request, in one piece. Raises LocalProtocolError for what cannot be said in one."""
        lines = [b"%b: %b" % header for header in headers]
        if _UNFIT.search(target) or not all(map(_FIELD.fullmatch, lines)):
            raise httpcore.LocalProtocolError("the address or a header holds what no request may")
        head = b"\r\n".join([b"%b %b HTTP/1.1" % (method, target), *lines])
        await self._stream.write(b"%b\r\n\r\n%b" % (head, body))

    async def read_head(self) -> None:
        """Status and headers of the answer; what comes before it (1xx) is passed over."""
        for _ in range(_MOST_INTERIM):
            seen = 0
            while (end := _HEAD_END.search(self._unread, max(seen - 3, 0))) is None:
                seen = len(self._unread)
                if seen > _MOST_HEAD:
                    break
                await self._more("the server closed the connection without an answer")
            if end is None or end.start() > _MOST_HEAD:
                raise httpcore.RemoteProtocolError("the answer's head is too long")
            head = bytes(self._unread[: end.start()])
            del self._unread[: end.end()]
            version = self._read_fields(head)
            if self.status >= 200:
                said = self._values(b"connection")
                self._stays_open = version == b"1" and b"close" not in said
                self._begin_body()
                return
            if self.status == 101:
                break
        raise httpcore.RemoteProtocolError("the answer never begins")

    async def read(self) -> bytes:
        """The next part of the body, without its framing; nothing at its end.

        Whoever stops before that cannot use the connection again.
        """
        if self._is_chunked and not self._left and not self._has_ended:
            await self._next_chunk()
        if self._has_ended:
            return b""
        if not self._unread:
            self._unread += await self._stream.read(_READ)
            if not self._unread and self._left is None:
                self._end()
            elif not self._unread:
                raise httpcore.RemoteProtocolError("the answer breaks off")
        part = bytes(self._unread[: self._left])
        del self._unread[: len(part)]
        if self._left is not None:
            self._left -= len(part)
            if not self._left and not self._is_chunked:
                self._end()
        return part

    def _begin_body(self) -> None:
        """How the body is framed. Raises RemoteProtocolError where that is not clear."""
        codings, lengths = self._values(b"transfer-encoding"), set(self._values(b"content-length"))
        if self.status in (204, 304):
            self._end()
        elif codings:
            if codings != [b"chunked"]:
                raise httpcore.RemoteProtocolError("the answer is transferred in a way that nobody asked for")
            self._stays_open &= not lengths
            self._left, self._is_chunked = 0, True
        elif lengths:
            if len(lengths) > 1 or not _LENGTH.fullmatch(length := lengths.pop()):
                raise httpcore.RemoteProtocolError("the answer's length is no number")
            self._left = int(length)
            if not self._left:
                self._end()
        else:
            self._stays_open = False

    def _end(self) -> None:
        self._has_ended = True
        self.is_reusable = self._stays_open and not self._unread

    def _read_fields(self, head: bytes) -> bytes:
        """Takes status and headers out of it; the minor version of the protocol."""
        first, *lines = _FOLD.sub(b" ", head).split(b"\n")
        status = _STATUS.fullmatch(first.rstrip(b"\r"))
        if status is None:
            raise httpcore.RemoteProtocolError("the answer is not HTTP/1.1")
        self.status, self.headers = int(status[2]), []
        for line in lines:
            field = _FIELD.fullmatch(line.rstrip(b"\r"))
            if field is None:
                raise httpcore.RemoteProtocolError("the answer has a header that is none")
            self.headers.append((field[1], field[2].rstrip(b" \t")))
        return status[1]

    def _values(self, name: bytes) -> list[bytes]:
        """The members of a header that is a list, in lower case."""
        said = [value for key, value in self.headers if key.lower() == name]
        return [part.strip().lower() for value in said for part in value.split(b",")]

    async def _next_chunk(self) -> None:
        """Reads up to the next chunk's content, or to the end."""
        if self._is_in_chunks and (await self._line()).strip():
            raise httpcore.RemoteProtocolError("the answer has a chunk that does not end")
        self._is_in_chunks = True
        size = _SIZE.fullmatch(await self._line())
        if size is None:
            raise httpcore.RemoteProtocolError("the answer has a chunk without a size")
        self._left = int(size[1], 16)
        if self._left:
            return
        for _ in range(_MOST_TRAILERS):
            if not (await self._line()).strip():
                self._end()
                return
        raise httpcore.RemoteProtocolError("the answer does not end")

    async def _line(self) -> bytes:
        while (end := self._unread.find(b"\n")) < 0:
            if len(self._unread) > _MOST_LINE:
                raise httpcore.RemoteProtocolError("the answer has a line that is too long")
            await self._more("the answer breaks off")
        line = bytes(self._unread[: end + 1])
        del self._unread[: end + 1]
        return line

    async def _more(self, where_none: str) -> None:
        part = await self._stream.read(_READ)
        if not part:
            raise httpcore.RemoteProtocolError(where_none)
        self._unread += part
