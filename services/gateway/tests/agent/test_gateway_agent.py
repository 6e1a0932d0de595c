"""The LangGraph protocol over HTTP: a whole conversation, its states and branches, and all that clients rely on."""

import asyncio
import json
from contextlib import aclosing
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from common.contracts import Refinement, RequestIndustry
from common.ids import derived_id
from testkit.agent_chats import HEAD, a_thread, asked, facts_of, frames, history, joined, run, texts, turn
from testkit.stages import a_company, until


@pytest.fixture
def chat_timeout_s() -> float:
    """Seconds that a chat may take: more than any test needs."""
    return 300


@pytest.fixture
def answer_with(say, kafka):
    """`answer_with("Manufacturing")`: once a request with these words is announced, the services answer it."""

    def answering(words: str, head=HEAD, **other):
        async def announce(_: UUID) -> None:
            (request,) = await asked(kafka, words)
            await say(request.request_id, *facts_of(request.request_id, head, **other))

        return announce

    return answering


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


async def test_a_message_that_is_sent_again_is_one_run(rep, answer_with, kafka) -> None:
    """Under its id: the same run, from its beginning, with the same events; nothing is requested twice."""
    thread_id = await a_thread(rep.http)
    body = turn("Manufacturing", "the-message")
    first, second = await asyncio.gather(
        run(rep.http, thread_id, body, answer_with("Manufacturing", HEAD[:1])), run(rep.http, thread_id, body)
    )
    assert first == second == await run(rep.http, thread_id, body)
    assert len(await asked(kafka, "Manufacturing")) == 1
    assert len(await history(rep.http, thread_id)) == 3


async def test_a_run_of_a_busy_thread_waits_for_its_turn(rep, answer_with, owner) -> None:
    """It begins from the state that the one before it leaves."""
    thread_id = await a_thread(rep.http)
    second: list[asyncio.Task] = []

    async def send_another(run_id: UUID) -> None:
        second.append(asyncio.create_task(run(rep.http, thread_id, turn("how is my job doing?"))))
        await until(lambda: has_open_runs(owner, thread_id, 2))
        assert (await threads(rep))[0]["status"] == "busy"
        await answer_with("Manufacturing", HEAD[:1])(run_id)

    first = await run(rep.http, thread_id, turn("Manufacturing"), send_another)
    received = await second[0]
    assert texts(received[-1][1])[:3] == texts(first[-1][1])
    assert texts(received[-1][1])[3] == "how is my job doing?"
    assert [len(state["values"]["messages"]) for state in await history(rep.http, thread_id)] == [5, 4, 3, 1, 0]


async def test_a_client_that_leaves_does_not_end_its_run(rep, say, kafka) -> None:
    """Nothing is cancelled; the reply is in the history."""
    thread_id = await a_thread(rep.http)
    path = f"/agent/threads/{thread_id}/runs/stream"
    async with (
        rep.http.stream("POST", path, json=turn("Manufacturing")) as answer,
        aclosing(frames(answer)) as stream,
    ):
        await anext(stream)
    (request,) = await asked(kafka, "Manufacturing")
    await say(request.request_id, *facts_of(request.request_id, HEAD[:1]))
    await until(lambda: is_answered(rep, thread_id))


async def test_a_stream_goes_on_after_the_last_event_that_was_read(rep, answer_with) -> None:
    """By `Last-Event-ID`, while it runs and after its end; -1 and none are its beginning."""
    thread_id = await a_thread(rep.http)
    tasks: list[asyncio.Task] = []

    async def join(run_id: UUID) -> None:
        tasks.append(asyncio.create_task(joined(rep.http, thread_id, run_id, "1")))
        await answer_with("Manufacturing", HEAD[:2])(run_id)

    received = await run(rep.http, thread_id, turn("Manufacturing"), join)
    run_id = received[0][1]["run_id"]
    assert await tasks[0] == received[1:]
    assert await joined(rep.http, thread_id, run_id, "5") == received[5:]
    assert (
        await joined(rep.http, thread_id, run_id, "-1") == await joined(rep.http, thread_id, run_id, None) == received
    )
    assert await joined(rep.http, thread_id, run_id, str(len(received))) == []
    shown = (await rep.http.get(f"/agent/threads/{thread_id}/runs/{run_id}")).json()
    assert (shown["status"], shown["thread_id"], shown["run_id"]) == ("success", thread_id, run_id)


