"""One request and its answer in HTTP/1.1, over a connection that somebody else opened; llhttp reads the answer.

Bounded for servers that mean no good: 64 KiB up to the head's end, whatever comes before it, and as much between two
parts of the body; the body is the caller's to bound, who reads it as far as it likes. What is no HTTP, or breaks off,
is a RemoteProtocolError.
"""

import re
from collections.abc import Sequence

import httpcore
from httptools import HttpParserError, HttpResponseParser

Headers = Sequence[tuple[bytes, bytes]]

_READ = 64 * 1024
_MOST_UNSAID = 64 * 1024
_NO_BODY = (b"HEAD", b"CONNECT")
_LINE = re.compile(rb"[A-Z]+ [^\x00-\x20\x7f]+ HTTP/1\.1")
_FIELD = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [^\x00-\x08\x0a-\x1f\x7f]*")


class Exchange:
    """Sends, reads the head, then the body. `is_reusable`: the answer is at its end, and the connection stays open."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self._stream = stream
        self._answer = _Answer()

    @property
    def is_reusable(self) -> bool:
        return self._answer.is_reusable

    async def send(self, method: bytes, target: bytes, headers: Headers, body: bytes = b"") -> None:
        """The request, in one piece. Raises LocalProtocolError for what cannot be said in one."""
        line = b"%b %b HTTP/1.1" % (method, target)
        fields = [b"%b: %b" % header for header in headers]
        if not _LINE.fullmatch(line) or not all(map(_FIELD.fullmatch, fields)):
            raise httpcore.LocalProtocolError("the address or a header holds what no request may")
        self._answer.has_body = method not in _NO_BODY
        await self._stream.write(b"%b\r\n\r\n%b" % (b"\r\n".join([line, *fields]), body))

    async def read_head(self) -> None:
        """Status and headers of the answer; what comes before it (1xx) is passed over."""
        answer = self._answer
        left = _MOST_UNSAID
        while not answer.has_begun:
            if answer.error:
                raise httpcore.RemoteProtocolError(answer.error)
            if not left:
                raise httpcore.RemoteProtocolError("the answer's head is too long")
            data = await self._stream.read(left)
            if not data:
                raise httpcore.RemoteProtocolError("the server closed the connection without an answer")
            left -= len(data)
            answer.feed(data)
        self.status, self.headers = answer.status, answer.headers

    async def read(self) -> bytes:
        """The next part of the body, without its framing; nothing at its end."""
        answer = self._answer
        left = _MOST_UNSAID
        while not answer.parts and not answer.has_ended:
            if answer.error:
                raise httpcore.RemoteProtocolError(answer.error)
            if left <= 0:
                raise httpcore.RemoteProtocolError("the answer goes on and says nothing")
            data = await self._stream.read(_READ)
            left -= len(data)
            if data:
                answer.feed(data)
            else:
                answer.hang_up()
        part = b"".join(answer.parts)
        answer.parts.clear()
        return part


class _Answer:
    """What the parser has told so far. The `on_` methods are the parser's callbacks."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []  # of the body, to be taken
        self.has_body = True
        self.has_begun = self.has_ended = False
        self.is_reusable = False
        self.error = ""
        self._goes_on = False  # up to the connection's end
        self._stays_open = True
        self._parser = HttpResponseParser(self)
        # What browsers read, too, as RFC 9112 lets or has them do. It is dangerous where two readers of one connection
        # would have to agree on where an answer ends: here nobody else reads, and what is in doubt is not used again.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,  # folded ones: 5.2
            lenient_optional_cr_before_lf=True,  # 2.2
            lenient_chunked_length=True,  # chunked and a length: 6.3
            lenient_spaces_after_chunk_size=True,  # padded, by old servers
        )

    def feed(self, data: bytes) -> None:
        """What the server said next. Afterwards `error` says what was wrong with it."""
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self.is_reusable = False
            self.error = self.error or f"the answer is not HTTP/1.1: {error}"

    def hang_up(self) -> None:
        """The server has, before the end that it had announced, if it had."""
        if self._goes_on:
            self.has_ended = True
        else:
            self.error = "the answer breaks off"

    def on_message_begin(self) -> None:
        if self.has_begun:  # after the end: more than was asked for
            self.is_reusable = False
            raise _Refused
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        if b"\0" in value:
            self._refuse("the answer has a header that is none")
        if not self.has_begun:  # else a trailer
            self.headers.append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status == 101:
            self._refuse("the answer never begins")
        if self.status < 200:
            return
        fields = [(name.lower(), value) for name, value in self.headers]
        codings = {value.lower() for name, value in fields if name == b"transfer-encoding"}
        has_length = any(name == b"content-length" for name, _ in fields)
        if self.has_body and not codings <= {b"chunked"}:
            self._refuse("the answer is transferred in a way that nobody asked for")
        self._goes_on = not codings and not has_length
        self._stays_open = self.has_body and not (codings and has_length)
        self.has_begun = True
        self.has_ended = not self.has_body

    def on_body(self, part: bytes) -> None:
        if self.has_body:
            self.parts.append(part)

    def on_message_complete(self) -> None:
        if self.has_begun:
            self.has_ended = True
            self.is_reusable = self._stays_open and self._parser.should_keep_alive()

    def _refuse(self, why: str) -> None:
        self.error = why
        raise _Refused


class _Refused(Exception):
    """Ends the parsing; the parser raises an error of its own for it."""
