"""Runs of an agent's thread: once each, in turn, bounded, and read again from where a client left off."""

import asyncio
from contextlib import aclosing
from uuid import UUID

import pytest

from testkit.chats.agent_chats import HEAD, a_thread, asked, facts_of, frames, history, joined, run, texts, turn
from testkit.stages import until


@pytest.fixture
def chat_timeout_s() -> float:
    """Seconds that a chat may take: more than any test needs."""
    return 300


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


async def threads(rep) -> list[dict]:
    return (await rep.http.post("/agent/threads/search", json={"metadata": {"graph_id": "agent"}})).json()


async def has_open_runs(owner, thread_id: str, count: int) -> bool:
    open_runs = "SELECT count(*) FROM agent_runs WHERE thread_id = $1 AND status IN ('pending', 'running')"
    return await owner.fetchval(open_runs, UUID(thread_id)) == count


async def is_answered(rep, thread_id: str) -> bool:
    states = await history(rep.http, thread_id)
    return bool(states) and states[0]["next"] == []
