"""Load shedding: above a number of concurrent requests, the gateway answers 503.

Streams are counted apart, since most of their life they only wait. A stream counts as a request until its first byte,
and no tenant has more than half of the streams. An answer in many parts, such as a file or a CSV, waits for its reader:
after its first part it exchanges its place for one of those for such answers, if one is free. So readers who take their
time keep nobody out. Probes are always answered. The middleware stands behind the request gate: slow senders take no
place.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import metrics
from gateway.http.problems import Problem, answer
from gateway.http.streams import Stream

PROBES = frozenset({"/livez", "/readyz"})

#: Routes that wait for another service's answer; they count as streams, without a first byte.
WAITING = ("POST /jobs/staging_upsert", "DELETE /jobs/{job_id}")

SHED = Problem(503, "Overloaded", "The gateway is overloaded. Nothing was done; try again.", retry_after_s=1)
TOO_MANY_STREAMS = Problem(
    429,
    "Too many streams",
    "Your tenant has reached its limit of open streams. Nothing was done; close a stream, or try again later.",
    retry_after_s=10,
)


class Places:
    """A number of places, each taken by one request."""

    def __init__(self, number: int) -> None:
        self.free = number

    def take(self) -> bool:
        """Takes a place; False if none is free."""
        if self.free <= 0:
            return False
        self.free -= 1
        return True

    def leave(self) -> None:
        """Gives a place back."""
        self.free += 1


class LoadShedding:
    """ASGI middleware. `streams` are rows "METHOD /path" of routes that answer with a stream."""

    def __init__(self, app: ASGIApp, *, max_requests: int, max_streams: int, streams: Iterable[str]) -> None:
        self._app = app
        self._requests = Places(max_requests)
        self._long_answers = Places(max_requests)
        self._streams = Places(max_streams)
        self._streams_of: Counter[int] = Counter()
        self._most_of_a_tenant = max(1, max_streams // 2)
        self._stream_routes = _compiled(streams)
        self._waiting_routes = _compiled(WAITING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on if there is a place for it."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
        elif _matches(self._waiting_routes, scope):
            await self._as_stream([self._streams], scope, receive, send)
        elif _matches(self._stream_routes, scope):
            await self._as_stream([self._streams, self._requests], scope, receive, send)
        else:
            await self._in_place([self._requests], scope, receive, send)

    async def _as_stream(self, places: list[Places], scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get("state", {}).get("caller")
        if caller is None:
            await self._in_place(places, scope, receive, send)
            return
        tenant_id = caller.tenant_id
        if self._streams_of[tenant_id] >= self._most_of_a_tenant:
            metrics.requests_shed.labels("stream").inc()
            await answer(TOO_MANY_STREAMS)(scope, receive, send)
            return
        self._streams_of[tenant_id] += 1
        try:
            await self._in_place(places, scope, receive, send)
        finally:
            self._streams_of[tenant_id] -= 1
            if not self._streams_of[tenant_id]:
                del self._streams_of[tenant_id]

    async def _in_place(self, places: list[Places], scope: Scope, receive: Receive, send: Send) -> None:
        taken: list[Places] = []
        try:
            for place in places:
                if not place.take():
                    metrics.requests_shed.labels("stream" if place is self._streams else "request").inc()
                    await answer(SHED)(scope, receive, send)
                    return
                taken.append(place)

            async def send_from_place(message: Message) -> None:
                if message["type"] == "http.response.body" and taken[-1] is self._requests:
                    if len(taken) > 1:
                        taken.pop().leave()  # the stream's first byte: from now on it waits
                    elif message.get("more_body", False) and self._long_answers.take():
                        taken.pop().leave()
                        taken.append(self._long_answers)
                await send(message)

            await self._app(scope, receive, send_from_place)
        finally:
            for place in taken:
                place.leave()


def streams_of(routes: Iterable[BaseRoute]) -> list[str]:
    """Lists the routes that answer with a stream, by their response class."""
    found = []
    for context in iter_route_contexts(list(routes)):
        answer_class = getattr(context.route, "response_class", None)
        if isinstance(answer_class, type) and issubclass(answer_class, Stream):
            found += [f"{method} {context.path}" for method in context.methods or ()]
    return found


def _compiled(rows: Iterable[str]) -> Mapping[str, Sequence[re.Pattern[str]]]:
    """Returns the rows' paths by method."""
    by_method: dict[str, list[re.Pattern[str]]] = {}
    for method, _, path in (row.partition(" ") for row in rows):
        by_method.setdefault(method, []).append(compile_path(path)[0])
    return by_method


def _matches(routes: Mapping[str, Sequence[re.Pattern[str]]], scope: Scope) -> bool:
    path = scope["path"]
    return any(pattern.match(path) for pattern in routes.get(scope["method"], ()))
