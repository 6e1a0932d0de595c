"""The least role of every route: the one place where rights are declared.

The request gate looks the request up here before it reads a body. The application does not start with a route that has
no row here. A row is "METHOD /path" as the route declares its path; HEAD counts as GET.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path

from gateway.access.caller import Role

#: `open`: no credential is needed. `anyone`: any valid credential, also without a tenant. Otherwise the least role.
Access = Role | Literal["open", "anyone"]

ACCESS: Mapping[str, Access] = {
    "GET /livez": "open",
    "GET /readyz": "open",
    "GET /metrics": "ops",  # METRICS_PORT opens it for Prometheus, on a port that is not public
    "GET /docs": "open",
    "GET /docs/files/{name}": "open",
    "GET /openapi.json": "open",
    "GET /asyncapi.json": "open",
    "GET /": "open",
    "GET /app": "open",
    "GET /app/settings.json": "open",
    "GET /app/{path:path}": "open",
    "GET /me": "anyone",
    "POST /chat": "sdr",
    "GET /agent/info": "sdr",
    "POST /agent/threads": "sdr",
    "POST /agent/threads/search": "sdr",
    "GET /agent/threads/{thread_id}": "sdr",
    "PATCH /agent/threads/{thread_id}": "sdr",
    "DELETE /agent/threads/{thread_id}": "sdr",
    "POST /agent/threads/{thread_id}/history": "sdr",
    "POST /agent/threads/{thread_id}/runs/stream": "sdr",
    "GET /agent/threads/{thread_id}/runs/{run_id}": "sdr",
    "GET /agent/threads/{thread_id}/runs/{run_id}/stream": "sdr",
    "POST /jobs/staging_upsert": "sdr",
    "GET /jobs": "viewer",
    "GET /jobs/{job_id}": "viewer",
    "DELETE /jobs/{job_id}": "sdr",
    "GET /jobs/{job_id}/events": "viewer",
    "POST /enrichments": "sdr",
    "GET /enrichments/{request_id}": "viewer",
    "GET /enrichments/{request_id}/events": "viewer",
    "GET /industries/resolve": "viewer",
    "GET /odoo": "admin",
    "PUT /odoo": "admin",
    "POST /odoo/check": "admin",
    "GET /icp": "viewer",
    "PUT /icp": "sdr",
    "POST /icp/preview": "viewer",
    "GET /candidates/latest": "viewer",
    "GET /scores/latest": "viewer",
    "GET /leads": "viewer",
    "GET /leads/{company_id}/explain": "viewer",
    "POST /leads/{company_id}/feedback": "sdr",
    "GET /companies/{company_id}": "viewer",
    "GET /companies/{company_id}/timeline": "viewer",
    "GET /usage": "viewer",
    "POST /metrics/ttfb": "viewer",
    "GET /metrics/summary": "viewer",
    "GET /shortlist": "viewer",
    "GET /api-keys": "admin",
    "POST /api-keys": "admin",
    "DELETE /api-keys/{key_id}": "admin",
    "GET /users": "admin",
    "GET /users/{subject:path}": "admin",
    "PUT /users/{subject:path}": "admin",
    "DELETE /users/{subject:path}": "admin",
    "GET /audit-log": "admin",
    "GET /admin/dead-letters": "ops",
    "GET /admin/dead-letters/groups": "ops",
    "POST /admin/dead-letters/retry": "ops",
    "GET /admin/runs": "ops",
    "GET /admin/runs/{run_id}": "ops",
    "POST /admin/runs/nightly": "ops",
}

#: In production the documentation needs a credential: it names the routes of the administration.
IN_PRODUCTION: Mapping[str, Access] = {
    row: "anyone" if row.startswith(("GET /docs", "GET /openapi.json", "GET /asyncapi.json")) else access
    for row, access in ACCESS.items()
}


class Permissions:
    """The rows of a table, prepared to look up the access that a request needs."""

    def __init__(self, table: Mapping[str, Access] = ACCESS) -> None:
        self._fixed: dict[tuple[str, str], Access] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Access]] = []
        for row, access in table.items():
            method, _, path = row.partition(" ")
            if "{" in path:
                self._patterns.append((method, compile_path(path)[0], access))
            else:
                self._fixed[method, path] = access

    def needed_for(self, method: str, path: str) -> frozenset[Access]:
        """Returns the access of every row that the request matches; empty if no route serves it."""
        method = "GET" if method == "HEAD" else method
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return frozenset({fixed})
        return frozenset(
            access for its, pattern, access in self._patterns if its == method and pattern.match(path) is not None
        )


def routes_of(routes: Iterable[BaseRoute]) -> set[str]:
    """Lists the routes of an application as rows of the table. Raises ValueError for one whose methods are unknown."""
    found = set()
    for context in iter_route_contexts(list(routes)):
        if not context.path or not context.methods:
            raise ValueError(f"{context.original_route!r} serves any method: no row of permissions.py can cover it")
        found |= {f"{method} {context.path}" for method in context.methods - {"HEAD"}}
    return found


def check_complete(routes: Iterable[BaseRoute], table: Mapping[str, Access] = ACCESS) -> None:
    """Raises ValueError for a route without a row: nobody could call it."""
    missing = routes_of(routes) - set(table)
    if missing:
        raise ValueError(f"add the least role of these routes to gateway/access/permissions.py: {sorted(missing)}")
