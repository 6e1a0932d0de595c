"""What the routes work with, and what each of them asks for first: a tenant that may come in."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import StringConstraints

from common.postgres import Database
from gateway import idempotency
from gateway.access import Rep, Tenant, Tenants, Tokens
from gateway.classification import Classification
from gateway.feed import Feed
from gateway.problems import MEDIA_TYPE
from gateway.rates import Rates
from gateway.requests import Requests
from gateway.settings import GatewaySettings

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with."""

    settings: GatewaySettings
    tokens: Tokens
    tenants: Tenants
    rates: Rates
    requests: Requests
    feed: Feed
    classification: Classification
    database: Database


async def _parts(request: Request) -> Parts:
    """Not a plain function: FastAPI would call that in a thread."""
    parts: Parts = request.app.state.parts
    return parts


InParts = Annotated[Parts, Depends(_parts)]
_bearer = HTTPBearer(auto_error=False, description="A token from `leadgen token`.")


async def _tenant(
    request: Request, parts: InParts, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Tenant:
    """The tenant of the token that request_gate.py has checked; `_bearer` documents it. Raises Problem 403."""
    rep: Rep = request.state.rep
    return await parts.tenants.admit(rep.tenant_id)


OfTenant = Annotated[Tenant, Depends(_tenant)]
Traceparent = Annotated[str | None, Header(include_in_schema=False)]
IdempotencyKey = Annotated[
    idempotency.Key | None,
    Header(
        description="A UUID of version 7, at most 24 hours old. A request that is sent again with the same key and the "
        "same body is done once. The answer's header of this name repeats it, or holds the one that was made."
    ),
]

#: For the documentation of what is limited.
TOO_MANY: dict[int | str, dict[str, Any]] = {
    429: {
        "description": "The tenant, or all together, ask too fast; nothing was done",
        "content": {MEDIA_TYPE: {}},
        "headers": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
    }
}
