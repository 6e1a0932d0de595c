"""Builds the HTTP application. Its documentation is at /docs and /asyncapi.json."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.routing import BaseRoute

from gateway import problems
from gateway.access.permissions import check_complete
from gateway.access.request_gate import RequestGate
from gateway.dependencies import Dependencies
from gateway.routes import admin, audit_log, candidates, chat, icp, industries, jobs, leads, page, shortlist

__all__ = ["Dependencies", "application"]


def application(dependencies: Dependencies, probes: Sequence[BaseRoute] = ()) -> FastAPI:
    """Builds the application; `probes` are the routes for health and metrics.

    Raises ValueError for a route without a row in permissions.py.
    """
    app = FastAPI(title="Leadgen", version="1", description="Qualified leads from the company register.")
    app.state.dependencies = dependencies
    problems.install(app)
    app.add_middleware(RequestGate)
    for routes in (chat, jobs, industries, icp, candidates, leads, shortlist, audit_log, admin):
        app.include_router(routes.router)
    app.router.routes.extend(probes)
    app.router.routes.extend(page.routes(dependencies.settings if dependencies is not None else None))
    check_complete(app.routes)
    return app
