"""The LangGraph protocol over HTTP: a whole conversation, its states and branches."""

import json
from itertools import pairwise
from uuid import UUID

import pytest

from common.contracts import Refinement, RequestIndustry
from common.ids import derived_id
from testkit.chats.agent_chats import HEAD, a_thread, asked, facts_of, history, run, texts, turn
from testkit.stages import a_company, until


@pytest.fixture
def chat_timeout_s() -> float:
    """Seconds that a chat may take: more than any test needs."""
    return 300


async def test_a_conversation_brings_ten_leads_that_are_typed_live(rep, answer_with) -> None:
    """Metadata first, then the state with the question, pieces of messages, and the state; pieces and state agree."""
    assert (await rep.http.get("/agent/info")).status_code == 200
    thread_id = await a_thread(rep.http)
    received = await run(rep.http, thread_id, turn("Manufacturing"), answer_with("Manufacturing"))

    assert [received[0][0], received[1][0], received[-1][0]] == ["metadata", "values", "values"]
    assert received[0][1] == {"run_id": received[0][1]["run_id"], "attempt": 1}
    assert texts(received[1][1]) == ["Manufacturing"]
    assert {name for name, _, _ in received[2:-1]} == {"messages", "custom"}
    assert [frame[2] for frame in received] == [str(number) for number in range(1, len(received) + 1)]

    typed: dict[str, str] = {}
    for chunk, metadata in (data for name, data, _ in received[2:-1] if name == "messages"):
        assert (chunk["type"], metadata["langgraph_node"]) == ("AIMessageChunk", "agent")
        typed[chunk["id"]] = typed.get(chunk["id"], "") + chunk["content"]
    question, progress, result = received[-1][1]["messages"]
    assert typed == {progress["id"]: progress["content"], result["id"]: result["content"]}
    assert question["type"] == "human"
    assert "MANUFACTURING: 50 companies match." in progress["content"]
    assert progress["content"].count("website read, 1 contact found") == progress["content"].count("scored 0.") == 10
    rows = [line for line in result["content"].splitlines() if line.startswith("| ")]
    assert rows[0] == "|   | Company | Score | Why | Contact |"
    assert rows[2] == "| 1 | Company 201912340K (201912340K) | 0.90 High | Makes things 0. | sales@c0.sg |"
    assert len(rows) == 12
    assert "scheduled the rest (40) for nightly processing" in result["content"]


async def test_the_state_is_there_before_the_stream_ends(rep, answer_with) -> None:
    """The history has a root, the question and the answer, each with its exact parent; the thread shows in a search."""
    thread_id = await a_thread(rep.http)
    assert await history(rep.http, thread_id) == []
    received = await run(rep.http, thread_id, turn("Manufacturing"), answer_with("Manufacturing", HEAD[:1]))
    states = await history(rep.http, thread_id)
    assert [len(state["values"]["messages"]) for state in states] == [3, 1, 0]
    assert states[0]["values"] == received[-1][1]
    assert [state["next"] for state in states] == [[], ["agent"], ["__start__"]]
    assert [state["metadata"]["step"] for state in states] == [1, 0, -1]
    assert states[2]["parent_checkpoint"] is None
    for child, parent in pairwise(states):
        assert child["parent_checkpoint"] == parent["checkpoint"]
        assert child["checkpoint"]["thread_id"] == thread_id
    assert await history(rep.http, thread_id, limit=1) == states[:1]

    search = {"metadata": {"graph_id": "agent"}, "limit": 100, "offset": 0}
    (thread,) = (await rep.http.post("/agent/threads/search", json=search)).json()
    assert (thread["thread_id"], thread["status"]) == (thread_id, "idle")
    assert texts(thread["values"]) == ["Manufacturing"]
    assert thread["metadata"]["assistant_id"] == "fe096781-5601-53d2-b2f6-0d3403f7e9ca"
    by_id = {"assistant_id": "fe096781-5601-53d2-b2f6-0d3403f7e9ca"}
    assert len((await rep.http.post("/agent/threads/search", json={"metadata": by_id})).json()) == 1
    assert (await rep.http.post("/agent/threads/search", json={"metadata": {"graph_id": "other"}})).json() == []


