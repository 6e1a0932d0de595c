"""GET /jobs/{job_id}/events: a job's progress as a stream of server-sent events.

The feed says when there is news, and the table has it: a stream sends the job's row whenever that has changed. The id
of an event names the state that it shows, so a stream can be resumed on any replica, also after a restart: a client
that has the present state gets the next one, and any other gets the present one. News that came in between are one.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response

from gateway import jobs
from gateway.dependencies import CurrentTenant, Dependencies, Deps
from gateway.http.api_document import errors, events
from gateway.http.streams import UNBUFFERED, Stream, states

router = APIRouter(prefix="/jobs")

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: events("`progress` while the job waits or runs, then `ended`; the data is the job", ("progress", "ended")),
    204: {"description": "The job has ended in the state that `Last-Event-ID` names: there is nothing more to come"},
    **errors({404: "The tenant has no such job"}),
}


@router.get("/{job_id}/events", response_class=Stream, responses=ANSWERS)
async def follow(
    job_id: UUID,
    tenant: CurrentTenant,
    deps: Deps,
    last_event_id: Annotated[
        str | None, Header(max_length=100, description="`id` of the last event that the client has")
    ] = None,
) -> Response:
    """Streams the job's progress: its present state, unless the client has it, then each change, until it has ended.

    A client that reads too slowly is cut off, and can resume the stream with `Last-Event-ID`.
    """
    found = await _find(deps, tenant.tenant_id, job_id)
    if found is None:
        raise jobs.no_such(tenant.tenant_id, job_id)
    if found.is_over and found.version == last_event_id:
        return Response(status_code=204)
    return Stream(_stream(deps, tenant.tenant_id, job_id, last_event_id), headers=UNBUFFERED)


async def _stream(deps: Dependencies, tenant_id: int, job_id: UUID, seen: str | None) -> AsyncGenerator[bytes, None]:
    with deps.feed.follow(tenant_id, job_id) as changed:

        async def news() -> None:
            await changed.wait()
            changed.clear()

        async with aclosing(states(lambda: _find(deps, tenant_id, job_id), news, seen)) as events_of_job:
            async for each in events_of_job:
                yield each


async def _find(deps: Dependencies, tenant_id: int, job_id: UUID) -> jobs.Job | None:
    async with deps.database.transaction(tenant_id) as tx:
        return await jobs.find(tx, job_id)
