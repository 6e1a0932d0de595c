"""Threads of the page: a reply's events as they come and again later, names, search and deletion."""

import asyncio
from contextlib import aclosing
from typing import Any
from uuid import UUID, uuid4

from testkit.chats.agent_chats import HEAD, a_thread, asked, facts_of, frames, history, run, texts, turn
from testkit.stages import until


async def shown(http: Any, thread_id: object) -> dict[str, Any]:
    answer = await http.get(f"/agent/threads/{thread_id}")
    assert answer.status_code == 200, answer.text
    thread: dict[str, Any] = answer.json()
    return thread


async def found(http: Any, text: str) -> list[str]:
    answer = await http.post("/agent/threads/search", json={"text": text})
    return [thread["thread_id"] for thread in answer.json()]


async def test_a_reply_is_streamed_as_events_which_its_thread_keeps(rep, say, kafka) -> None:
    """The events of POST /chat, in order; the thread has the same ones beside the agent's message."""
    thread_id = str(uuid4())

    async def announce(_: UUID) -> None:
        (request,) = await asked(kafka, "Manufacturing")
        (waiting,) = (await shown(rep.http, thread_id))["pending"]
        assert waiting["content"] == [{"type": "text", "text": "Manufacturing"}]
        await say(request.request_id, *facts_of(request.request_id, HEAD[:2]))

    body = turn("Manufacturing", stream_mode=["custom"], if_not_exists="create")
    received = await run(rep.http, thread_id, body, announce)

    assert [name for name, _, _ in received[1:]] == ["custom"] * (len(received) - 1)
    events = [data for _, data, _ in received[1:]]
    names = [event["name"] for event in events]
    assert [names[0], names[-1]] == ["accepted", "done"]
    assert {event["data"]["stage"] for event in events if event["name"] == "company"} >= {"enriched", "scored"}
    thread = await shown(rep.http, thread_id)
    assert thread["pending"] == []
    assert thread["values"]["messages"][-1]["additional_kwargs"] == {"events": events}
    assert texts(thread["values"])[0] == "Manufacturing"
    for state in await history(rep.http, thread_id):
        assert all("additional_kwargs" not in message for message in state["values"]["messages"])


async def test_a_thread_has_a_name_and_is_found_by_it_and_by_its_words(rep) -> None:
    """In any case; the words of the agent count too."""
    thread_id, other = await a_thread(rep.http), await a_thread(rep.http)
    await run(rep.http, thread_id, turn("how is my job doing?"))
    await run(rep.http, other, turn("show my top leads"))
    renamed = await rep.http.patch(f"/agent/threads/{other}", json={"metadata": {"title": "Café in Tampines"}})
    assert renamed.json()["metadata"]["title"] == "Café in Tampines"
    assert renamed.json()["metadata"]["graph_id"] == "agent"
    assert await found(rep.http, "CAFÉ in") == [other]
    assert await found(rep.http, "My Job") == [thread_id]
    assert await found(rep.http, "you have no jobs") == [thread_id]
    assert await found(rep.http, "100%") == []


async def test_a_deleted_thread_is_gone_with_all_that_was_said(rep, owner) -> None:
    """A deleted thread is gone with all that was said, also while a reply of it is being worked on: that run ends, and
    stores nothing any more.
    """
    thread_id = await a_thread(rep.http)
    await run(rep.http, thread_id, turn("how is my job doing?"))
    path = f"/agent/threads/{thread_id}/runs/stream"
    async with (
        rep.http.stream("POST", path, json=turn("Manufacturing")) as answer,
        aclosing(frames(answer)) as stream,
    ):
        await anext(stream)
        assert (await rep.http.delete(f"/agent/threads/{thread_id}")).status_code == 204
        async for name, _, _ in stream:  # until the stream ends
            assert name != "error"
    for table in ("agent_threads", "agent_runs", "agent_checkpoints", "agent_events"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    assert (await rep.http.get(f"/agent/threads/{thread_id}")).status_code == 404
    assert (await rep.http.delete(f"/agent/threads/{thread_id}")).status_code == 404


async def test_a_thread_of_another_is_neither_shown_nor_changed(reps, tokens, rep) -> None:
    """A thread of another is neither shown nor changed, of another tenant or another subject of the same one."""
    thread_id = await a_thread(rep.http)
    await run(rep.http, thread_id, turn("how is my job doing?"))
    colleague = reps(1)
    colleague.http.headers["Authorization"] = f"Bearer {tokens(1, user='other@example.com')}"
    path = f"/agent/threads/{thread_id}"
    for other in (reps(2), colleague):
        answers = await asyncio.gather(
            other.http.get(path), other.http.patch(path, json={"metadata": {"title": "mine"}}), other.http.delete(path)
        )
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert await found(other.http, "job") == []
    assert "title" not in (await shown(rep.http, thread_id))["metadata"]

    async def is_left() -> bool:
        return len((await shown(rep.http, thread_id))["values"]["messages"]) == 2

    await until(is_left)
