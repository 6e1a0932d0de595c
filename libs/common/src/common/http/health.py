"""Liveness, readiness and metrics over HTTP. Live: every task that has to run still runs. Ready: the parts answer.

Metrics have a port of their own if METRICS_PORT names one, so that the service's own port may be public.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest, start_http_server
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from common.errors import Permanent, Unavailable
from common.postgres import Database

#: A check returns what is wrong, or None.
Check = Callable[[], Awaitable[str | None]]

READY_TIMEOUT_S = 2.0


def tasks_run(tasks: Callable[[], Iterable["asyncio.Task[None] | None"]]) -> Check:
    """Alive while none of the tasks has ended. Asked each time, since a client makes its tasks as it starts."""

    async def check() -> str | None:
        for task in tasks():
            if task is not None and task.done():
                fault = None if task.cancelled() else task.exception()
                return f"task {task.get_name()} has ended: {fault!r}"
        return None

    return check


def database_answers(database: Database) -> Check:
    """Ready while PostgreSQL answers within two seconds."""

    async def check() -> str | None:
        try:
            async with asyncio.timeout(READY_TIMEOUT_S), database.without_tenant() as tx:
                await tx.execute("SELECT 1")
        except (Unavailable, TimeoutError) as error:
            return f"database: {error!r}"
        return None

    return check


async def verdict(checks: Iterable[Check]) -> tuple[int, str]:
    """HTTP status and text: the first reason against it, or ok."""
    for check in checks:
        if (reason := await check()) is not None:
            return 503, reason
    return 200, "ok"


def routes(live: Iterable[Check], ready: Iterable[Check]) -> list[Route]:
    """`/livez` and `/readyz`."""

    def probe(checks: Iterable[Check]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_: Request) -> Response:
            status, text = await verdict(checks)
            return PlainTextResponse(text, status)

        return answer

    return [
        Route("/livez", probe(live), include_in_schema=False),
        Route("/readyz", probe(ready), include_in_schema=False),
    ]


def metrics_route() -> Route:
    """`/metrics` on the service's own port, for a service whose port is not public."""

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", metrics, include_in_schema=False)


@contextmanager
def metrics_served(host: str, port: int | None) -> Iterator[None]:
    """Serves `/metrics` on a port of its own, if there is one. Raises Permanent if something else listens there."""
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        raise Permanent(f"/metrics cannot be served on METRICS_PORT {port} of {host}: {error}") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
