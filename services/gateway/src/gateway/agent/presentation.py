"""Turns the events of a reply into the agent's messages: progress, streamed as it happens, then the result. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from common.ids import derived_id
from gateway.agent.states import DETAILS
from gateway.chat.conversation import Message
from gateway.chat.markdown import Block, Bullets, Paragraph, Table, as_markdown, escape
from gateway.wording import joined, matching


class Piece(NamedTuple):
    """A piece of a message that is streamed live. `key` identifies it within its run, so that it is sent once."""

    key: str
    message_id: str
    text: str


class Presentation:
    """The agent's messages of one run. Equal events give equal pieces on every replica."""

    def __init__(self, run_id: UUID) -> None:
        self._progress_id = str(derived_id(run_id, "agent", "progress"))
        self._result_id = str(derived_id(run_id, "agent", "result"))
        self._progress = ""
        self._result = ""
        self._names: dict[str, str] = {}
        self._scored: dict[str, dict[str, Any]] = {}
        self._refine: dict[str, Any] | None = None
        self._events: list[dict[str, Any]] = []
        self.confirm: dict[str, Any] | None = None
        self.failed = False

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages so far."""
        texts = ((self._progress_id, self._progress), (self._result_id, self._result))
        said: list[dict[str, Any]] = [
            {"id": message_id, "type": "ai", "content": text} for message_id, text in texts if text
        ]
        if said and self._events:
            said[-1][DETAILS] = {"events": self._events}
        return said

    def take(self, message: Message) -> list[Piece]:
        """Adds an event of the reply and returns the pieces that follow from it."""
        data = message.data
        self._events.append({"name": message.name, "data": data})
        match message.name:
            case "accepted":
                return self._type("accepted", "Searching the register.\n")
            case "resolved":
                return self._type("resolved", _resolved(data))
            case "head":
                self._names = {company["uen"]: company["name"] for company in data["companies"]}
                return []
            case "refine":
                self._refine = data
                return []
            case "company":
                return self._company(data)
            case "answer":
                return self._end(data["markdown"])
            case "confirm":
                self.confirm = data
                return []
            case "error":
                self.failed = True
                return self._end(escape(f"{data['title']}: {data['detail']}"))
            case "done":
                return [] if self._result else self._end(as_markdown(self._blocks(data["notice"])))
        return []

    def say(self, blocks: Sequence[Block]) -> list[Piece]:
        """Adds a piece that follows from no event."""
        return self._end(as_markdown(blocks))

    def _company(self, data: dict[str, Any]) -> list[Piece]:
        key, name = f"{data['stage']} {data['uen']}", escape(data["name"])
        if data["stage"] == "enriched":
            count = data["contacts"]
            read = "website read" if data["outcome"] == "visited" else "no website read"
            found = f"{count} contact{'' if count == 1 else 's'} found"
            return self._type(key, f"\n- {name}: {read}, {found}")
        if data["stage"] == "scored":
            self._scored[data["uen"]] = data
            return self._type(key, f"\n- {name}: scored {data['score']:.2f}, {escape(data['bucket'])}")
        return []

    def _type(self, key: str, text: str) -> list[Piece]:
        self._progress += text
        return [Piece(key, self._progress_id, text)]

    def _end(self, text: str) -> list[Piece]:
        self._result = text
        return [Piece("result", self._result_id, text)]

    def _blocks(self, notice: str) -> list[Block]:
        leads = sorted(self._scored.values(), key=lambda lead: (-lead["score"], lead["uen"]))
        waiting = [(name, uen) for uen, name in self._names.items() if uen not in self._scored]
        blocks: list[Block] = []
        if leads:
            rows = [
                (
                    str(place),
                    f"{lead['name']} ({lead['uen']})",
                    f"{lead['score']:.2f} {lead['bucket']}",
                    lead["rationale"],
                    _contact(lead["contact"]),
                )
                for place, lead in enumerate(leads, 1)
            ]
            blocks.append(Table(("", "Company", "Score", "Why", "Contact"), rows))
        if waiting:
            blocks += [
                Paragraph("Not scored yet:" if leads else "Companies:"),
                Bullets([f"{name} ({uen})" for name, uen in waiting]),
            ]
        blocks.append(Paragraph(notice))
        if self._refine is not None:
            blocks += [
                Paragraph(f"{self._refine['question']} Send one of these:"),
                Bullets([_choice(choice) for choice in self._refine["choices"]]),
            ]
        return blocks


def _resolved(data: dict[str, Any]) -> str:
    titles = list(dict.fromkeys(industry["title"] for industry in data["industries"]))
    if not titles:
        return "\nNo industry recognised."
    return f"\n{escape(joined(titles, 'and'))}: {escape(matching(data['matches']))}.\n"


def _contact(contact: Any) -> str:
    return str(contact) if contact else "none found"


def _choice(choice: dict[str, Any]) -> str:
    return f"{choice['label']} ({choice['matches']})" if "matches" in choice else str(choice["label"])
