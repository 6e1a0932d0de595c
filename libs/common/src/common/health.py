"""Liveness, readiness and metrics over HTTP. Live: every task that has to run still runs. Ready: the parts answer."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from faststream.asgi import AsgiResponse, get
from faststream.asgi.types import ASGIApp, Scope
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from common.errors import Unavailable
from common.postgres import Database

#: A check returns what is wrong, or None.
Check = Callable[[], Awaitable[str | None]]

READY_TIMEOUT_S = 2.0


def tasks_run(tasks: Callable[[], Iterable["asyncio.Task[None] | None"]]) -> Check:
    """Alive while none of the tasks has ended. Asked anew each time, since a client makes its tasks as it starts."""

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
            async with asyncio.timeout(READY_TIMEOUT_S), database.plumbing() as tx:
                await tx.execute("SELECT 1")
        except (Unavailable, TimeoutError) as error:
            return f"database: {error!r}"
        return None

    return check


async def verdict(checks: Iterable[Check]) -> tuple[int, str]:
    """HTTP status and text: the first complaint, or ok."""
    for check in checks:
        if (complaint := await check()) is not None:
            return 503, complaint
    return 200, "ok"


def routes(live: Iterable[Check], ready: Iterable[Check]) -> list[tuple[str, ASGIApp]]:
    """`/livez`, `/readyz` and `/metrics` for a FastStream application."""

    def probe(checks: Iterable[Check]) -> ASGIApp:
        @get
        async def answer(scope: Scope) -> AsgiResponse:
            status, text = await verdict(checks)
            return AsgiResponse(text.encode(), status, {"content-type": "text/plain; charset=utf-8"})

        return answer

    @get
    async def metrics(scope: Scope) -> AsgiResponse:
        return AsgiResponse(generate_latest(), 200, {"content-type": CONTENT_TYPE_LATEST})

    return [("/livez", probe(live)), ("/readyz", probe(ready)), ("/metrics", metrics)]