async def test_many_matches_are_shown_as_choices(rep, answer_with) -> None:
    """Each can be sent as the next message."""
    thread_id = await a_thread(rep.http)
    narrower = [Refinement(kind="industry", label="MANUFACTURE OF FURNITURE", matches=7)]
    received = await run(rep.http, thread_id, turn("All"), answer_with("All", HEAD[:1], refinements=narrower))
    text = texts(received[-1][1])[-1]
    assert "50 companies match. Would you like to narrow that down? Send one of these:" in text
    assert "- MANUFACTURE OF FURNITURE (7)" in text


@pytest.mark.parametrize(
    ("mode", "head", "expected"),
    [
        ("off", [], "50 companies match; nothing was upserted"),
        ("sync_preview", [a_company(company_id=0)], "- Company 201912345K (201912345K)"),
        ("background", HEAD[:2], "scheduled the rest (40) for nightly processing"),
    ],
)
async def test_every_mode_holds(serve, kafka, say, mode, head, expected) -> None:
    """Every mode holds.

    As in POST /chat: off counts, sync_preview names companies that nobody works on, background schedules.
    """
    async with serve(kafka, staging_upsert_mode=mode, chat_timeout_s=60) as reps:
        rep = reps(1)
        await until(rep.is_ready)
        thread_id = await a_thread(rep.http)

        async def announce(_: UUID) -> None:
            (request,) = await asked(kafka, "Manufacturing")
            assert request.mode == mode
            facts = facts_of(request.request_id, head)
            if mode != "background":
                facts = [facts[0].model_copy(update={"job_id": None})]
            await say(request.request_id, *facts)

        received = await run(rep.http, thread_id, turn("Manufacturing"), announce)
        assert expected in texts(received[-1][1])[-1]


async def test_an_edited_and_a_repeated_answer_are_branches(rep) -> None:
    """Edit: a message without id from the parent of the edited one. Regenerate: no input, from the answer's parent."""
    thread_id = await a_thread(rep.http)
    await run(rep.http, thread_id, turn("how is my job doing?"))
    answered, question, root = await history(rep.http, thread_id)

    edited = {"messages": [{"type": "human", "content": "show my top leads"}]}
    body = {**turn(""), "input": edited, "checkpoint": root["checkpoint"]}
    received = await run(rep.http, thread_id, body)
    assert texts(received[-1][1])[0] == "show my top leads"
    assert len(received[-1][1]["messages"]) == 2
    again = {key: value for key, value in turn("").items() if key != "input"}
    received = await run(rep.http, thread_id, {**again, "input": None, "checkpoint": question["checkpoint"]})
    assert texts(received[-1][1])[0] == "how is my job doing?"

    states = await history(rep.http, thread_id)
    parents = [state["parent_checkpoint"] and state["parent_checkpoint"]["checkpoint_id"] for state in states]
    assert parents.count(root["checkpoint"]["checkpoint_id"]) == 2
    assert parents.count(question["checkpoint"]["checkpoint_id"]) == 2
    assert [state["checkpoint"] for state in states].count(answered["checkpoint"]) == 1
    assert len(states) == 6


async def test_hostile_names_and_words_are_data(rep, answer_with) -> None:
    """A company's name and a rep's words come out escaped in the agent's messages, and as they are in the rep's."""
    name = "<script>alert(1)</script> | [x](javascript:alert(1))"
    words = "<img src=x onerror=alert(1)> '; DROP TABLE agent_threads; --"
    head = [a_company(name=name)]
    thread_id = await a_thread(rep.http)
    received = await run(rep.http, thread_id, turn(words), answer_with(words, head, ignored=["<b>big</b>"]))
    question, *said = texts(received[-1][1])
    assert question == words
    for text in said:
        assert "<" not in text.replace("\\<", "")
        assert "[x]" not in text
    assert "\\<script\\>alert(1)\\</script\\> \\| \\[x\\](javascript:alert(1))" in said[1]
    assert len(await history(rep.http, thread_id)) == 3


async def test_request_id_follows_from_the_run(rep, kafka, answer_with) -> None:
    """The request's id follows from the run, so a run that is continued elsewhere is the same request."""
    thread_id = await a_thread(rep.http)
    received = await run(rep.http, thread_id, turn("Manufacturing"), answer_with("Manufacturing", HEAD[:1]))
    (request,) = await asked(kafka, "Manufacturing")
    content = json.dumps([1, "chat", "Manufacturing"])
    assert request.request_id == derived_id(UUID(received[0][1]["run_id"]), RequestIndustry.topic, content)
