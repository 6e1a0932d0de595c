"""Creates runs: checks a request against its thread, and stores it as a run, in one transaction."""

from typing import Any, NamedTuple
from uuid import UUID

from common.ids import new_id
from common.postgres import Connection
from gateway.access.caller import Caller
from gateway.agent import runs, threads
from gateway.agent.protocol import ASSISTANT_ID, GRAPH_ID, RunRequest, human_in, is_end
from gateway.agent.runs import Run
from gateway.http.problems import Problem


class Begun(NamedTuple):
    """The run of a request, and whether this request created it."""

    run: Run
    is_new: bool


async def create(tx: Connection, caller: Caller, thread_id: UUID, request: RunRequest) -> Begun:
    """Creates the run of a request, or returns the message's existing one. Raises Problem 404 and 409."""
    human, checkpoint_id = human_in(request.input), _checkpoint_id(request)
    given = {
        "human": None if human is None else human._asdict(),
        "decision": _decision(request),
        "leaves": is_end(request.command),
        "checkpoint_id": checkpoint_id,
        "role": caller.role,
        "source": caller.source,
    }
    run_id = new_id()
    if request.if_not_exists == "create":
        await threads.create(tx, caller.subject, thread_id, {})
    if not await threads.lock(tx, caller.subject, thread_id):
        raise threads.no_such(thread_id)
    if human is not None and human.id is not None:
        known = await runs.of_message(tx, thread_id, human.id)
        if known is not None:
            return Begun(known, is_new=False)
    _check_room(await runs.count(tx, thread_id))
    await _check_checkpoint(tx, thread_id, checkpoint_id)
    await runs.forget_old_events(tx)
    await runs.create(tx, run_id, thread_id, human.id if human else None, given)
    await threads.stamp(tx, thread_id, {"graph_id": GRAPH_ID, "assistant_id": str(ASSISTANT_ID)})
    run = await runs.find(tx, run_id, thread_id, caller.subject)
    assert run is not None  # noqa: S101 # created above
    return Begun(run, is_new=True)


def _decision(request: RunRequest) -> dict[str, Any] | None:
    if request.command is None or request.command.resume is None:
        return None
    decision = request.command.resume.decisions[0]
    return {"type": decision.type, "args": decision.edited_action.args if decision.edited_action else {}}


def _checkpoint_id(request: RunRequest) -> str | None:
    given = request.checkpoint.checkpoint_id if request.checkpoint else None
    given = given or request.checkpoint_id
    return str(given) if given else None


def _check_room(held: runs.Counts) -> None:
    if held.open >= runs.MAX_OPEN:
        raise Problem(409, "Too many open runs", f"{held.open} messages of this thread wait for a reply.")
    if held.runs >= runs.MAX_RUNS:
        raise Problem(409, "Thread full", f"A thread has {runs.MAX_RUNS} messages at most. Begin a new one.")


async def _check_checkpoint(tx: Connection, thread_id: UUID, checkpoint_id: str | None) -> None:
    if checkpoint_id is None:
        return
    known = await threads.checkpoints(tx, thread_id)
    if all(str(it.checkpoint_id) != checkpoint_id for it in known):
        raise Problem(404, "No such checkpoint", f"Thread {thread_id} has no checkpoint {checkpoint_id}.")
