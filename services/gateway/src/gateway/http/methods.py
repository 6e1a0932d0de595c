"""The methods that a path has, for the Allow header of a 405 (RFC 9110, section 15.5.6)."""

from starlette.requests import Request
from starlette.routing import Match

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def methods_of(request: Request) -> str:
    """Lists the methods of the request's path over all routes. Starlette names those of the first route only."""
    routes = request.app.router.routes
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    return ", ".join(
        method for method, scope in scopes.items() if any(route.matches(scope)[0] == Match.FULL for route in routes)
    )
