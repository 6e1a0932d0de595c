"""Streams of server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import cast

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.types import Send

#: A silent stream sends this comment, a heartbeat, so often: before a proxy takes the stream for broken.
HEARTBEAT = KEEPALIVE_COMMENT
HEARTBEAT_S = 15.0

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


def event(name: str, data: Mapping[str, object] | str, *, event_id: str | None = None) -> bytes:
    """Encodes an event. `data` is JSON, or is made to JSON."""
    return format_sse_event(event=name, data_str=data if isinstance(data, str) else json.dumps(data), id=event_id)
