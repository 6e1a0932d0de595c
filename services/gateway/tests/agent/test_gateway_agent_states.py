"""States and messages of the agent protocol, without servers: exact parents, whole messages, bounded input."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from common.ids import new_id
from gateway.agent.presentation import Presentation
from gateway.agent.protocol import ASSISTANT_ID, Command, Input, RunRequest, human_in, is_assistant, is_end
from gateway.agent.states import Checkpoint, history
from gateway.chat.conversation import Message

NOW = datetime(2026, 1, 1, tzinfo=UTC)
THREAD = UUID(int=1)


@given(st.lists(st.integers(min_value=0), max_size=30))
def test_every_state_has_its_parents_messages_and_its_own(parents) -> None:
    """In a tree of any shape: the parent is exact, its messages come first, and the newest state is the first."""
    root = Checkpoint(UUID(int=100), None, None, [], None, NOW)
    made = [root]
    for number, choice in enumerate(parents, 101):
        message = {"id": str(number), "type": "human" if number % 2 else "ai", "content": str(number)}
        parent = made[choice % len(made)]
        made.append(Checkpoint(UUID(int=number), parent.checkpoint_id, UUID(int=7), [message], None, NOW))
    states = history(THREAD, made, 1000)
    by_id = {state["checkpoint"]["checkpoint_id"]: state for state in states}
    assert [state["checkpoint"]["checkpoint_id"] for state in states] == [str(it.checkpoint_id) for it in made[::-1]]
    for checkpoint in made:
        state = by_id[str(checkpoint.checkpoint_id)]
        before = by_id[str(checkpoint.parent_id)]["values"]["messages"] if checkpoint.parent_id else []
        assert state["values"]["messages"] == [*before, *checkpoint.added]
        assert (state["parent_checkpoint"] or {}).get("checkpoint_id") == (
            str(checkpoint.parent_id) if checkpoint.parent_id else None
        )
    assert history(THREAD, made, 3) == states[:3]


def test_pieces_of_a_message_make_the_message() -> None:
    """Each piece once, under the id of its message; the same events give the same ids."""
    events = [
        Message("accepted", {"request_id": "r"}),
        Message("resolved", {"industries": [{"title": "HOTELS"}], "matches": 3}),
        Message("head", {"companies": [{"uen": "1", "name": "A|B"}, {"uen": "2", "name": "C"}], "known": []}),
        Message("company", {"stage": "enriched", "uen": "1", "name": "A|B", "outcome": "unreachable", "contacts": 0}),
        Message(
            "company",
            {
                "stage": "scored",
                "uen": "1",
                "name": "A|B",
                "score": 0.5,
                "bucket": "Low",
                "rationale": "x",
                "contact": None,
            },
        ),
        Message("done", {"notice": "The end"}),
    ]
    run_id = new_id()
    shown, again = Presentation(run_id), Presentation(run_id)
    pieces = [piece for event in events for piece in shown.take(event)]
    assert pieces == [piece for event in events for piece in again.take(event)]
    typed: dict[str, str] = {}
    for piece in pieces:
        typed[piece.message_id] = typed.get(piece.message_id, "") + piece.text
    assert typed == {message["id"]: message["content"] for message in shown.messages}
    assert len({piece.key for piece in pieces}) == len(pieces)
    progress, result = typed.values()
    assert "- A\\|B: no website read, 0 contacts found" in progress
    assert "| 1 | A\\|B (1) | 0.50 Low | x | none found |" in result
    assert "Not scored yet:\n\n- C (2)" in result
    assert result.endswith("The end")


def test_the_last_message_of_a_rep_counts() -> None:
    """Text or blocks, alone or in a list; hidden messages and those of others do not."""
    hidden = {"id": "do-not-render-1", "type": "human", "content": "hidden"}
    given_ = Input.model_validate({"messages": [{"type": "human", "content": "first"}, hidden, {"type": "ai"}]})
    assert human_in(given_).text == "first"
    assert human_in(Input.model_validate({"messages": {"role": "user", "content": "alone"}})).text == "alone"
    assert human_in(Input()) is None
    assert human_in(None) is None


def test_the_assistant_goes_by_its_graph_or_its_id() -> None:
    """The id is the reference server's for a graph of this name."""
    assert str(ASSISTANT_ID) == "fe096781-5601-53d2-b2f6-0d3403f7e9ca"
    assert is_assistant("agent")
    assert is_assistant(str(ASSISTANT_ID))
    assert not is_assistant("other")


def test_a_command_may_leave_an_interrupt() -> None:
    """By its goto, in either form."""
    assert is_end(Command(goto="__end__"))
    assert is_end(Command(goto=[{"node": "__end__"}]))
    assert not is_end(Command(goto="agent"))
    assert not is_end(None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda it: st.lists(it) | st.dictionaries(st.text(), it)
    )
)
def test_any_json_is_read_or_refused(body) -> None:
    """Without another error than that of validation."""
    for raw in (body, {"input": body}, {"input": {"messages": [body]}}, {"command": body}, {"checkpoint": body}):
        try:
            request = RunRequest.model_validate_json(json.dumps(raw))
        except ValidationError:
            continue
        human_in(request.input)
        is_end(request.command)


@pytest.mark.parametrize("text", ["a\x00b", "x" * 2001])
def test_what_cannot_be_kept_is_refused(text: str) -> None:
    """NUL, and what is longer than a chat message."""
    with pytest.raises(ValidationError):
        Input.model_validate({"messages": [{"type": "human", "content": text}]})
    with pytest.raises(ValidationError):
        Input.model_validate({"messages": [{"type": "human", "content": [{"type": "text", "text": text}]}]})


@pytest.mark.parametrize("value", ["a\x00b", float("nan"), "x" * 20_000])
def test_an_edited_action_that_cannot_be_kept_is_refused(value) -> None:
    """It is stored with the run."""
    edited = {"type": "edit", "edited_action": {"name": "change_icp", "args": {"industries": [value]}}}
    with pytest.raises(ValidationError):
        Command.model_validate({"resume": {"decisions": [edited]}})


def test_the_blocks_of_a_message_are_bounded_together() -> None:
    """A rep's message has at most 2,000 characters, in however many blocks."""

    def message(*lengths: int, kind: str = "human") -> dict[str, object]:
        return {"type": kind, "content": [{"type": "text", "text": "x" * length} for length in lengths]}

    assert Input.model_validate({"messages": [message(1000, 1000), message(2000, 2000, kind="ai")]})
    with pytest.raises(ValidationError, match="more than 2000 characters"):
        Input.model_validate({"messages": [message(1000, 1001)]})
