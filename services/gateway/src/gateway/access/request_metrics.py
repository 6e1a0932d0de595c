"""Measures HTTP requests: the time until the answer begins; for streams, the first byte and the number open."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import metrics
from gateway.http.api_document import EVENT_STREAM

#: The label of requests that no route matched, and of unknown methods: they are without bound.
OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """ASGI middleware. It wraps all others, so that it counts the requests that they refuse."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and measures its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        waits_for_first_byte = False
        stream_of: str | None = None

        async def measured(message: Message) -> None:
            nonlocal waits_for_first_byte, stream_of
            if message["type"] == "http.response.start":
                route = _route(scope)
                status = f"{message['status'] // 100}xx"
                method = scope["method"] if scope["method"] in METHODS else OTHER
                metrics.request_duration.labels(method, route, status).observe(time.perf_counter() - began)
                if message["status"] == 200 and _is_stream(message):
                    stream_of, waits_for_first_byte = route, True
                    metrics.streams_open.labels(route).inc()
            await send(message)
            if waits_for_first_byte and message["type"] == "http.response.body" and message.get("body"):
                waits_for_first_byte = False
                metrics.first_byte.labels(stream_of).observe(time.perf_counter() - began)

        try:
            await self._app(scope, receive, measured)
        finally:
            if stream_of is not None:
                metrics.streams_open.labels(stream_of).dec()


def _route(scope: Scope) -> str:
    """Returns the path of the matched route, with its parameters' names, which FastAPI stores in the scope."""
    return str(getattr(scope.get("route"), "path", OTHER))


def _is_stream(message: Message) -> bool:
    return any(name == b"content-type" and EVENT_STREAM.encode() in value for name, value in message["headers"])