async def test_a_run_whose_events_are_deleted_shows_its_last_state(rep, owner) -> None:
    """Events are kept for an hour; the next run deletes older ones, and the state stays."""
    thread_id = await a_thread(rep.http)
    received = await run(rep.http, thread_id, turn("how is my job doing?"))
    await owner.execute("UPDATE agent_events SET created_at = created_at - interval '61 minutes'")
    await run(rep.http, await a_thread(rep.http), turn("how is my job doing?"))
    assert await owner.fetchval("SELECT count(DISTINCT run_id) FROM agent_events") == 1
    after = await joined(rep.http, thread_id, received[0][1]["run_id"], None)
    assert [(name, data) for name, data, _ in after] == [("values", received[-1][1])]


async def test_a_stream_says_where_it_can_be_joined(rep) -> None:
    """A stream says where it can be joined, as paths, and nothing on the way keeps or buffers it."""
    thread_id = await a_thread(rep.http)
    path = f"/agent/threads/{thread_id}/runs/stream"
    async with rep.http.stream("POST", path, json=turn("how is my job doing?")) as answer:
        received = [frame async for frame in frames(answer)]
    run_id = received[0][1]["run_id"]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["content-location"] == f"/threads/{thread_id}/runs/{run_id}"
    assert answer.headers["location"] == f"/threads/{thread_id}/runs/{run_id}/stream"
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")


async def test_a_body_is_json_whatever_its_content_type_says(rep) -> None:
    """A proxy of the chat client sends it as plain text; an empty body is an empty object."""
    headers = {"content-type": "text/plain;charset=UTF-8"}
    created = await rep.http.post("/agent/threads", content=b'{"metadata": {}}', headers=headers)
    assert created.status_code == 200
    path = f"/agent/threads/{created.json()['thread_id']}/runs/stream"
    answer = await rep.http.post(path, content=json.dumps(turn("how is my job doing?")), headers=headers)
    assert answer.status_code == 200
    assert "You have no jobs" in answer.text
    assert (await rep.http.post("/agent/threads")).status_code == 200


async def test_only_the_events_that_are_asked_for_are_sent(rep) -> None:
    """`values` alone: no pieces of messages."""
    received = await run(rep.http, await a_thread(rep.http), turn("how is my job doing?", stream_mode=["values"]))
    assert [name for name, _, _ in received] == ["metadata", "values", "values"]


async def test_a_thread_is_its_subjects_own(reps, tokens, rep) -> None:
    """Neither another tenant nor another subject of the same tenant finds it or anything of it."""
    thread_id = await a_thread(rep.http)
    run_id = (await run(rep.http, thread_id, turn("how is my job doing?")))[0][1]["run_id"]
    colleague = reps(1)
    colleague.http.headers["Authorization"] = f"Bearer {tokens(1, user='other@example.com')}"
    for other in (reps(2), colleague):
        search = await other.http.post("/agent/threads/search", json={"metadata": {"graph_id": "agent"}})
        assert search.json() == []
        for method, path in [
            ("POST", f"/agent/threads/{thread_id}/history"),
            ("POST", f"/agent/threads/{thread_id}/runs/stream"),
            ("GET", f"/agent/threads/{thread_id}/runs/{run_id}"),
            ("GET", f"/agent/threads/{thread_id}/runs/{run_id}/stream"),
        ]:
            answer = await other.http.request(method, path, json=turn("hello") if method == "POST" else None)
            assert answer.status_code == 404, path
            assert answer.json()["detail"]


REFUSED = [
    ("/agent/threads/not-a-uuid/history", {}, 422),
    (f"/agent/threads/{UUID(int=7)}/history", {}, 404),
    (f"/agent/threads/{UUID(int=7)}/runs/stream", turn("x"), 404),
    ("THREAD/runs/stream", {**turn("x"), "assistant_id": "other"}, 404),
    ("THREAD/runs/stream", {**turn("x"), "checkpoint": {"checkpoint_id": str(UUID(int=7))}}, 404),
    ("THREAD/runs/stream", {**turn("x"), "checkpoint": {"checkpoint_id": "none"}}, 422),
    ("THREAD/runs/stream", {**turn("x"), "input": {"messages": [{"type": "ai", "content": "x"}]}}, 422),
    ("THREAD/runs/stream", turn("x" * 2001), 422),
    ("THREAD/runs/stream", turn("a\x00b"), 422),
    ("THREAD/runs/stream", turn("x", "i\x00d"), 422),
    ("THREAD/runs/stream", {**turn("x"), "input": []}, 422),
    ("THREAD/history", {"limit": 0}, 422),
    ("/agent/threads", {"thread_id": "no uuid"}, 422),
    ("/agent/threads/search", {"limit": 10**6}, 422),
]
NO_JSON = [(b"{", 422), (b'"\xff"', 422), (b"[" * 100_000, 400), (b'{"input": {"messages": "\\ud800"}}', 422)]


