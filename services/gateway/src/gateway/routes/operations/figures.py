"""POST /metrics/ttfb and GET /metrics/summary: times that chat clients measured, and the tenant's own figures.

`GET /metrics` is Prometheus's text, for operators. With `Accept: application/json` it is the summary: `JsonMetrics`
sends it there before the request gate looks at the path, so it needs the rights that the summary needs.
"""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import figures
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps
from gateway.figures import Figures
from gateway.http.negotiation import prefers

SUMMARY = "/metrics/summary"

router = APIRouter(prefix="/metrics")

ALSO: dict[int | str, dict[str, Any]] = {
    200: {"description": "also the answer of `GET /metrics` with `Accept: application/json`"}
}


class Ttfb(BaseModel):
    """The time from sending a chat message to the first byte of the answer, as a client measured it."""

    model_config = ConfigDict(extra="forbid")

    ttfb_ms: Annotated[float, Field(ge=0, le=600_000, allow_inf_nan=False, strict=True, examples=[87.5])]


@router.post("/ttfb", status_code=204)
async def report(body: Ttfb, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> None:
    """Saves a time to the first byte for an hour, for the summary."""
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        await figures.keep_ttfb(tx, body.ttfb_ms)


@router.get("/summary", responses=ALSO)
async def summary(tenant: CurrentTenant, deps: Deps) -> Figures:
    """Shows the tenant's own figures: jobs, leads, times. Percentiles are of all samples of their window."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        return await figures.find(tx)


class JsonMetrics:
    """ASGI middleware. Answers `GET /metrics` with the summary if the client prefers JSON to text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, perhaps with another path."""
        if scope["type"] == "http" and scope["path"] == "/metrics" and scope["method"] in {"GET", "HEAD"}:
            accept = Headers(scope=scope).get("accept")
            if prefers("application/json", "text/plain", accept):
                scope = {**scope, "path": SUMMARY, "raw_path": SUMMARY.encode()}
        await self._app(scope, receive, send)
