"""Records a span for each HTTP request; everything that the request causes is a part of it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.observability import tracing

#: Paths of probes, which are asked all the time.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
_HEADER = b"traceparent"


class RequestSpans:
    """ASGI middleware. The request continues with the span's own `traceparent`. Inactive unless spans are recorded."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if tracing.recording.begin is None or scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == _HEADER), None)
        if not tracing.is_chosen(given, "server"):
            await self._app(scope, receive, send)
            return
        beginning = tracing.Beginning("request", "server", given, {"http.request.method": scope["method"]})
        with tracing.spans([beginning]) as [traceparent]:
            others = [(name, value) for name, value in scope["headers"] if name != _HEADER]
            inner = {**scope, "headers": [*others, (_HEADER, (traceparent or "").encode())]}

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route = str(getattr(inner.get("route"), "path", "other"))
                    tracing.note(f"{scope['method']} {route}", {"http.response.status_code": message["status"]})
                await send(message)

            await self._app(inner, receive, noting)
