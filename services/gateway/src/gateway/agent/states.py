"""States of a thread in the protocol's form. Pure.

Each checkpoint keeps the messages that it adds; its state has those of its ancestors before them.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from gateway.agent.protocol import ASSISTANT_ID, GRAPH_ID, NOT_READ

#: Names of nodes: the one that answers, and the one that waits for a yes.
AGENT, CHANGE = "agent", "change_icp"

Status = Literal["idle", "busy", "interrupted", "error"]


class Checkpoint(NamedTuple):
    """A state of a thread: the messages that it adds to its parent's, and the change that waits for consent."""

    checkpoint_id: UUID
    parent_id: UUID | None
    run_id: UUID | None
    added: list[dict[str, Any]]
    proposal: dict[str, Any] | None
    created_at: datetime

    @property
    def is_input(self) -> bool:
        """Whether the agent has not answered it yet."""
        return bool(self.added) and self.added[-1]["type"] == "human"


class Thread(NamedTuple):
    """A thread; `first` is its first message, if any."""

    thread_id: UUID
    metadata: dict[str, Any]
    status: Status
    created_at: datetime
    updated_at: datetime
    first: list[dict[str, Any]] | None


#: The key under which a message of the agent keeps the events that it was made from.
DETAILS = "additional_kwargs"


def messages_at(
    checkpoint_id: UUID, checkpoints: Mapping[UUID, Checkpoint], *, with_details: bool = False
) -> list[dict[str, Any]]:
    """Collects the messages of a state after those of its ancestors; without their details, which are long."""
    chain = []
    at: UUID | None = checkpoint_id
    while at is not None:
        chain.append(checkpoints[at])
        at = checkpoints[at].parent_id
    messages = [message for checkpoint in reversed(chain) for message in checkpoint.added]
    return messages if with_details else without_details(messages)


def last_text(messages: Sequence[dict[str, Any]]) -> str:
    """Returns the text of the rep's last message, without the remarks on its attachments."""
    for message in reversed(messages):
        if message["type"] == "human":
            content = message["content"]
            parts = [content] if isinstance(content, str) else [block["text"] for block in content]
            return " ".join(part for part in parts if not NOT_READ.fullmatch(part)).strip()
    return ""


def without_details(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Copies messages without the events that they were built from."""
    return [{key: value for key, value in message.items() if key != DETAILS} for message in messages]


def history(thread_id: UUID, checkpoints: Sequence[Checkpoint], limit: int) -> list[dict[str, Any]]:
    """Builds the states of a thread, newest first. `checkpoints` are in the order in which they were made."""
    known = {checkpoint.checkpoint_id: checkpoint for checkpoint in checkpoints}
    depths: dict[UUID, int] = {}
    for checkpoint in checkpoints:
        depths[checkpoint.checkpoint_id] = depths[checkpoint.parent_id] + 1 if checkpoint.parent_id else -1
    return [_state(thread_id, it, known, depths[it.checkpoint_id]) for it in list(reversed(checkpoints))[:limit]]


def _state(thread_id: UUID, checkpoint: Checkpoint, known: Mapping[UUID, Checkpoint], step: int) -> dict[str, Any]:
    waiting = interrupts(checkpoint)
    is_root = checkpoint.parent_id is None
    next_ = ["__start__"] if is_root else [CHANGE] if waiting else [AGENT] if checkpoint.is_input else []
    tasks = [
        {"id": str(checkpoint.checkpoint_id), "name": name, "error": None, "interrupts": waiting, "checkpoint": None}
        for name in next_
    ]
    return {
        "values": {"messages": messages_at(checkpoint.checkpoint_id, known)},
        "next": next_,
        "tasks": tasks,
        "metadata": {
            "source": "input" if is_root or checkpoint.is_input else "loop",
            "step": step,
            "run_id": str(checkpoint.run_id) if checkpoint.run_id else None,
            "thread_id": str(thread_id),
            "graph_id": GRAPH_ID,
            "assistant_id": str(ASSISTANT_ID),
        },
        "created_at": checkpoint.created_at.isoformat(),
        "checkpoint": _reference(thread_id, checkpoint.checkpoint_id),
        "parent_checkpoint": _reference(thread_id, checkpoint.parent_id) if checkpoint.parent_id else None,
        "interrupts": waiting,
    }


def _reference(thread_id: UUID, checkpoint_id: UUID) -> dict[str, Any]:
    return {
        "thread_id": str(thread_id),
        "checkpoint_id": str(checkpoint_id),
        "checkpoint_ns": "",
        "checkpoint_map": {},
    }


def interrupts(checkpoint: Checkpoint) -> list[dict[str, Any]]:
    """Builds the question that a state waits for, in the form that chat clients show as a card."""
    if checkpoint.proposal is None:
        return []
    value = {
        "action_requests": [
            {"name": CHANGE, "args": checkpoint.proposal["wanted"], "description": checkpoint.proposal["question"]}
        ],
        "review_configs": [{"action_name": CHANGE, "allowed_decisions": ["approve", "edit", "reject"]}],
    }
    return [{"id": str(checkpoint.checkpoint_id), "value": value}]


def values(messages: Sequence[dict[str, Any]], waiting: Sequence[dict[str, Any]] = ()) -> str:
    """Builds the data of an event `values`, in one line."""
    state: dict[str, Any] = {"messages": list(messages)}
    if waiting:
        state["__interrupt__"] = list(waiting)
    return json.dumps(state)


def custom(name: str, details: Mapping[str, Any]) -> str:
    """Builds the data of an event `custom`: an event of the reply, as POST /chat streams it."""
    return json.dumps({"name": name, "data": details})


def chunk(message_id: str, text: str, *, run_id: UUID) -> str:
    """Builds the data of an event `messages`: a piece of an agent's message, which clients append to it."""
    metadata = {"langgraph_node": AGENT, "run_id": str(run_id), "graph_id": GRAPH_ID}
    return json.dumps([{"type": "AIMessageChunk", "id": message_id, "content": text}, metadata])


def thread_document(thread: Thread) -> dict[str, Any]:
    """Builds a thread in the protocol's form. It has only the first message, which is the title."""
    return {
        "thread_id": str(thread.thread_id),
        "created_at": thread.created_at.isoformat(),
        "updated_at": thread.updated_at.isoformat(),
        "metadata": thread.metadata,
        "status": thread.status,
        "config": {},
        "values": {"messages": thread.first} if thread.first else None,
        "interrupts": {},
    }


def whole_thread(
    thread: Thread, checkpoints: Sequence[Checkpoint], waiting: Sequence[tuple[UUID, dict[str, Any]]]
) -> dict[str, Any]:
    """Builds a thread with all messages of its newest state, and the messages whose replies are incomplete.

    A message of the agent has the events of its reply in `additional_kwargs`, so that a client can show them again.
    """
    known = {checkpoint.checkpoint_id: checkpoint for checkpoint in checkpoints}
    messages = messages_at(checkpoints[-1].checkpoint_id, known, with_details=True) if checkpoints else []
    pending = [{"run_id": str(run_id), **message} for run_id, message in waiting]
    return {**thread_document(thread), "values": {"messages": messages}, "pending": pending}