async def test_what_is_not_understood_is_refused_with_a_reason(rep) -> None:
    """What is not understood is refused with a reason, as a problem whose `detail` clients show; a client that repeats
    only 429 and 5xx does not repeat it.
    """
    thread = f"/agent/threads/{await a_thread(rep.http)}"
    for path, body, status in REFUSED:
        answer = await rep.http.post(path.replace("THREAD", thread), json=body)
        assert answer.status_code == status, (path, body, answer.text)
        assert answer.json()["detail"]


async def test_a_body_that_is_no_json_is_refused(rep) -> None:
    """Half of it, not UTF-8, too deep, half a surrogate pair: as a problem, and nothing is done."""
    path = f"/agent/threads/{await a_thread(rep.http)}/runs/stream"
    for raw, status in NO_JSON:
        answer = await rep.http.post(path, content=raw)
        assert answer.status_code == status, (raw[:50], answer.text)


async def test_attachments_and_hidden_messages_are_not_read(rep) -> None:
    """Only the text of the rep's message counts; a remark stands for an attachment, also when it is asked again."""
    thread_id = await a_thread(rep.http)
    content = [
        {"type": "image", "mimeType": "image/png", "data": "AAAA", "metadata": {"name": "x"}},
        {"type": "text", "text": "how is my job doing?"},
    ]
    hidden = {"id": "do-not-render-1", "type": "tool", "tool_call_id": "1", "content": "handled"}
    messages = [hidden, {"id": "m", "type": "human", "content": content}]
    received = await run(rep.http, thread_id, {**turn(""), "input": {"messages": messages}})
    assert texts(received[-1][1])[0] == "[image: not read] how is my job doing?"
    assert "You have no jobs" in texts(received[-1][1])[1]
    question = (await history(rep.http, thread_id))[1]
    received = await run(rep.http, thread_id, {"assistant_id": "agent", "checkpoint": question["checkpoint"]})
    assert "You have no jobs" in texts(received[-1][1])[1]


async def test_a_thread_takes_a_bounded_number_of_open_runs(rep, owner, kafka) -> None:
    """More are refused, and nothing is done."""
    thread_id = await a_thread(rep.http)
    streams = [asyncio.create_task(run(rep.http, thread_id, turn("Manufacturing"))) for _ in range(5)]
    try:
        await until(lambda: has_open_runs(owner, thread_id, 5))
        answer = await rep.http.post(f"/agent/threads/{thread_id}/runs/stream", json=turn("Manufacturing"))
        assert (answer.status_code, answer.json()["title"]) == (409, "Too many open runs")
    finally:
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)


async def test_a_thread_can_have_an_id_of_the_clients(rep) -> None:
    """Made again it is the same one, or a conflict, as the client wants."""
    thread_id = str(uuid4())
    body = {"thread_id": thread_id, "metadata": {"topic": "x"}}
    assert (await rep.http.post("/agent/threads", json=body)).json()["thread_id"] == thread_id
    assert (await rep.http.post("/agent/threads", json=body)).status_code == 409
    again = await rep.http.post("/agent/threads", json={**body, "if_exists": "do_nothing"})
    assert again.json()["metadata"] == {"topic": "x"}


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


async def threads(rep) -> list[dict]:
    return (await rep.http.post("/agent/threads/search", json={"metadata": {"graph_id": "agent"}})).json()


async def has_open_runs(owner, thread_id: str, count: int) -> bool:
    open_runs = "SELECT count(*) FROM agent_runs WHERE thread_id = $1 AND status IN ('pending', 'running')"
    return await owner.fetchval(open_runs, UUID(thread_id)) == count


async def is_answered(rep, thread_id: str) -> bool:
    states = await history(rep.http, thread_id)
    return bool(states) and states[0]["next"] == []
