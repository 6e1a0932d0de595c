"""Runs of the agent protocol when replicas come and go: read anywhere, continued anywhere, nothing said twice."""

import asyncio
from contextlib import aclosing
from uuid import UUID

import httpx

from testkit.chats.agent_chats import (
    HEAD,
    a_thread,
    asked,
    facts_about,
    facts_of,
    frames,
    history,
    joined,
    run,
    texts,
    turn,
)
from testkit.stages import until

#: As if the replica had been silent for longer than the lease.
ABANDON = "UPDATE agent_runs SET lease_until = now() - interval '1 s' WHERE status IN ('pending', 'running')"
LEASE_IS_OVER = "SELECT bool_and(lease_until < now()) FROM agent_runs WHERE status IN ('pending', 'running')"


async def test_a_stream_goes_on_at_another_replica(serve, kafka, say) -> None:
    """While the first one is still read: both see the same events."""
    async with serve(kafka, chat_timeout_s=120) as here, serve(kafka, chat_timeout_s=120) as there:
        rep, other = here(1), there(1)
        await until(rep.is_ready)
        thread_id = await a_thread(rep.http)
        tasks: list[asyncio.Task] = []

        async def join(run_id: UUID) -> None:
            tasks.append(asyncio.create_task(joined(other.http, thread_id, run_id, "1")))
            (request,) = await asked(kafka, "Manufacturing")
            await say(request.request_id, *facts_of(request.request_id))

        received = await run(rep.http, thread_id, turn("Manufacturing"), join)
        assert await tasks[0] == received[1:]
        assert len(texts(received[-1][1])) == 3


async def test_a_replica_that_stops_hands_its_runs_over(serve, kafka, say) -> None:
    """At once, without waiting for the lease; a queued run comes after it, also there."""
    async with serve(kafka, chat_timeout_s=120) as there:
        other = there(1)
        await until(other.is_ready)
        async with serve(kafka, chat_timeout_s=120) as here:
            rep = here(1)
            await until(rep.is_ready)
            thread_id = await a_thread(rep.http)
            path = f"/agent/threads/{thread_id}/runs/stream"
            async with rep.http.stream("POST", path, json=turn("Manufacturing")) as answer:
                async with aclosing(frames(answer)) as found:
                    run_id = (await anext(found))[1]["run_id"]
                (request,) = await asked(kafka, "Manufacturing")
                async with rep.http.stream("POST", path, json=turn("how is my job doing?")) as second:
                    assert second.status_code == 200
        await say(request.request_id, *facts_of(request.request_id))
        received_there = await joined(other.http, thread_id, run_id, "1")
        assert texts(received_there[-1][1])[2].count("Makes things") == 10
        await until(lambda: has_states(other, thread_id, 5))


async def test_a_killed_replicas_run_is_continued_where_it_is_read(serve, start_gateway, kafka, say, owner, tokens):
    """Killed after half of the leads; the others are announced while nobody listens. The reader misses nothing."""
    killed = await start_gateway(kafka, CHAT_TIMEOUT_S="120")
    headers = {"Authorization": f"Bearer {tokens(1)}"}
    found = []
    async with httpx.AsyncClient(base_url=killed.url, headers=headers, trust_env=False, timeout=60) as http:
        thread_id = await a_thread(http)
        path = f"/agent/threads/{thread_id}/runs/stream"
        async with http.stream("POST", path, json=turn("Manufacturing")) as answer, aclosing(frames(answer)) as events:
            found.append(await anext(events))
            (request,) = await asked(kafka, "Manufacturing")
            answered, *_ = facts_of(request.request_id)
            half = [fact for place in range(5) for fact in facts_about(place, HEAD[place])]
            await say(request.request_id, answered, *half)
            async for event in events:
                found.append(event)
                if sum("scored" in str(it[1]) for it in found) == 5:
                    break
            killed.child.kill()
    await say(request.request_id, *[fact for place in range(5, 10) for fact in facts_about(place, HEAD[place])])
    async with serve(kafka, chat_timeout_s=120) as there:
        other = there(1)
        await until(other.is_ready)
        await owner.execute(ABANDON)
        run_id = found[0][1]["run_id"]
        found += await joined(other.http, thread_id, run_id, found[-1][2])
        assert [event[2] for event in found] == [str(number) for number in range(1, len(found) + 1)]
        typed: dict[str, str] = {}
        for name, data, _ in found:
            if name == "messages":
                typed[data[0]["id"]] = typed.get(data[0]["id"], "") + data[0]["content"]
        _, progress, result = found[-1][1]["messages"]
        assert sorted(typed[progress["id"]].split("\n")) == sorted(progress["content"].split("\n"))
        assert typed[result["id"]] == result["content"]
        assert result["content"].count("Makes things") == 10
        assert len(await history(other.http, thread_id)) == 3
        assert len({request.request_id for request in await asked(kafka, "Manufacturing")}) == 1


