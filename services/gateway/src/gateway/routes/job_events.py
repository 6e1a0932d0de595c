"""GET /jobs/{job_id}/events: a job's progress as a stream of server-sent events.

The feed says when there is news, and the table has it: a stream sends the job's row whenever that has changed. The id
of an event names the state that it shows, so a stream can be resumed on any replica, also after a restart: a client
that has the present state gets the next one, and any other gets the present one. News that came in between are one.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response

from common.errors import Unavailable
from gateway import jobs
from gateway.dependencies import CurrentTenant, Dependencies, Deps
from gateway.http.api_document import errors, events
from gateway.http.streams import HEARTBEAT, HEARTBEAT_S, UNBUFFERED, Stream, event

#: A stream ends after this. Its client resumes it, and its token is checked again.
STREAM_S = 15 * 60.0

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
    ends = time.monotonic() + STREAM_S
    yield HEARTBEAT
    with deps.feed.follow(tenant_id, job_id) as news:
        while time.monotonic() < ends:
            news.clear()
            job = await _known(deps, tenant_id, job_id)
            if job is not None and job.version != seen:
                seen = job.version
                yield event("ended" if job.is_over else "progress", job.model_dump_json(), event_id=seen)
            if job is not None and job.is_over:
                return
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield HEARTBEAT


async def _known(deps: Dependencies, tenant_id: int, job_id: UUID) -> jobs.Job | None:
    """Reads the job; `None` while the database does not answer: the stream asks again at its next heartbeat."""
    try:
        return await _find(deps, tenant_id, job_id)
    except Unavailable:
        return None


async def _find(deps: Dependencies, tenant_id: int, job_id: UUID) -> jobs.Job | None:
    async with deps.database.transaction(tenant_id) as tx:
        return await jobs.find(tx, job_id)
