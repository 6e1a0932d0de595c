"""Bodies of the protocol's requests, as LangChain's chat clients send them. Pure.

Unknown fields are ignored: clients send many, and newer ones send more. A text is at most as long as a chat message.
"""

import json
import re
from typing import Annotated, Any, Literal, NamedTuple, Self
from uuid import UUID, uuid5

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from gateway.chat.markdown import LONGEST

#: The one graph, and its assistant. Clients name either; the id is derived as the reference server derives it.
GRAPH_ID = "agent"
ASSISTANT_ID = uuid5(UUID("6ba7b821-9dad-11d1-80b4-00c04fd430c8"), GRAPH_ID)

#: Prefix of messages that clients add after an unanswered tool call; they are not shown.
HIDDEN = "do-not-render-"

#: Remark in place of an attachment.
NOT_READ = re.compile(r"\[[a-z_-]{1,20}: not read\]")

MAX_TEXT, MAX_ARGS = 2000, 20_000
MAX_MESSAGES, MAX_BLOCKS = 20, 20

Text = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]


def _dict_or_none(value: Any) -> Any:
    return value if isinstance(value, dict) else None


def _storable(value: dict[str, Any]) -> dict[str, Any]:
    """Returns JSON that PostgreSQL can store. Raises ValueError for NaN, NUL, and values too long for an ICP."""
    written = json.dumps(value, allow_nan=False)
    if "\\u0000" in written or len(written) > MAX_ARGS:
        raise ValueError(f"expected JSON without NUL, of at most {MAX_ARGS} characters")
    return value


class Lenient(BaseModel):
    """Base of the bodies."""

    model_config = ConfigDict(extra="ignore")


class Block(Lenient):
    """A part of a message. Only its text is used."""

    type: Annotated[str, StringConstraints(max_length=100)] = "text"
    text: Text | None = None


class GivenMessage(Lenient):
    """A message of the input. `content` is text or blocks."""

    id: Id | None = None
    type: Annotated[str, StringConstraints(max_length=100)] = "human"
    role: Annotated[str, StringConstraints(max_length=100)] | None = None
    content: Text | Annotated[list[Block], Field(max_length=MAX_BLOCKS)] = ""

    @model_validator(mode="after")
    def _bound_text(self) -> Self:
        """Bounds the text of all blocks of a rep's message as that of a message without blocks."""
        blocks = self.content if self.is_human and not isinstance(self.content, str) else []
        if sum(len(block.text or "") for block in blocks) > MAX_TEXT:
            raise ValueError(f"the blocks of a message have more than {MAX_TEXT} characters")
        return self

    @property
    def is_human(self) -> bool:
        """Whether a rep wrote it."""
        return (self.role or self.type) in ("human", "user") and not (self.id or "").startswith(HIDDEN)


class Input(Lenient):
    """New messages."""

    messages: GivenMessage | Annotated[list[GivenMessage], Field(max_length=MAX_MESSAGES)] = []


class EditedAction(Lenient):
    """The action as the rep changed it."""

    name: str = ""
    args: Annotated[dict[str, Any], AfterValidator(_storable)] = {}


class Decision(Lenient):
    """The rep's answer to a question that interrupts a run."""

    type: Literal["approve", "accept", "reject", "ignore", "edit", "response"]
    message: Text | None = None
    edited_action: EditedAction | None = None


class Resume(Lenient):
    """The answers to an interrupt."""

    decisions: Annotated[list[Decision], Field(min_length=1, max_length=10)]


class Command(Lenient):
    """An answer to an interrupt, or the request to leave it."""

    resume: Annotated[Resume | None, BeforeValidator(_dict_or_none)] = None
    goto: str | dict[str, Any] | list[Any] | None = None


class CheckpointGiven(Lenient):
    """The state that a run begins from."""

    checkpoint_id: UUID | None = None


class RunRequest(Lenient):
    """Body of `POST /threads/{id}/runs/stream`."""

    assistant_id: str = GRAPH_ID
    input: Input | None = None
    command: Command | None = None
    checkpoint: CheckpointGiven | None = None
    checkpoint_id: UUID | None = None
    stream_mode: str | list[str] | None = None
    #: `create` makes a thread that there is not yet.
    if_not_exists: str | None = None


class ThreadRequest(Lenient):
    """Body of `POST /threads`."""

    thread_id: UUID | None = None
    metadata: dict[str, Any] | None = None
    if_exists: Literal["raise", "do_nothing"] | None = None


class ThreadUpdate(Lenient):
    """Body of `PATCH /threads/{id}`: additions to the metadata, such as a title."""

    metadata: dict[str, Any] | None = None


class ThreadSearch(Lenient):
    """Body of `POST /threads/search`. The newest thread comes first. `text` is our own: words of a title or message."""

    metadata: dict[str, Any] | None = None
    text: Text | None = None
    limit: int = Field(default=10, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=100_000)


class HistoryRequest(Lenient):
    """Body of `POST /threads/{id}/history`."""

    limit: int = Field(default=10, ge=1, le=1000)


class Human(NamedTuple):
    """A rep's message: its id, if the client gave one, its stored content, and its text."""

    id: str | None
    content: str | list[dict[str, str]]
    text: str


def human_in(given: Input | None) -> Human | None:
    """Finds the rep's message of an input: the last one. Attachments become a remark, since they are not read."""
    if given is None:
        return None
    messages = given.messages if isinstance(given.messages, list) else [given.messages]
    for message in reversed(messages):
        if message.is_human:
            if isinstance(message.content, str):
                return Human(message.id, message.content, message.content.strip())
            texts = [
                block.text if block.type == "text" and block.text else _remark(block.type) for block in message.content
            ]
            words = [block.text for block in message.content if block.type == "text" and block.text]
            return Human(message.id, [{"type": "text", "text": text} for text in texts], " ".join(words).strip())
    return None


def _remark(kind: str) -> str:
    name = kind if re.fullmatch(r"[a-z_-]{1,20}", kind) else "attachment"
    return f"[{name}: not read]"


def is_assistant(name: str) -> bool:
    """Returns whether a client means our assistant, by its graph or by its id."""
    return name in (GRAPH_ID, str(ASSISTANT_ID))


def is_end(command: Command | None) -> bool:
    """Returns whether the command leaves an interrupt without an answer."""
    return command is not None and command.goto is not None and "__end__" in str(command.goto)[:LONGEST]
