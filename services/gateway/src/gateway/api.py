"""Builds the HTTP application. Its documentation is at /docs and /asyncapi.json."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute

from gateway.access.load_shedding import LoadShedding, streams_of
from gateway.access.permissions import ACCESS, IN_PRODUCTION, check_complete
from gateway.access.request_gate import RequestGate
from gateway.access.request_metrics import RequestMetrics
from gateway.dependencies import Dependencies
from gateway.http import api_document, docs_page, problems
from gateway.routes.access import api_keys, me, users
from gateway.routes.chat import agent_runs, agent_threads, chat, page
from gateway.routes.icp import icp, industries
from gateway.routes.jobs import enrichment_events, enrichments, job_events, jobs
from gateway.routes.lists import candidates, companies, leads, shortlist
from gateway.routes.operations import admin, audit_log, dead_letters, figures, odoo, usage

__all__ = ["Dependencies", "application"]


class Application(FastAPI):
    """FastAPI with an OpenAPI document that lists every answer."""

    def openapi(self) -> dict[str, Any]:
        """Builds the document once, with the errors that any route may answer with."""
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
        redirect_slashes=False,  # the address would be of the host that the request names
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours: request_spans.py, request_metrics.py
    )
    app.openapi_version = "3.2.0"  # the first that describes the events of a stream
    app.state.dependencies = dependencies
    problems.install(app)
    for routes in (  # the first ones are found first
        chat,
        candidates,
        leads,
        agent_threads,
        agent_runs,
        jobs,
        job_events,
        enrichments,
        enrichment_events,
        industries,
        icp,
        shortlist,
        odoo,
        me,
        users,
        api_keys,
        companies,
        usage,
        figures,
        audit_log,
        admin,
        dead_letters,
    ):
        # Not include_router: the routes of a router inside another are compared one by one, and those found twice.
        app.router.routes.extend(routes.router.routes)
    app.router.routes.extend([*docs_page.routes(), *probes])
    app.router.routes.extend(page.routes(dependencies.settings if dependencies is not None else None))
    check_complete(app.routes)
    if dependencies is not None:
        limits = dependencies.settings
        app.add_middleware(
            LoadShedding,
            max_requests=limits.gateway_max_requests,
            max_streams=limits.gateway_max_streams,
            streams=streams_of(app.routes),
        )
    is_production = dependencies is not None and dependencies.settings.is_production
    # Outside of the other: slow senders take no place.
    app.add_middleware(RequestGate, table=IN_PRODUCTION if is_production else ACCESS)
    app.add_middleware(figures.JsonMetrics)  # before the gate, which looks at the path
    app.add_middleware(RequestMetrics)
    return app
