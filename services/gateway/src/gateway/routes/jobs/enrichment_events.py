"""GET /enrichments/{request_id}/events: the progress of a requested enrichment, as server-sent events.

The feed brings the facts that follow from the request, and the tables have the state: a stream sends it whenever it has
changed. A company that is given up is no fact: the stream finds it at its next heartbeat.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response

from gateway.companies import requested
from gateway.companies.requested import RequestedEnrichment
from gateway.dependencies import CurrentTenant, Dependencies, Deps
from gateway.http.api_document import errors, events
from gateway.http.streams import UNBUFFERED, Stream, states

router = APIRouter(prefix="/enrichments")

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: events("`progress` while companies are left, then `ended`; the data is the request", ("progress", "ended")),
    204: {
        "description": "The request has ended in the state that `Last-Event-ID` names: there is nothing more to come"
    },
    **errors({404: "The tenant has no such request, or it is older than seven days"}),
}


@router.get("/{request_id}/events", response_class=Stream, responses=ANSWERS)
async def follow(
    request_id: UUID,
    tenant: CurrentTenant,
    deps: Deps,
    last_event_id: Annotated[
        str | None, Header(max_length=100, description="`id` of the last event that the client has")
    ] = None,
) -> Response:
    """Streams the companies' progress: the present state, unless the client has it, then each change, until the end.

    A client that reads too slowly is cut off, and can resume the stream with `Last-Event-ID`.
    """
    found = await _find(deps, tenant.tenant_id, request_id)
    if found is None:
        raise requested.no_such(tenant.tenant_id, request_id)
    if found.is_over and found.version == last_event_id:
        return Response(status_code=204)
    return Stream(_stream(deps, tenant.tenant_id, request_id, last_event_id), headers=UNBUFFERED)


async def _stream(
    deps: Dependencies, tenant_id: int, request_id: UUID, seen: str | None
) -> AsyncGenerator[bytes, None]:
    with deps.feed.listen(tenant_id, request_id) as facts:

        async def news() -> None:
            await facts.get()
            while not facts.empty():  # those that came while the state was read are one change
                facts.get_nowait()

        async with aclosing(states(lambda: _find(deps, tenant_id, request_id), news, seen)) as changes:
            async for each in changes:
                yield each


async def _find(deps: Dependencies, tenant_id: int, request_id: UUID) -> RequestedEnrichment | None:
    async with deps.database.transaction(tenant_id) as tx:
        return await requested.find(tx, request_id, tenant_id)
