"""Requests of agent clients: what is refused with a reason, what is not read, and whose a thread is."""

import json
from uuid import UUID, uuid4

import pytest

from testkit.chats.agent_chats import a_thread, history, run, texts, turn


@pytest.fixture
def chat_timeout_s() -> float:
    """Seconds that a chat may take: more than any test needs."""
    return 300


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


async def test_a_thread_can_have_an_id_of_the_clients(rep) -> None:
    """Made again it is the same one, or a conflict, as the client wants."""
    thread_id = str(uuid4())
    body = {"thread_id": thread_id, "metadata": {"topic": "x"}}
    assert (await rep.http.post("/agent/threads", json=body)).json()["thread_id"] == thread_id
    assert (await rep.http.post("/agent/threads", json=body)).status_code == 409
    again = await rep.http.post("/agent/threads", json={**body, "if_exists": "do_nothing"})
    assert again.json()["metadata"] == {"topic": "x"}
