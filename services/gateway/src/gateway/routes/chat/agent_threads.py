"""Threads of the LangGraph server protocol under /agent, for chat clients of LangChain, and their states."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from common.ids import new_id
from gateway.agent import runs, threads
from gateway.agent.execution import human_message
from gateway.agent.protocol import ASSISTANT_ID, GRAPH_ID, HistoryRequest, ThreadRequest, ThreadSearch, ThreadUpdate
from gateway.agent.states import history, thread_document, whole_thread
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps
from gateway.http.api_document import errors
from gateway.http.problems import Problem
from gateway.routes.chat.agent_bodies import body, documented

#: How long the history waits for a reply that another replica left unfinished.
RESUME_WITHIN_S = 5.0


NO_THREAD = {404: "The caller has no such thread"}

router = APIRouter(prefix="/agent")


@router.get("/info")
async def info(tenant: CurrentTenant) -> dict[str, Any]:
    """Says that the server is up, and which protocol it speaks."""
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
    """Creates a thread. It belongs to the caller: nobody else of the tenant sees it."""
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
    """Lists the caller's threads, the latest change first, each with its first message."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await threads.search(
            tx, caller.subject, _strings(given.metadata), given.text, limit=given.limit, offset=given.offset
        )
    return [thread_document(thread) for thread in found]


@router.get("/threads/{thread_id}", responses=errors(NO_THREAD))
async def show_thread(thread_id: UUID, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> dict[str, Any]:
    """Shows a thread with all its messages. `pending` has those whose replies are incomplete: join their runs.

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
    """Deletes a thread with all its messages. Leads and jobs that it requested are kept."""
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


def _strings(metadata: dict[str, Any] | None) -> dict[str, str]:
    """Keeps the short texts of a metadata object, which are clients' filters and labels."""
    given = (metadata or {}).items()
    return {
        key: value
        for key, value in list(given)[:20]
        if isinstance(value, str) and len(key) <= 100 and len(value) <= 500 and "\x00" not in key + value
    }
