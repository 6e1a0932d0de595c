"""Builds the HTTP application. Its documentation is at /docs and /asyncapi.json."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute

from gateway import api_document, problems
from gateway.access.permissions import check_complete
from gateway.access.request_gate import RequestGate
from gateway.dependencies import Dependencies
from gateway.edge import docs_page
from gateway.routes import (
    admin,
    api_keys,
    audit_log,
    candidates,
    chat,
    icp,
    industries,
    jobs,
    leads,
    me,
    page,
    shortlist,
    users,
)

__all__ = ["Dependencies", "application"]


class Application(FastAPI):
    """FastAPI with an OpenAPI document that tells every answer."""

    def openapi(self) -> dict[str, Any]:
        """Builds the document, once: with the errors that any route may answer with."""
        if self.openapi_schema is None:
            self.openapi_schema = api_document.completed(super().openapi())
        return self.openapi_schema


def application(dependencies: Dependencies, probes: Sequence[BaseRoute] = ()) -> FastAPI:
    """Builds the application; `probes` are the routes for health and metrics.

    Raises ValueError for a route without a row in permissions.py.
    """
    app = Application(
        title="Leadgen",
        version="1",
        description="Qualified leads from the company register.",
        docs_url=None,
        redoc_url=None,
    )
    app.openapi_version = "3.2.0"  # the first that describes the events of a stream
    app.state.dependencies = dependencies
    problems.install(app)
    app.add_middleware(RequestGate)
    for routes in (
        chat,
        jobs,
        industries,
        icp,
        candidates,
        leads,
        shortlist,
        me,
        users,
        api_keys,
        audit_log,
        admin,
    ):
        app.include_router(routes.router)
    app.router.routes.extend([*docs_page.routes(), *probes])
    app.router.routes.extend(page.routes(dependencies.settings if dependencies is not None else None))
    check_complete(app.routes)
    return app
