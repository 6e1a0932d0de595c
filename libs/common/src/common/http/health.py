"""Liveness, readiness and metrics over HTTP. Live: every required task still runs. Ready: the dependencies answer.

Metrics have a port of their own if METRICS_PORT names one, so that the service's own port may be public.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest, make_asgi_app
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from common.errors import Permanent, Unavailable
from common.http.http_server import served_on
from common.postgres import Database
from common.settings import ServiceSettings

#: A check returns what is wrong, or None.
Check = Callable[[], Awaitable[str | None]]

READY_TIMEOUT_S = 2.0


def tasks_run(tasks: Callable[[], Iterable["asyncio.Task[None] | None"]]) -> Check:
    """A check that passes while none of the tasks has ended. Lists them each time: a client makes its own later."""

    async def check() -> str | None:
        for task in tasks():
            if task is not None and task.done():
                fault = None if task.cancelled() else task.exception()
                return f"task {task.get_name()} has ended: {fault!r}"
        return None

    return check


def database_answers(database: Database) -> Check:
    """A check that passes while PostgreSQL answers within two seconds."""

    async def check() -> str | None:
        try:
            async with asyncio.timeout(READY_TIMEOUT_S), database.without_tenant() as tx:
                await tx.execute("SELECT 1")
        except (Unavailable, TimeoutError) as error:
            return f"database: {error!r}"
        return None

    return check


async def verdict(checks: Iterable[Check]) -> tuple[int, str]:
    """Returns HTTP status and text: the first failed check's reason, or ok."""
    for check in checks:
        if (reason := await check()) is not None:
            return 503, reason
    return 200, "ok"


def routes(live: Iterable[Check], ready: Iterable[Check]) -> list[Route]:
    """Builds the routes `/livez` and `/readyz`."""

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
    """Builds the route `/metrics` on the service's own port, for a service whose port is not public."""

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", metrics, include_in_schema=False)


@asynccontextmanager
async def metrics_served(settings: ServiceSettings) -> AsyncIterator[None]:
    """Serves `/metrics` on a port of its own, if one is set. Raises Permanent if another process listens there.

    prometheus-client's own server has a thread that wakes up twice per second.
    """
    if settings.metrics_port is None:
        yield
        return
    async with AsyncExitStack() as serving:
        try:
            await serving.enter_async_context(served_on(settings.metrics_port, make_asgi_app(), settings))
        except OSError as error:
            place = f"METRICS_PORT {settings.metrics_port} of {settings.http_host}"
            raise Permanent(f"/metrics cannot be served on {place}: {error}") from error
        yield
