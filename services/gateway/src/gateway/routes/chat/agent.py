"""The LangGraph server protocol under /agent, for chat clients of LangChain: threads, states, and runs as streams.

Bodies are read as JSON whatever their content type says: a proxy in front of a client may change it.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from common.errors import Unavailable
from common.ids import new_id
from gateway.agent import runs, threads
from gateway.agent.execution import human_message
from gateway.agent.protocol import (
    ASSISTANT_ID,
    GRAPH_ID,
    HistoryRequest,
    RunRequest,
    ThreadRequest,
    ThreadSearch,
    ThreadUpdate,
    human_in,
    is_assistant,
)
from gateway.agent.runs import Run
from gateway.agent.states import history, thread_document, whole_thread
from gateway.dependencies import CurrentCaller, CurrentTenant, Dependencies, Deps
from gateway.http.api_document import errors, events
from gateway.http.problems import UNAVAILABLE, Problem
from gateway.http.streams import UNBUFFERED, Stream, event

#: A comment that tells clients that the stream is alive.
HEARTBEAT = b": heartbeat\n\n"
#: How long the history waits for a reply that another replica left unfinished.
RESUME_WITHIN_S = 5.0

#: Names that clients give to the events they want.
MODES = {"values": "values", "messages": "messages", "messages-tuple": "messages", "custom": "custom"}

SSE: dict[int | str, Any] = {200: events("The run", ("metadata", "values", "messages", "custom", "error"))}
EXISTS = errors({409: "There is a thread with this id already"})
NO_START = errors(
    {404: "No such thread, checkpoint or assistant", 409: "The thread is full, or has too many open runs"}
)
NO_THREAD = {404: "The caller has no such thread"}
NO_RUN = errors({404: "The caller has no such thread, or the thread no such run"})

Body = TypeVar("Body", bound=BaseModel)

router = APIRouter(prefix="/agent")


def body(model: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """Builds the dependency that reads a body. It raises RequestValidationError."""

    async def read(request: Request) -> Body:
        try:
            return model.model_validate_json(await request.body() or b"{}")
        except ValidationError as error:
            raise RequestValidationError(error.errors(include_input=False, include_url=False)) from error

    return read


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """Describes the body of a route that reads it itself."""
    fields = {name: {"description": field.description or ""} for name, field in model.model_fields.items()}
    return {"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": fields}}}}}


@router.get("/info")
async def info(tenant: CurrentTenant) -> dict[str, Any]:
    """Says that the server is there, and which protocol it speaks."""
    return {"flags": {"assistants": False, "crons": False}, "assistant_id": str(ASSISTANT_ID), "graph_id": GRAPH_ID}


@router.post(
    "/threads",
    responses=errors({409: "There is a thread with this id already"}),
    openapi_extra=documented(ThreadRequest),
)
async def create_thread(
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    given: Annotated[ThreadRequest, Depends(body(ThreadRequest))],
) -> dict[str, Any]:
    """Creates a thread. It is the caller's own: nobody else of the tenant sees it."""
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    thread_id = given.thread_id or new_id()
    async with deps.database.transaction(tenant.tenant_id) as tx:
        is_new = await threads.create(tx, caller.subject, thread_id, _strings(given.metadata))
        thread = await threads.find(tx, caller.subject, thread_id)
    if thread is None or not (is_new or given.if_exists == "do_nothing"):
        raise Problem(409, "Thread exists", f"There is a thread {thread_id} already.")
    return thread_document(thread)


@router.post("/threads/search", openapi_extra=documented(ThreadSearch))
async def search_threads(
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    given: Annotated[ThreadSearch, Depends(body(ThreadSearch))],
) -> list[dict[str, Any]]:
    """Lists the caller's threads, the one that changed last first, each with its first message."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await threads.search(
            tx, caller.subject, _strings(given.metadata), given.text, limit=given.limit, offset=given.offset
        )
    return [thread_document(thread) for thread in found]


@router.get("/threads/{thread_id}", responses=errors(NO_THREAD))
async def show_thread(thread_id: UUID, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> dict[str, Any]:
    """Shows a thread with all its messages. `pending` has those whose replies are not over: join their runs.

    The agent's messages have the events of their replies, as `custom` streams them, in `additional_kwargs`.
    """
    async with deps.database.transaction(tenant.tenant_id) as tx:
        thread = await threads.find(tx, caller.subject, thread_id)
        if thread is None:
            raise threads.no_such(thread_id)
        open_runs = await runs.unfinished(tx, thread_id, 2**63 - 1)
        waiting = [(run.run_id, human_message(run)) for run in open_runs if run.input["human"] is not None]
        return whole_thread(thread, await threads.checkpoints(tx, thread_id), waiting)


@router.patch("/threads/{thread_id}", responses=errors(NO_THREAD), openapi_extra=documented(ThreadUpdate))
async def update_thread(
    thread_id: UUID,
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    given: Annotated[ThreadUpdate, Depends(body(ThreadUpdate))],
) -> dict[str, Any]:
    """Adds to a thread's metadata. `title` is the name that the page shows."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        await threads.rename(tx, caller.subject, thread_id, _strings(given.metadata))
        thread = await threads.find(tx, caller.subject, thread_id)
    if thread is None:
        raise threads.no_such(thread_id)
    return thread_document(thread)


@router.delete("/threads/{thread_id}", status_code=204, responses=errors(NO_THREAD))
async def delete_thread(thread_id: UUID, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> None:
    """Deletes a thread with all that was said in it. Leads and jobs that it asked for stay."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        if not await threads.delete(tx, caller.subject, thread_id):
            raise threads.no_such(thread_id)


@router.post("/threads/{thread_id}/history", responses=errors(NO_THREAD), openapi_extra=documented(HistoryRequest))
async def thread_history(
    thread_id: UUID,
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    given: Annotated[HistoryRequest, Depends(body(HistoryRequest))],
) -> list[dict[str, Any]]:
    """Shows the states of a thread, newest first. Several states with one parent are branches."""
    await deps.agent.resume_abandoned(caller, thread_id, within_s=RESUME_WITHIN_S)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        if await threads.find(tx, caller.subject, thread_id) is None:
            raise threads.no_such(thread_id)
        return history(thread_id, await threads.checkpoints(tx, thread_id), given.limit)


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


def _strings(metadata: dict[str, Any] | None) -> dict[str, str]:
    """Keeps the short texts of a metadata object; clients send their filters and labels in it."""
    given = (metadata or {}).items()
    return {
        key: value
        for key, value in list(given)[:20]
        if isinstance(value, str) and len(key) <= 100 and len(value) <= 500 and "\x00" not in key + value
    }
