"""The HTTP interface, put together. Documented at /docs and /asyncapi.json."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.routing import BaseRoute

from gateway import problems
from gateway.parts import Parts
from gateway.request_gate import RequestGate
from gateway.routes import chat, icp, industries, jobs, leads

__all__ = ["Parts", "application"]


def application(parts: Parts, watch: Sequence[BaseRoute] = ()) -> FastAPI:
    """The application on its parts; `watch` are the routes for those who watch over it."""
    app = FastAPI(title="Leadgen", version="1", description="Qualified leads from the company register.")
    app.state.parts = parts
    problems.install(app)
    app.add_middleware(RequestGate)
    for routes in (chat, jobs, industries, icp, leads):
        app.include_router(routes.router)
    app.router.routes.extend(watch)
    return app
