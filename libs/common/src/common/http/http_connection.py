"""uvicorn's HTTP/1.1 connection with additional limits: on a request's size, and on slow senders and readers.

A request's head (request line and headers) has `MAX_HEAD` bytes and `read_timeout_s` seconds; beyond that the answer is
431 or 408. What chunked encoding adds to a body has `MAX_FRAMING` bytes; beyond that the connection is closed. The
application limits the body itself, since only it knows whether it reads one. A client that reads an answer so slowly
that what waits for it does not go out within `write_timeout_s` is cut off.

Answers are dated here, when their request comes: uvicorn has a timer that sets the date once per second.
"""

import json
import time
from asyncio import TimerHandle, Transport
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from common.http.security_headers import DATA_POLICY, HEADERS

MAX_HEAD = 64 * 1024
MAX_FRAMING = 2 * 1024 * 1024

_SECURITY = "".join(
    f"{name.lower()}: {value}\r\n" for name, value in {**HEADERS, "Content-Security-Policy": DATA_POLICY}.items()
)


class _HeadTooLarge(Exception):
    """Ends the parser's callback; the parser turns it into one of its own errors."""


class BoundedConnection(HttpToolsProtocol):
    """A connection that refuses heads that are too large or come too slowly, with a problem document."""

    def __init__(self, *arguments: Any, read_timeout_s: float, write_timeout_s: float, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._read_timeout_s = read_timeout_s
        self._write_timeout_s = write_timeout_s
        self._write_deadline: TimerHandle | None = None
        self._head_deadline: TimerHandle | None = None
        self._received = 0  # bytes since the request began, less those of its body
        self._is_too_large = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_deadline()
        self._stop_write_deadline()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Waits until the client reads on; the transport holds no more for it than its limit."""
        super().pause_writing()
        self._write_deadline = self.loop.call_later(self._write_timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_write_deadline()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._head_deadline is not None:
            if self._received > MAX_HEAD:
                self._refuse_head()
        elif self._received > MAX_FRAMING:
            self.transport.abort()
        elif self.cycle.response_complete:  # these bytes begin no request, or end one that nobody reads
            self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._received = 0
        if self._head_deadline is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD:
            self._is_too_large = True
            raise _HeadTooLarge
        self._stop_deadline()
        self.server_state.default_headers = _date_header(int(time.time()))
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_deadline is not None:  # else it is a trailer, which nobody reads
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._received -= len(body)

    def send_400_response(self, msg: str) -> None:
        if self._is_too_large:
            self._refuse_head()
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _await_head(self) -> None:
        self._head_deadline = self.loop.call_later(self._read_timeout_s, self._refuse_late_head)

    def _stop_deadline(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _stop_write_deadline(self) -> None:
        if self._write_deadline is not None:
            self._write_deadline.cancel()
            self._write_deadline = None

    def _refuse_late_head(self) -> None:
        self._head_deadline = None
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"The request's head did not come within {self._read_timeout_s:g} s.")

    def _refuse_head(self) -> None:
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"Request line and headers have more than {MAX_HEAD} bytes."
        )

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        self._stop_deadline()
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()  # an earlier request of this connection is being answered
            return
        body = json.dumps({"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}).encode()
        head = (
            f"content-type: application/problem+json\r\ncontent-length: {len(body)}\r\n"
            f"{_SECURITY}connection: close\r\n\r\n"
        ).encode()
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()


@lru_cache(maxsize=1)
def _date_header(second: int) -> list[tuple[bytes, bytes]]:
    return [(b"date", formatdate(second, usegmt=True).encode())]
