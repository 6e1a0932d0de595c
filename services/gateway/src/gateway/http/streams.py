"""Streams of server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Protocol, cast

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.types import Send

from common.errors import Unavailable

#: A silent stream sends this comment, a heartbeat, so often: before a proxy takes the stream for broken.
HEARTBEAT = KEEPALIVE_COMMENT
HEARTBEAT_S = 15.0

#: A stream of states ends after this. Its client resumes it, and its token is checked again.
STREAM_S = 15 * 60.0

#: Proxies must neither cache a stream nor buffer it.
UNBUFFERED = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class Stream(StreamingResponse):
    """Server-sent events from an async generator, which is closed when the client leaves.

    FastAPI's own response has tasks and queues for each stream, which take a third of the time to the first byte.
    """

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        async with aclosing(cast(AsyncGenerator[bytes, None], self.body_iterator)):
            await super().stream_response(send)


class State(Protocol):
    """The present state of a resource. Equal states have equal versions, on every replica."""

    @property
    def version(self) -> str: ...

    @property
    def is_over(self) -> bool: ...

    def model_dump_json(self) -> str: ...


async def states(
    read: Callable[[], Awaitable[State | None]], news: Callable[[], Awaitable[object]], seen: str | None
) -> AsyncGenerator[bytes, None]:
    """Streams states as events: the present one, unless the client has `seen` it, then each change, until the end.

    `read` is asked after each return of `news`, and at each heartbeat, so news that get lost are only late. While
    the state is not known it returns `None`, or raises Unavailable. The id of an event is its state's version.
    """
    ends = time.monotonic() + STREAM_S
    yield HEARTBEAT
    while time.monotonic() < ends:
        try:
            state = await read()
        except Unavailable:
            state = None
        if state is not None and state.version != seen:
            seen = state.version
            yield event("ended" if state.is_over else "progress", state.model_dump_json(), event_id=seen)
        if state is not None and state.is_over:
            return
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                await news()
        except TimeoutError:
            yield HEARTBEAT


def event(name: str, data: Mapping[str, object] | str, *, event_id: str | None = None) -> bytes:
    """Encodes an event. `data` is JSON, or is converted to JSON."""
    return format_sse_event(event=name, data_str=data if isinstance(data, str) else json.dumps(data), id=event_id)
