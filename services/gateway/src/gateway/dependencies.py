"""Dependencies of the routes: the adapters, the request's tenant, and its headers."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import StringConstraints

from common.postgres import Database
from gateway.access.api_keys import ApiKeys
from gateway.access.authentication import Authentication
from gateway.access.caller import Caller
from gateway.access.tenants import Tenant, Tenants
from gateway.access.users import Users
from gateway.agent.executor import Agent
from gateway.icp.changes import IcpChanges
from gateway.industries.classification import Classification
from gateway.messaging import idempotency
from gateway.messaging.feed import Feed
from gateway.messaging.requests import Requests
from gateway.rates.replica_rates import ReplicaRates
from gateway.rates.shared_rates import Rates
from gateway.replies import Replies
from gateway.settings import GatewaySettings

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The adapters that the routes use."""

    settings: GatewaySettings
    authentication: Authentication
    api_keys: ApiKeys
    users: Users
    tenants: Tenants
    rates: Rates
    replica_rates: ReplicaRates
    requests: Requests
    feed: Feed
    classification: Classification
    database: Database
    icp_changes: IcpChanges
    replies: Replies
    agent: Agent
    #: Counts of an ICP's matches at once: each may hold a connection for a second.
    counting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))


async def dependencies_of(request: Request) -> Dependencies:
    """Finds the dependencies. `async`, since FastAPI calls a plain function in a thread."""
    dependencies: Dependencies = request.app.state.dependencies
    return dependencies


async def caller_of(request: Request) -> Caller:
    """Finds the caller that request_gate.py has admitted."""
    caller: Caller = request.state.caller
    return caller


async def tenant_of(request: Request) -> Tenant:
    """Finds the caller's tenant. Raises Problem 403 if it is not active."""
    return await (await dependencies_of(request)).tenants.admit((await caller_of(request)).tenant_id)


# Each takes the request alone, since FastAPI resolves what a dependency depends on for each request anew. The routes
# whose time is measured call them themselves: that takes a tenth of the time that FastAPI takes.
Deps = Annotated[Dependencies, Depends(dependencies_of)]
CurrentCaller = Annotated[Caller, Depends(caller_of)]
CurrentTenant = Annotated[Tenant, Depends(tenant_of)]
Traceparent = Annotated[str | None, Header(include_in_schema=False)]
IdempotencyKey = Annotated[
    idempotency.Key | None,
    Header(
        description="A UUID of version 7, at most 24 hours old. A request that is repeated with the same key and the "
        "same body is done once. The response header of this name returns the key, or the one that the gateway created."
    ),
]
