"""Runs of the LangGraph server protocol under /agent, as streams that clients may leave and join again."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query

from common.errors import Unavailable
from gateway.agent.protocol import ASSISTANT_ID, GRAPH_ID, RunRequest, human_in, is_assistant
from gateway.agent.runs import Run
from gateway.dependencies import CurrentCaller, CurrentTenant, Dependencies, Deps
from gateway.http.api_document import errors, events
from gateway.http.problems import UNAVAILABLE, Problem
from gateway.http.streams import UNBUFFERED, Stream, event
from gateway.routes.chat.agent_bodies import body, documented

#: A comment that tells clients that the stream is alive.
HEARTBEAT = b": heartbeat\n\n"

#: Names that clients give to the events they want.
MODES = {"values": "values", "messages": "messages", "messages-tuple": "messages", "custom": "custom"}

SSE: dict[int | str, Any] = {200: events("The run", ("metadata", "values", "messages", "custom", "error"))}
NO_RUN = errors({404: "The caller has no such thread, or the thread no such run"})

router = APIRouter(prefix="/agent")


@router.post(
    "/threads/{thread_id}/runs/stream",
    response_class=Stream,
    responses={
        **SSE,
        **errors(
            {404: "No such thread, checkpoint or assistant", 409: "The thread is full, or has too many open runs"}
        ),
    },
    openapi_extra=documented(RunRequest),
)
async def stream_run(
    thread_id: UUID,
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    given: Annotated[RunRequest, Depends(body(RunRequest))],
) -> Stream:
    """Begins a run and streams it. A run continues when its client leaves.

    A message that is sent again under its id is the same run. A run of a busy thread waits for its turn.
    """
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    if not is_assistant(given.assistant_id):
        raise Problem(404, "No such assistant", f"There is one assistant: {GRAPH_ID}, {ASSISTANT_ID}.")
    if given.input is not None and given.input.messages and human_in(given.input) is None and given.command is None:
        raise Problem(422, "No message", "The input has no message of type human.")
    run = await deps.agent.begin(caller, thread_id, given)
    return _stream(run, _events(caller, run, deps, 0, _modes(given.stream_mode)))


@router.get("/threads/{thread_id}/runs/{run_id}", responses=NO_RUN)
async def show_run(
    thread_id: UUID, run_id: UUID, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps
) -> dict[str, Any]:
    """Shows a run."""
    run = await deps.agent.find(caller, thread_id, run_id)
    return {
        "run_id": str(run.run_id),
        "thread_id": str(run.thread_id),
        "assistant_id": str(ASSISTANT_ID),
        "created_at": run.created_at.isoformat(),
        "updated_at": run.updated_at.isoformat(),
        "status": run.status,
        "metadata": {},
        "kwargs": {},
        "multitask_strategy": "enqueue",
    }


@router.get("/threads/{thread_id}/runs/{run_id}/stream", response_class=Stream, responses={**SSE, **NO_RUN})
async def join_run(
    thread_id: UUID,
    run_id: UUID,
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    last_event_id: Annotated[str | None, Header(description="the last event that was read; without it, all")] = None,
    stream_mode: Annotated[list[str] | None, Query()] = None,
) -> Stream:
    """Streams a run from the event after `Last-Event-ID`, at any replica, for an hour after its end."""
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    run = await deps.agent.find(caller, thread_id, run_id)
    after = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else 0
    return _stream(run, _events(caller, run, deps, min(after, 2**31 - 1), _modes(stream_mode)))


def _stream(run: Run, events: AsyncGenerator[bytes]) -> Stream:
    path = f"/threads/{run.thread_id}/runs/{run.run_id}"
    headers = {
        "Content-Location": path,
        "Location": f"{path}/stream",  # clients append it to the address of the API
        **UNBUFFERED,
        "Cache-Control": "no-store",
    }
    return Stream(events, headers=headers)


async def _events(
    caller: CurrentCaller, run: Run, deps: Dependencies, after: int, modes: frozenset[str] | None
) -> AsyncGenerator[bytes]:
    try:
        async with aclosing(deps.agent.events(caller, run, after)) as stored:
            async for it in stored:
                if it is None:
                    yield HEARTBEAT
                elif modes is None or it.event in modes:
                    # Data of one line: older clients join several lines without a break.
                    yield event(it.event, it.data, event_id=str(it.number))
    except Unavailable:
        yield event("error", {"error": UNAVAILABLE.title, "message": UNAVAILABLE.detail})


def _modes(given: str | list[str] | None) -> frozenset[str] | None:
    """Returns the names of the events that a client wants; `None` for all."""
    if not given:
        return None
    names = [given] if isinstance(given, str) else given
    # In the query of a GET, clients write a list as JSON.
    names = [name for each in names for name in re.findall(r"[a-z-]+", each[:200])]
    return frozenset({"metadata", "error", *(MODES[name] for name in names if name in MODES)})