async def test_whoever_reads_the_history_has_an_abandoned_run_ended(serve, kafka, say, owner) -> None:
    """Whoever reads the history has an abandoned run ended, also when nobody joins its stream, and its thread is busy
    no more.
    """
    async with serve(kafka, chat_timeout_s=120) as there:
        other = there(1)
        await until(other.is_ready)
        thread_id, request = await abandoned(serve, kafka, owner)
        await say(request.request_id, *facts_of(request.request_id, HEAD[:2]))
        await until(lambda: has_states(other, thread_id, 3))
        assert texts((await history(other.http, thread_id))[0]["values"])[2].count("Makes things") == 2


async def test_a_run_that_is_abandoned_for_too_long_ends_with_a_remark(serve, kafka, owner) -> None:
    """Its facts are too far back in Kafka to be looked for."""
    async with serve(kafka, chat_timeout_s=120) as there:
        other = there(1)
        await until(other.is_ready)
        thread_id, _ = await abandoned(serve, kafka, owner)
        await owner.execute("UPDATE agent_runs SET created_at = created_at - interval '2 hours'")
        await until(lambda: has_states(other, thread_id, 3))
        last = (await history(other.http, thread_id))[0]["values"]
        assert "The reply was interrupted" in texts(last)[1]


async def test_a_replica_that_was_frozen_writes_nothing_any_more(serve, kafka, say, owner) -> None:
    """Two replicas hold one run, since the lease of the first was over: one of them ends it, once."""
    async with serve(kafka, chat_timeout_s=120) as here, serve(kafka, chat_timeout_s=120) as there:
        rep, other = here(1), there(1)
        await until(rep.is_ready)
        await until(other.is_ready)
        thread_id = await a_thread(rep.http)
        first = asyncio.create_task(run(rep.http, thread_id, turn("Manufacturing")))
        (request,) = await asked(kafka, "Manufacturing")
        run_id = await owner.fetchval("SELECT run_id FROM agent_runs")
        second = asyncio.create_task(joined(other.http, thread_id, run_id, None))
        await until(lambda: is_taken_over(owner))
        await say(request.request_id, *facts_of(request.request_id))
        assert await first == await second
        assert len(await history(other.http, thread_id)) == 3
        assert await owner.fetchval("SELECT count(*) FROM agent_events WHERE key = 'state'") == 1


async def abandoned(serve, kafka, owner):
    """A run whose replica has stopped, and its request. Its lease is over."""
    async with serve(kafka, chat_timeout_s=120) as here:
        rep = here(1)
        await until(rep.is_ready)
        thread_id = await a_thread(rep.http)
        path = f"/agent/threads/{thread_id}/runs/stream"
        async with (
            rep.http.stream("POST", path, json=turn("Manufacturing")) as answer,
            aclosing(frames(answer)) as stream,
        ):
            await anext(stream)
        (request,) = await asked(kafka, "Manufacturing")
    assert await owner.fetchval(LEASE_IS_OVER)
    return thread_id, request


async def has_states(rep, thread_id: str, count: int) -> bool:
    return len(await history(rep.http, thread_id)) == count


async def is_taken_over(owner) -> bool:
    """Lets the first lease end again and again, since its holder extends it, until another replica has the run."""
    await owner.execute(f"{ABANDON} AND claim = 1")
    return await owner.fetchval("SELECT claim FROM agent_runs") == 2
