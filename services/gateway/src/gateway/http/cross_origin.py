"""Pages of other origins that may call the gateway (CORS): those of the setting CORS_ORIGINS, and by default none."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Headers that a page may send, besides those that every page may.
ALLOWED = (
    "authorization",
    "content-type",
    "idempotency-key",
    "last-event-id",
    "x-api-key",
    "x-auth-scheme",
    "x-tenant-id",
)
#: Headers of answers that a page may read, besides those that every page may.
EXPOSED = ("Content-Location", "Location", "Idempotency-Key", "Retry-After")


def admit_origins(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Wraps the whole application, so that a page of these origins can read its answers, errors too."""
    if not origins:
        return app
    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=METHODS, allow_headers=ALLOWED, expose_headers=EXPOSED, max_age=600
    )


def origins_of(listed: str) -> tuple[str, ...]:
    """Splits origins at commas. Raises ValueError, which names an invalid one."""
    origins = tuple(origin.strip() for origin in listed.split(",") if origin.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{origin!r} is not an origin: it must look like https://app.example.com")
    return origins
